# SPDX-License-Identifier: GPL-2.0-or-later
"""Michael, the message integrity code of TKIP (IEEE 802.11-2020, 12.5.2.3)."""

from __future__ import annotations

import struct
from typing import Final

from hwsim.frames import FROM_DS, TO_DS, parse_header

MICHAEL_LENGTH: Final = 8
"""Of the code, and of a key; in bytes."""
_MASK: Final = 0xFFFFFFFF


def michael(key: bytes, message: bytes) -> bytes:
    """The code of a message under a key of eight bytes (12.5.2.3.3)."""
    left, right = struct.unpack("<II", key)
    padded = message + b"\x5a" + bytes(4 + -(len(message) + 1) % 4)
    for (word,) in struct.iter_unpack("<I", padded):
        left, right = _mixed(left ^ word, right)
    return struct.pack("<II", left, right)


def covered_header(header: bytes) -> bytes:
    """What the code covers before the data of a frame with that header: destination, source and
    priority of the MSDU (12.5.2.3.2; table 9-30)."""
    to_ds, from_ds = header[1] & TO_DS, header[1] & FROM_DS
    destination = header[16:22] if to_ds else header[4:10]
    source = header[10:16]
    if from_ds:
        source = header[24:30] if to_ds else header[16:22]
    return destination + source + bytes((parse_header(header).tid, 0, 0, 0))


def _mixed(left: int, right: int) -> tuple[int, int]:
    right ^= _rotated(left, 17)
    left = left + right & _MASK
    right ^= (left & 0xFF00FF00) >> 8 | (left & 0x00FF00FF) << 8
    left = left + right & _MASK
    right ^= _rotated(left, 3)
    left = left + right & _MASK
    right ^= _rotated(left, 30)
    left = left + right & _MASK
    return left, right


def _rotated(word: int, count: int) -> int:
    """A word of 32 bits, rotated to the left."""
    return (word << count | word >> 32 - count) & _MASK
