# SPDX-License-Identifier: GPL-2.0-or-later
"""Crash dumps made by the published layouts: of a program, and of a 64-bit Windows."""

from __future__ import annotations

import struct

BASE = 0x7FF6_0000_0000
MODULES = ((BASE, 0x9000, r"C:\Windows\System32\wlanext.exe"),
           (BASE + 0x10000, 0x8000, r"C:\Windows\System32\DRIVERS\ACMEihv.dll"))  # fmt: skip
SECONDS = 1_795_867_205
"""2026-11-28 12:00:05 UTC."""


def name_at(text: str) -> bytes:
    """A MINIDUMP_STRING."""
    return struct.pack("<I", 2 * len(text)) + text.encode("utf-16-le") + b"\0\0"


def program_dump(
    address: int = BASE + 0x11234,
    code: int = 0xC0000005,
    modules: tuple[tuple[int, int, str], ...] = MODULES,
) -> bytes:
    """A minidump with an exception and a list of modules (minidumpapiset.h)."""
    directory = 32
    exception = directory + 2 * 12
    record = struct.pack("<II", 4904, 0) + struct.pack("<IIQQII", code, 0, 0, address, 0, 0)
    record += b"\0" * (15 * 8) + struct.pack("<II", 0, 0)
    listed = exception + len(record)
    strings = listed + 4 + 108 * len(modules)
    rows, texts = b"", b""
    for base, size, name in modules:
        row = struct.pack("<QIIII", base, size, 0, 0, strings + len(texts))
        rows += row.ljust(108, b"\0")
        texts += name_at(name)
    streams = struct.pack("<III", 6, len(record), exception)
    streams += struct.pack("<III", 4, 4 + len(rows), listed)
    header = struct.pack("<4sIIIIIQ", b"MDMP", 0xA793, 2, directory, 0, SECONDS, 0)
    return header + streams + record + struct.pack("<I", len(modules)) + rows + texts


def system_dump(
    code: int = 0xC4,
    parameters: tuple[int, int, int, int] = (0x94007, 1, 2, 3),
    driver: str = "",
    kind: int = 4,
) -> bytes:
    """A dump of Windows (QEMU's win_dump_defs.h has the header), small if `kind` is 4."""
    data = bytearray(b"PAGE" * 0x900)
    data[:8] = b"PAGEDU64"
    struct.pack_into("<I", data, 0x38, code)
    struct.pack_into("<4Q", data, 0x40, *parameters)
    filetime = (SECONDS + 11_644_473_600) * 10_000_000
    struct.pack_into("<IIQQ", data, 0xF98, kind, 0, len(data), filetime)
    entry, text = 0x2100, 0x2200
    struct.pack_into("<I", data, 0x2040, entry if driver else 0)
    struct.pack_into("<I", data, entry, text)
    struct.pack_into("<I", data, text, len(driver))
    data[text + 4 : text + 4 + 2 * len(driver)] = driver.encode("utf-16-le")
    return bytes(data)
