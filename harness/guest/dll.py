# SPDX-License-Identifier: GPL-2.0-or-later
"""A vendor's DLL looked at before anything is started: is it one the guest's host can load?

The file is untrusted: it is read by a PE parser, never loaded here. The interface version a DLL
speaks is only known to its code (`Dot11ExtIhvGetVersionInfo`), so that is judged in the guest,
by rule LIFE-03.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pefile

from harness.errors import UsageError

REQUIRED_EXPORTS = ("Dot11ExtIhvGetVersionInfo", "Dot11ExtIhvInitService")
"""What the OS looks up by name (wlanihv.h IHV_VERSION_FUNCTION_NAME, IHV_INIT_FUNCTION_NAME)."""

MACHINES = {0x014C: "32-bit x86", 0x8664: "x86-64", 0x01C4: "32-bit ARM", 0xAA64: "ARM64"}
"""COFF machine types (PE format specification, "Machine Types")."""

AMD64 = 0x8664
MAX_SIZE = 256 << 20


@dataclass(frozen=True, slots=True)
class Dll:
    """A DLL that the guest can load, as far as its headers tell."""

    path: Path
    sha256: str


def inspect(path: Path) -> Dll:
    """`path` as a loadable DLL; raises `UsageError` that says what it is instead."""
    if not path.name.isascii():
        raise UsageError(
            f"--dll {path}: its name holds a character outside ASCII",
            hint="rename it: recorder.ini and the guest's SFTP names are ASCII",
        )
    data = _read(path)
    if data[:4] == b"\x7fELF":
        raise _refused(path, "an ELF file, not a Windows PE file")
    try:
        image = pefile.PE(data=data, fast_load=True)
        image.parse_data_directories([pefile.DIRECTORY_ENTRY["IMAGE_DIRECTORY_ENTRY_EXPORT"]])
    except (pefile.PEFormatError, ValueError, IndexError) as error:
        raise _refused(path, f"not a Windows PE file ({error})") from None
    machine = image.FILE_HEADER.Machine
    if machine != AMD64:
        known = MACHINES.get(machine, f"machine type {machine:#06x}")
        raise _refused(path, f"{known}, and the IHV host of the guest is x86-64")
    if not image.is_dll():
        raise _refused(path, "a program, not a DLL")
    missing = [name for name in REQUIRED_EXPORTS if name not in _exports(image)]
    if missing:
        raise _refused(path, f"a DLL that does not export {' and '.join(missing)}")
    return Dll(path, hashlib.sha256(data).hexdigest())


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_SIZE:
            raise _refused(path, f"larger than {MAX_SIZE >> 20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"--dll {path}: {error.strerror}") from None


def _exports(image: pefile.PE) -> set[str]:
    table = getattr(image, "DIRECTORY_ENTRY_EXPORT", None)
    symbols = table.symbols if table is not None else []
    return {symbol.name.decode("ascii", "replace") for symbol in symbols if symbol.name}


def _refused(path: Path, found: str) -> UsageError:
    return UsageError(
        f"--dll {path}: is {found}",
        hint="give the 64-bit IHV Extensions DLL named by Ndi\\IHVExtensions in the driver's INF",
    )
