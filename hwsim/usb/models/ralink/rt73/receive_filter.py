# SPDX-License-Identifier: GPL-2.0-or-later
"""Which frames on the channel the chip takes in: kinds, addresses, direction."""

from __future__ import annotations

from typing import Final

from hwsim.frames import BROADCAST, CONTROL, DATA, TO_DS, MacHeader
from hwsim.usb.models.memory import Memory

OWN_ADDRESS: Final = 0x3008
BSSID: Final = 0x3010
CONTROL_REGISTER: Final = 0x3040
"""TXRX_CSR0, of which the filter is a part."""

_DISABLE: Final = 1 << 16
_DROP_CONTROL: Final = 1 << 19
_DROP_NOT_TO_ME: Final = 1 << 20
_DROP_TO_DS: Final = 1 << 21
_DROP_MULTICAST: Final = 1 << 23
_DROP_BROADCAST: Final = 1 << 24
_DROP_ACK_CTS: Final = 1 << 25
_ACK_CTS: Final = (12, 13)


class ReceiveFilter:
    """The filter as the registers of a memory have it."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def is_to_me(self, header: MacHeader) -> bool:
        """Whether a frame is addressed to the chip's own address."""
        return header.receiver == self._memory.bytes_at(OWN_ADDRESS, 6)

    def is_of_my_bss(self, header: MacHeader) -> bool:
        """Whether a frame comes from the access point that the driver named."""
        return header.transmitter == self._memory.bytes_at(BSSID, 6)

    def takes(self, header: MacHeader) -> bool:
        """Whether the driver is to get a frame."""
        drops = self._memory.word(CONTROL_REGISTER)
        if drops & _DISABLE:
            return False
        if header.type == CONTROL and header.subtype in _ACK_CTS:
            return not drops & _DROP_ACK_CTS
        if header.type == CONTROL and drops & _DROP_CONTROL:
            return False
        if header.type == DATA and header.flags & TO_DS and drops & _DROP_TO_DS:
            return False
        if header.receiver == BROADCAST:
            return not drops & _DROP_BROADCAST
        if header.receiver[0] & 1:
            return not drops & _DROP_MULTICAST
        return self.is_to_me(header) or not drops & _DROP_NOT_TO_ME
