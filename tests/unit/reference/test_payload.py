# SPDX-License-Identifier: GPL-2.0-or-later
"""The initramfs' content."""

import gzip
import io
import stat
import tarfile

import pytest
from imagebuild.payload import Payload, build_payload, payload_entries

from . import REFERENCE

GUEST = REFERENCE / "guest"
DEP = "kernel/b/virtio_blk.ko:\nkernel/c/crc32c_generic.ko:\nkernel/e/ext4.ko: kernel/j/jbd2.ko\n"


@pytest.fixture
def base(tmp_path):
    """A base folder with a module tree and a busybox."""
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "busybox").write_bytes(b"busybox")
    names = ["b/virtio_blk.ko", "c/crc32c_generic.ko", "e/ext4.ko", "j/jbd2.ko"]
    with tarfile.open(folder / "modules.tar", "w") as archive:
        for name, content in [("modules.dep", DEP.encode())] + [
            (f"kernel/{name}", name.encode()) for name in names
        ]:
            info = tarfile.TarInfo(f"./6.12/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return folder


def entries(base, **more):
    """The entries of a payload, by path."""
    payload = Payload(base=base, host_key=b"PRIVATE", authorized_key="ssh-ed25519 AAAA", **more)
    return {entry.path: entry for entry in payload_entries(payload, GUEST)}


def test_the_boot_modules_are_listed_in_load_order(base):
    """/init loads what modules/order names, from top to bottom."""
    found = entries(base)
    order = found["modules/order"].data.decode().split()
    assert order == ["virtio_blk.ko", "crc32c_generic.ko", "jbd2.ko", "ext4.ko"]
    assert all(f"modules/{name}" in found for name in order)


def test_keys_are_readable_by_their_owner_only(base):
    """sshd refuses a host key that others can read."""
    found = entries(base)
    for name in ("ssh_host_ed25519_key", "authorized_keys"):
        assert stat.S_IMODE(found[f"payload/opt/hil/{name}"].mode) == 0o600


def test_a_private_key_is_not_in_a_payload_s_text(base):
    """What lands in a log or a traceback shows no key."""
    assert "PRIVATE" not in repr(Payload(base=base, host_key=b"PRIVATE", authorized_key="k"))


def test_pe_files_land_where_windows_has_them(base, tmp_path):
    """Each PE file goes to its folder of drive C."""
    files = {}
    for name in ("ihvhost.exe", "wlanapi.dll", "sample.dll"):
        files[name] = tmp_path / name
        files[name].write_bytes(name.encode())
    found = entries(base, pe_files=files)
    drive = "payload/var/lib/wine/drive_c"
    assert found[f"{drive}/hilref/ihvhost.exe"].data == b"ihvhost.exe"
    assert found[f"{drive}/windows/system32/wlanapi.dll"].data == b"wlanapi.dll"
    assert found[f"{drive}/drivers/ihvsample/sample.dll"].data == b"sample.dll"


def test_a_pe_file_without_a_place_is_refused(base, tmp_path):
    """A misspelt name is an error, not a file the guest never sees."""
    (tmp_path / "x").touch()
    with pytest.raises(ValueError, match=r"sampel\.dll"):
        entries(base, pe_files={"sampel.dll": tmp_path / "x"})


def test_python_packages_go_whole(base, tmp_path):
    """Each beside the other, also modules in sub-packages; nothing but Python sources."""
    package, shared = tmp_path / "autoconfig", tmp_path / "common" / "hil_common"
    shared.mkdir(parents=True)
    (shared / "loop.py").write_text("d")
    (package / "sub").mkdir(parents=True)
    (package / "__main__.py").write_text("a")
    (package / "sub" / "x.py").write_text("b")
    (package / "notes.txt").write_text("c")
    found = entries(base, packages=(package, shared))
    here = "payload/opt/hil"
    assert {p for p in found if p.startswith(here) and p.endswith(".py")} == {
        f"{here}/relay.py",
        f"{here}/relay_netlink.py",
        f"{here}/windows_face.py",
        f"{here}/autoconfig/__main__.py",
        f"{here}/autoconfig/sub/x.py",
        f"{here}/hil_common/loop.py",
    }


def test_every_script_the_guest_names_is_in_it(base):
    """inittab and the service script start nothing that is not there."""
    found = entries(base)
    inittab = found["payload/etc/inittab"].data.decode()
    for word in inittab.split(":")[1:]:
        program = word.strip().split(" ")[0]
        if program.startswith("/opt/hil/"):
            assert f"payload{program}" in found


def test_the_same_inputs_make_the_same_file(base, tmp_path):
    """So that a hash of it can be part of a saved state's key."""
    payload = Payload(base=base, host_key=b"k", authorized_key="a")
    first = build_payload(payload, GUEST, tmp_path / "1").read_bytes()
    assert first == build_payload(payload, GUEST, tmp_path / "2").read_bytes()
    assert gzip.decompress(first).startswith(b"070701")
