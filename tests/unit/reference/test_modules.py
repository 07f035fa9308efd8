# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel modules of the initramfs."""

import io
import lzma
import tarfile

import pytest
from imagebuild.modules import ModuleMissingError, load_order, parse_dependencies, read_modules

DEP = """\
kernel/fs/ext4/ext4.ko: kernel/lib/crc16.ko kernel/fs/mbcache.ko kernel/fs/jbd2/jbd2.ko
kernel/fs/jbd2/jbd2.ko:
kernel/fs/mbcache.ko:
kernel/lib/crc16.ko:
kernel/net/net-failover.ko.xz: kernel/net/failover.ko.xz
kernel/net/failover.ko.xz:
"""


def test_needs_load_before_what_needs_them():
    """modules.dep lists the nearest need first, so loading goes from its end."""
    order = load_order(parse_dependencies(DEP), ("ext4",))
    assert order[-1] == "kernel/fs/ext4/ext4.ko"
    assert set(order[:-1]) == {
        "kernel/lib/crc16.ko",
        "kernel/fs/mbcache.ko",
        "kernel/fs/jbd2/jbd2.ko",
    }


def test_a_shared_need_loads_once():
    """Loading a module twice is an error at boot."""
    order = load_order(parse_dependencies(DEP), ("mbcache", "ext4", "ext4"))
    assert sorted(order) == sorted(set(order))
    assert order[0] == "kernel/fs/mbcache.ko"


def test_dashes_are_underscores():
    """The kernel calls net-failover.ko "net_failover"."""
    assert load_order(parse_dependencies(DEP), ("net_failover",)) == [
        "kernel/net/failover.ko.xz",
        "kernel/net/net-failover.ko.xz",
    ]


def test_a_missing_module_is_named():
    """A disk without its boot modules is found at build time, not by a guest that hangs."""
    with pytest.raises(ModuleMissingError, match="virtio_blk"):
        load_order(parse_dependencies(DEP), ("virtio_blk",))


def tree(path, files):
    """Write a tar of a module tree."""
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(f"./6.12/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def test_packed_modules_are_unpacked(tmp_path):
    """busybox' insmod gets plain ELF files, whether the tree has them packed or not."""
    files = {
        "modules.dep": DEP.encode(),
        "kernel/net/failover.ko.xz": lzma.compress(b"ELF 1"),
        "kernel/net/net-failover.ko.xz": lzma.compress(b"ELF 2"),
        "kernel/lib/crc16.ko": b"ELF 3",
    }
    modules = read_modules(tree(tmp_path / "m.tar", files), ("net_failover", "crc16"))
    assert [(m.file_name, m.content) for m in modules] == [
        ("failover.ko", b"ELF 1"),
        ("net-failover.ko", b"ELF 2"),
        ("crc16.ko", b"ELF 3"),
    ]


def test_a_tree_without_modules_dep_is_refused(tmp_path):
    """The message names the archive."""
    with pytest.raises(ModuleMissingError, match=r"modules\.dep.*m\.tar"):
        read_modules(tree(tmp_path / "m.tar", {"x": b""}))
