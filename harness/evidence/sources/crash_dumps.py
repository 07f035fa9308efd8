# SPDX-License-Identifier: GPL-2.0-or-later
"""Crash dumps of Windows: where a program or Windows itself crashed, and in whose module.

A program's minidump (minidumpapiset.h) is a directory of streams; its exception and its list of
modules are read. Of a dump of Windows (64-bit) the header has the bug check, and a small one names
the driver that Windows blames; that this is where it stands is known from public readers of such
dumps, not from a document of Microsoft. Nothing in a dump is trusted: every count is bounded, every
place is checked, and no more than the beginning of a large one is read. The library `minidump`
follows a count of streams up to 2^32 and was left for that.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harness.evidence.crashes import CrashDump, file_name

DUMPS: Final = "dumps"
"""Where in a run's folder the dumps are that were fetched from the guest."""
MAX_FILES: Final = 32
MAX_BYTES: Final = 64 << 20
MAX_STREAMS: Final = 256
MAX_MODULES: Final = 4096
MAX_NAME: Final = 1024
"""Bytes of a name."""

_PROGRAM, _SYSTEM = b"MDMP", b"PAGEDU64"
_EXCEPTION, _MODULES = 6, 4
_MODULE_SIZE: Final = 108
_HEADER_SIZE: Final = 0x2000
_TRIAGE: Final = 4
"""The type of a small dump of Windows."""
_EPOCH_1601_S: Final = 11_644_473_600


def dump_files(folder: Path) -> list[Path]:
    """The dumps in a run's folder, by name."""
    found = sorted((folder / DUMPS).glob("*.dmp"))
    return [path for path in found if path.is_file() and not path.is_symlink()][:MAX_FILES]


def read_dump(data: bytes, name: str) -> CrashDump:
    """The crash that a dump called `name` is of; raises ValueError if it tells none. Pure."""
    try:
        if data.startswith(_PROGRAM):
            return _program(data, name)
        if data.startswith(_SYSTEM):
            return _system(data, name)
    except struct.error:
        raise ValueError("it is cut, or points behind its end") from None
    raise ValueError("it is no minidump of a program, nor a dump of a 64-bit Windows")


def _program(data: bytes, name: str) -> CrashDump:
    _, count, directory, _, seconds = struct.unpack_from("<IIIII", data, 4)
    if count > MAX_STREAMS:
        raise ValueError(f"it has {count} streams, more than {MAX_STREAMS}")
    streams: dict[int, tuple[int, int]] = {}
    for place in range(count):
        kind, size, at = struct.unpack_from("<III", data, directory + 12 * place)
        streams.setdefault(kind, (at, size))
    if _EXCEPTION not in streams:
        raise ValueError("it has no exception")
    at, _ = streams[_EXCEPTION]
    (code,) = struct.unpack_from("<I", data, at + 8)
    (address,) = struct.unpack_from("<Q", data, at + 24)
    modules = list(_modules(data, *streams[_MODULES])) if _MODULES in streams else []
    module, offset = next(
        ((file, address - base) for base, size, file in modules if base <= address < base + size),
        ("", None),
    )
    program = modules[0][2] if modules else ""  # the program itself is the first
    return CrashDump(name, False, code, seconds * 1_000_000_000, program, module, offset)


def _modules(data: bytes, at: int, size: int) -> Iterator[tuple[int, int, str]]:
    """Base, size and name of each module."""
    (count,) = struct.unpack_from("<I", data, at)
    if count > MAX_MODULES:
        raise ValueError(f"it has {count} modules, more than {MAX_MODULES}")
    first = at + (8 if size == 8 + count * _MODULE_SIZE else 4)
    for place in range(count):
        base, length, _, _, name = struct.unpack_from("<QIIII", data, first + place * _MODULE_SIZE)
        (bytes_long,) = struct.unpack_from("<I", data, name)
        yield base, length, _name(data, name + 4, bytes_long)


def _system(data: bytes, name: str) -> CrashDump:
    (code,) = struct.unpack_from("<I", data, 0x38)
    parameters = struct.unpack_from("<4Q", data, 0x40)
    kind, _, _, written = struct.unpack_from("<IIQQ", data, 0xF98)
    utc_ns = max(0, written * 100 - _EPOCH_1601_S * 1_000_000_000)
    blamed = _blamed(data) if kind == _TRIAGE else ""
    return CrashDump(name, True, code, utc_ns, module=blamed, parameters=parameters)


def _blamed(data: bytes) -> str:
    """The driver that a small dump of Windows names; empty if it names none."""
    (entry,) = struct.unpack_from("<I", data, _HEADER_SIZE + 0x40)
    if not entry > _HEADER_SIZE:
        return ""
    try:
        (at,) = struct.unpack_from("<I", data, entry)
        (characters,) = struct.unpack_from("<I", data, at)
        found = _name(data, at + 4, 2 * characters)
    except (struct.error, ValueError):
        return ""  # the bug check is known all the same
    return found if found.endswith((".sys", ".exe", ".dll")) else ""


def _name(data: bytes, at: int, length: int) -> str:
    if length > MAX_NAME or at + length > len(data):
        raise ValueError("a name in it is too long, or behind its end")
    return file_name(data[at : at + length].decode("utf-16-le", errors="replace"))
