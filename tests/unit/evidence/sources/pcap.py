# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes captures as other tools do: classic pcap, of any byte order, resolution, link type."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from harness.evidence.packets import Packet

DOT11, RADIOTAP = 105, 127
MICROSECONDS, NANOSECONDS = 0xA1B2C3D4, 0xA1B23C4D
WITH_CHECKSUM = struct.pack("<BxHII4xQB", 0, 25, 1 << 31 | 0b11, 0, 77, 0x10)
"""A radiotap header with two words of presence, TSFT and the flag that a checksum follows."""


def pcap(
    packets: Iterable[Packet],
    link: int = DOT11,
    *,
    order: str = "<",
    magic: int = MICROSECONDS,
    header: bytes = b"",
    checksum: bytes = b"",
) -> bytes:
    """A capture of these packets; `header` stands before each frame, `checksum` behind it."""
    unit_ns = 1 if magic == NANOSECONDS else 1000
    written = [struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, link)]
    for one in packets:
        data = header + one.frame + checksum
        seconds, rest_ns = divmod(one.wall_ns, 10**9)
        written.append(
            struct.pack(f"{order}IIII", seconds, rest_ns // unit_ns, len(data), len(data))
        )
        written.append(data)
    return b"".join(written)
