# SPDX-License-Identifier: GPL-2.0-or-later
"""TKIP's key mixing: the ARC4 key of each MPDU (IEEE 802.11-2020, 12.5.2.5)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

PHASE_1_ROUNDS: Final = 8
_WORDS: Final = struct.Struct("<8H")


def phase_1(tk: bytes, transmitter: bytes, iv32: int) -> tuple[int, ...]:
    """The five words of phase 1: of a temporal key, an address, and the TSC's upper 32 bits."""
    words = _WORDS.unpack(tk)
    mixed = [iv32 & 0xFFFF, iv32 >> 16, *struct.unpack("<3H", transmitter)]
    for count in range(PHASE_1_ROUNDS):
        odd = count & 1
        for index, word in enumerate((0, 2, 4, 6, 0)):
            before = mixed[index - 1]
            mixed[index] = mixed[index] + _substituted(before ^ words[word + odd]) & 0xFFFF
        mixed[4] = mixed[4] + count & 0xFFFF
    return tuple(mixed)


def phase_2(tk: bytes, mixed: Sequence[int], iv16: int) -> bytes:
    """The ARC4 key of 16 bytes: of what phase 1 made, and the TSC's lower 16 bits.

    Its first three bytes are the WEP IV of the MPDU (12.5.2.2).
    """
    words = _WORDS.unpack(tk)
    key = [*mixed, mixed[4] + iv16 & 0xFFFF]
    for index in range(6):
        key[index] = key[index] + _substituted(key[index - 1] ^ words[index]) & 0xFFFF
    key[0] = key[0] + _right(key[5] ^ words[6]) & 0xFFFF
    key[1] = key[1] + _right(key[0] ^ words[7]) & 0xFFFF
    for index in range(2, 6):
        key[index] = key[index] + _right(key[index - 1]) & 0xFFFF
    last = (key[5] ^ words[0]) >> 1 & 0xFF
    return bytes((iv16 >> 8, wep_seed(iv16), iv16 & 0xFF, last)) + struct.pack("<6H", *key)


def wep_seed(iv16: int) -> int:
    """The IV's second byte, made so that no weak ARC4 key comes about."""
    return (iv16 >> 8 | 0x20) & 0x7F


def _substituted(word: int) -> int:
    """The S-box of 16 bits."""
    high = _TABLE[word >> 8]
    return _TABLE[word & 0xFF] ^ (high << 8 | high >> 8) & 0xFFFF


def _right(word: int) -> int:
    """A word of 16 bits, rotated to the right by one bit."""
    return word >> 1 | (word & 1) << 15


def _doubled(value: int) -> int:
    """Times two in AES' field of 256 elements."""
    return value << 1 ^ (0x11B if value & 0x80 else 0)


def _table() -> tuple[int, ...]:
    """Two and three times AES' substitution of each byte, as the standard's table has it."""
    powers = [1]
    while len(powers) < 255:
        powers.append(powers[-1] ^ _doubled(powers[-1]))  # three is a generator
    inverse = {0: 0} | {powers[at]: powers[-at % 255] for at in range(255)}
    table = []
    for value in range(256):
        inverted = inverse[value]
        turned = (inverted << shift | inverted >> 8 - shift for shift in range(5))
        substitute = 0x63
        for one in turned:
            substitute ^= one & 0xFF
        double = _doubled(substitute)
        table.append(double << 8 | double ^ substitute)
    return tuple(table)


_TABLE: Final = _table()
