# SPDX-License-Identifier: GPL-2.0-or-later
"""A vendor's DLL is looked at before anything starts: what cannot be loaded is named."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.guests.common.dll import inspect

EXPORTS = """
__declspec(dllexport) int Dot11ExtIhvGetVersionInfo(void *v) { return v == 0; }
__declspec(dllexport) int Dot11ExtIhvInitService(void *v) { return v == 0; }
"""


def compiled(folder: Path, source: str, *flags: str, name: str = "x.dll") -> Path:
    """A PE file compiled from `source`."""
    (folder / "x.c").write_text(source)
    target = folder / name
    source_file = str(folder / "x.c")
    argv = ["x86_64-w64-mingw32-gcc", "-nostdlib", "-o", str(target), source_file, *flags]
    subprocess.run(argv, check=True, capture_output=True)
    return target


def test_a_good_dll_is_known_by_its_hash(tmp_path: Path) -> None:
    """A 64-bit DLL with both exports passes, and its SHA-256 goes into the fingerprint."""
    path = compiled(tmp_path, EXPORTS, "-shared", "-Wl,-e,Dot11ExtIhvInitService")
    assert len(inspect(path).sha256) == 64


def refused(path: Path) -> str:
    """Why `path` is refused."""
    with pytest.raises(UsageError) as caught:
        inspect(path)
    assert str(path) in caught.value.message
    assert caught.value.hint or "No such file" in caught.value.message
    return caught.value.message


def test_a_missing_file(tmp_path: Path) -> None:
    """A path without a file is told as that."""
    assert "No such file" in refused(tmp_path / "no.dll")


def test_an_elf_file() -> None:
    """A Linux library is named as what it is."""
    assert "ELF" in refused(Path(shutil.which("true") or "/bin/true").resolve())


def test_text(tmp_path: Path) -> None:
    """Anything else that is no PE file."""
    path = tmp_path / "a.dll"
    path.write_text("MZ, or so it says")
    assert "not a Windows PE file" in refused(path)


def test_a_dll_without_the_exports(tmp_path: Path) -> None:
    """A 64-bit DLL of some other kind: the missing names are given."""
    path = compiled(tmp_path, "int f(void) { return 1; }", "-shared", "-Wl,-e,f")
    assert "does not export Dot11ExtIhvGetVersionInfo and Dot11ExtIhvInitService" in refused(path)


def test_a_32_bit_dll(tmp_path: Path) -> None:
    """The machine type decides: a 32-bit image is named as one."""
    path = compiled(tmp_path, EXPORTS, "-shared", "-Wl,-e,Dot11ExtIhvInitService")
    data = bytearray(path.read_bytes())
    header = int.from_bytes(data[0x3C:0x40], "little")
    data[header + 4 : header + 6] = (0x014C).to_bytes(2, "little")
    path.write_bytes(data)
    assert "32-bit x86, and the IHV host of the guest is x86-64" in refused(path)
    with pytest.raises(UsageError) as caught:
        inspect(path)
    assert "amd64" in caught.value.hint


def test_a_driver(tmp_path: Path) -> None:
    """The .sys of the package instead of its IHV Extensions DLL."""
    entry = ("-shared", "-Wl,-e,Dot11ExtIhvInitService", "-Wl,--subsystem,native")
    assert "kernel driver" in refused(compiled(tmp_path, EXPORTS, *entry))


def test_a_managed_dll(tmp_path: Path) -> None:
    """A directory of .NET metadata makes it one, whatever machine it names."""
    path = compiled(tmp_path, EXPORTS, "-shared", "-Wl,-e,Dot11ExtIhvInitService")
    data = bytearray(path.read_bytes())
    optional = int.from_bytes(data[0x3C:0x40], "little") + 24
    entry = optional + 112 + 14 * 8
    data[entry : entry + 8] = (0x2000).to_bytes(4, "little") + (72).to_bytes(4, "little")
    path.write_bytes(data)
    assert ".NET" in refused(path)


def test_exports_forwarded_to_nowhere(tmp_path: Path) -> None:
    """A required export that another DLL provides, which is not there."""
    names = "Dot11ExtIhvInitService", "Dot11ExtIhvGetVersionInfo"
    (tmp_path / "x.def").write_text("EXPORTS\n" + "".join(f"{n}=core.{n}\n" for n in names))
    path = compiled(tmp_path, "int g(void) { return 0; }", "-shared", "-Wl,-e,g",
                    str(tmp_path / "x.def"))  # fmt: skip
    with pytest.raises(UsageError, match="forwards Dot11ExtIhvGetVersionInfo to core"):
        inspect(path, (), lambda name: False)


def test_a_packed_dll_is_noticed(tmp_path: Path) -> None:
    """Section names of a packer: its imports are not what the headers say."""
    path = compiled(tmp_path, EXPORTS, "-shared", "-Wl,-e,Dot11ExtIhvInitService")
    path.write_bytes(path.read_bytes().replace(b".text\0\0\0", b"UPX0\0\0\0\0", 1))
    assert "packed (UPX)" in inspect(path).notices[0]


def test_a_program(tmp_path: Path) -> None:
    """An .exe renamed to .dll is no DLL."""
    assert "a program, not a DLL" in refused(
        compiled(tmp_path, EXPORTS, "-Wl,-e,Dot11ExtIhvInitService")
    )


def test_a_name_outside_ascii(tmp_path: Path) -> None:
    """The name goes into files of the guest that are ASCII, so another is refused."""
    assert "outside printable ASCII" in refused(tmp_path / "tr\u00e9s.dll")


def test_a_pipe_or_device_is_not_read(tmp_path: Path) -> None:
    """One would be waited for without an end, the other has none."""
    os.mkfifo(tmp_path / "acme.dll")
    assert "a device or pipe" in refused(tmp_path / "acme.dll")
    assert "a device or pipe" in refused(Path("/dev/zero"))
