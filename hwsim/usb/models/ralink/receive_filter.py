# SPDX-License-Identifier: GPL-2.0-or-later
"""Which frames on the channel a chip takes in: addresses, kinds, repetitions."""

from __future__ import annotations

from typing import Final

from hwsim.frames import BROADCAST, CONTROL, RETRY, MacHeader
from hwsim.usb.models.memory import Memory

OWN_ADDRESS: Final = 0x1008
BSSID: Final = 0x1010
FILTER: Final = 0x1400

_DROP_NOT_TO_ME: Final = 1 << 2
_DROP_NOT_MY_BSS: Final = 1 << 3
_DROP_MULTICAST: Final = 1 << 5
_DROP_BROADCAST: Final = 1 << 6
_DROP_REPETITIONS: Final = 1 << 7
_DROP_CONTROL: Final = 1 << 16
_DROP_CONTROL_KIND: Final = {
    15: 1 << 8, 14: 1 << 9, 13: 1 << 10, 12: 1 << 11,
    11: 1 << 12, 10: 1 << 13, 9: 1 << 14, 8: 1 << 15,
}  # fmt: skip
"""By subtype: CF-End with and without CF-Ack, Ack, CTS, RTS, PS-Poll, BlockAck and its request."""
_MAX_SENDERS: Final = 64


class ReceiveFilter:
    """The filter as the registers of a memory have it, and what was received last of whom."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._last: dict[tuple[bytes, int], bytes] = {}

    def is_to_me(self, header: MacHeader) -> bool:
        """Whether a frame is addressed to the chip's own address."""
        return header.receiver == self._memory.bytes_at(OWN_ADDRESS, 6)

    def is_of_my_bss(self, header: MacHeader) -> bool:
        """Whether a frame comes from the access point that the driver named."""
        return header.transmitter == self._memory.bytes_at(BSSID, 6)

    def takes(self, frame: bytes, header: MacHeader) -> bool:
        """Whether the driver is to get a frame."""
        drops = self._memory.word(FILTER)
        if header.type == CONTROL:
            return not drops & (_DROP_CONTROL_KIND.get(header.subtype, 0) or _DROP_CONTROL)
        if drops & _DROP_NOT_MY_BSS and not self.is_of_my_bss(header):
            return False
        if header.receiver == BROADCAST:
            return not drops & _DROP_BROADCAST
        if header.receiver[0] & 1:
            return not drops & _DROP_MULTICAST
        if drops & _DROP_NOT_TO_ME and not self.is_to_me(header):
            return False
        return not (self._is_repetition(frame, header) and drops & _DROP_REPETITIONS)

    def _is_repetition(self, frame: bytes, header: MacHeader) -> bool:
        """Whether a frame says that it was sent before, and was received then (10.3.2.14)."""
        sender, sequence = (header.transmitter, header.tid), frame[22:24]
        if header.flags & RETRY and self._last.get(sender) == sequence:
            return True
        if len(self._last) >= _MAX_SENDERS and sender not in self._last:
            self._last.clear()
        self._last[sender] = sequence
        return False
