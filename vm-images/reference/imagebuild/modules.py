# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel modules for the initramfs: which, in which order, and unpacked.

Input is the module tree of the built disk as a tar archive. Dependencies come from its
``modules.dep`` (modules.dep(5)); modules are unpacked here because xz is slow in an emulated guest.
"""

from __future__ import annotations

import lzma
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

BOOT_MODULES = ("virtio_blk", "crc32c_generic", "ext4")
"""What it takes to mount the disk (virtio-pci is built into Debian's kernel; ext4 asks the
crypto layer for crc32c by name, so modules.dep does not say so)."""


@dataclass(frozen=True)
class Module:
    """One kernel module: its file name (``ext4.ko``) and its unpacked content."""

    file_name: str
    content: bytes


class ModuleMissingError(LookupError):
    """The kernel's module tree lacks a module that the guest cannot boot without."""


def module_name(path: str) -> str:
    """Return the module's name for a path of modules.dep: ``kernel/fs/ext4/ext4.ko.xz`` -> ext4."""
    return PurePosixPath(path).name.split(".ko")[0].replace("-", "_")


def parse_dependencies(text: str) -> dict[str, tuple[str, ...]]:
    """Return, for each module path of a modules.dep, the paths it needs, nearest need first."""
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        path, _, needs = line.partition(":")
        if path:
            found[path.strip()] = tuple(needs.split())
    return found


def load_order(dependencies: dict[str, tuple[str, ...]], names: tuple[str, ...]) -> list[str]:
    """Return the module paths to load, each after what it needs.

    A name that is built into the kernel is in no modules.dep; as that cannot be told from one that
    is missing, names must be modules. Raises ModuleMissingError.
    """
    by_name = {module_name(path): path for path in dependencies}
    order: list[str] = []
    for name in names:
        if name not in by_name:
            raise ModuleMissingError(f"no kernel module {name} in modules.dep")
        path = by_name[name]
        for item in (*reversed(dependencies[path]), path):
            if item not in order:
                order.append(item)
    return order


def read_modules(archive: Path, names: tuple[str, ...] = BOOT_MODULES) -> list[Module]:
    """Return the named modules and what they need, unpacked, in load order.

    ``archive`` is a tar of ``/lib/modules``, with one kernel version in it.
    """
    with tarfile.open(archive) as tree:
        members = {str(PurePosixPath(member.name)): member for member in tree.getmembers()}
        dep_path = next((path for path in members if path.endswith("/modules.dep")), None)
        if dep_path is None:
            raise ModuleMissingError(f"no modules.dep in {archive}")
        base = str(PurePosixPath(dep_path).parent)

        def content(path: str) -> bytes:
            stream = tree.extractfile(members[path])
            if stream is None:
                raise ModuleMissingError(f"{path} in {archive} is not a file")
            return stream.read()

        order = load_order(parse_dependencies(content(dep_path).decode()), names)
        return [_unpack(path, content(f"{base}/{path}")) for path in order]


def _unpack(path: str, content: bytes) -> Module:
    name = PurePosixPath(path).name
    if name.endswith(".xz"):
        return Module(name.removesuffix(".xz"), lzma.decompress(content))
    return Module(name, content)
