# SPDX-License-Identifier: GPL-2.0-or-later
"""Which frames on the channel the chip takes in: kinds, addresses, whose they are."""

from __future__ import annotations

from typing import Final

from hwsim.frames import BROADCAST, CONTROL, DATA, MANAGEMENT, MacHeader
from hwsim.usb.models.memory import Memory

CONFIGURATION: Final = 0x608
OWN_ADDRESS: Final = 0x610
BSSID: Final = 0x618
SUBTYPES: Final = 0x6A0
"""Three half words: the subtypes of each type that are wanted."""

_ALL, _OWN, _MULTICAST, _BROADCAST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_DATA_OF_BSS: Final = 1 << 6
_BEACONS_OF_BSS: Final = 1 << 7
_TYPES: Final = {DATA: 1 << 11, CONTROL: 1 << 12, MANAGEMENT: 1 << 13}
_BEACON: Final = 8


class ReceiveFilter:
    """The filter as the registers of a memory have it."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def takes(self, header: MacHeader) -> bool:
        """Whether the driver is to get a frame."""
        wanted = self._memory.word(CONFIGURATION)
        subtypes = self._memory.bytes_at(SUBTYPES + 2 * header.type, 2)
        if not wanted & _TYPES.get(header.type, 0) and not wanted & _ALL:
            return False
        if not int.from_bytes(subtypes, "little") >> header.subtype & 1:
            return False
        if not self._is_of_bss(header) and wanted & self._bit_for(header):
            return False
        if header.receiver == BROADCAST:
            return bool(wanted & _BROADCAST)
        if header.receiver[0] & 1:
            return bool(wanted & _MULTICAST)
        own = header.receiver == self._memory.bytes_at(OWN_ADDRESS, 6)
        return bool(wanted & _ALL) or (own and bool(wanted & _OWN))

    def _bit_for(self, header: MacHeader) -> int:
        """The bit by which a frame of another service set is dropped."""
        if header.type == MANAGEMENT and header.subtype == _BEACON:
            return _BEACONS_OF_BSS
        return _DATA_OF_BSS if header.type == DATA else 0

    def _is_of_bss(self, header: MacHeader) -> bool:
        return self._memory.bytes_at(BSSID, 6) in (header.transmitter, header.receiver)
