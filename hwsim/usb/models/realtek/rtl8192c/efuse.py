# SPDX-License-Identifier: GPL-2.0-or-later
"""The fuses: what an adapter's maker burnt, read byte by byte.

They hold a map of 128 bytes in sections of eight: a header with the section's number and which of
its four words follow, and those. A byte of all ones ends it.
"""

from __future__ import annotations

from typing import Final

from hwsim.usb.models.memory import Memory

CONTROL: Final = 0x30
_READY: Final = 1 << 31
_SECTION: Final = 8
_MAP: Final = 128
_UNSET: Final = 0xFF

_ID: Final = 0x8129
_MAC: Final = 0x16
_POWER: Final = range(0x5A, 0x75)
_CHANNEL_PLAN: Final = 0x75
_THERMAL: Final = 0x78
_OPTIONS: Final = range(0x79, 0x80)


def contents(mac: bytes, *, vendor: int, product: int) -> bytes:
    """The map of an adapter with that address and those ids; what is left out is unset."""
    whole = bytearray((_UNSET,)) * _MAP
    whole[0:2] = _ID.to_bytes(2, "little")
    whole[0x0A:0x0E] = vendor.to_bytes(2, "little") + product.to_bytes(2, "little")
    whole[0x0E:0x12] = whole[0x0A:0x0E]
    whole[_MAC : _MAC + 6] = mac
    for at in _POWER:
        whole[at] = 0x22
    whole[_CHANNEL_PLAN] = 0x0A
    whole[_THERMAL] = 0x12
    for at in _OPTIONS:
        whole[at] = 0
    return bytes(whole)


def burnt(whole: bytes) -> bytes:
    """A map as it lies in the fuses; sections and words that are unset are left out."""
    fuses = bytearray()
    for number in range(len(whole) // _SECTION):
        section = whole[_SECTION * number : _SECTION * (number + 1)]
        words = [section[at : at + 2] for at in range(0, _SECTION, 2)]
        left_out = sum(1 << at for at, word in enumerate(words) if word == b"\xff\xff")
        if left_out != 0xF:
            fuses.append(number << 4 | left_out)
            fuses += b"".join(word for word in words if word != b"\xff\xff")
    return bytes(fuses)


class Efuse:
    """The word by which they are read: an address in, and the byte there out."""

    def __init__(self, memory: Memory, fuses: bytes) -> None:
        self._fuses = fuses
        memory.on_write(CONTROL, self._access)

    def _access(self, word: int) -> int:
        if word & _READY:  # would burn one
            return word & ~_READY
        address = word >> 8 & 0x3FF
        value = self._fuses[address] if address < len(self._fuses) else _UNSET
        return word & ~0xFF | value | _READY
