# SPDX-License-Identifier: GPL-2.0-or-later
"""Two radio frequency parts (RF6052): registers of 20 bits, written and read over serial lines.

A word of the baseband writes a register of a part; another one says which register a third word
reads as. The calibration's results are those of a part that needs none.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from hwsim.usb.models.memory import Memory

WRITES: Final = (0x840, 0x844)
READ_ADDRESSES: Final = (0x824, 0x82C)
READS: Final = ((0x8A0, 0x8B8), (0x8A4, 0x8BC))
"""Of each part; there are two words to read by, for the two kinds of serial line."""
CHANNEL: Final = 0x18
_CHANNEL_MASK: Final = 0xFF
_REGISTERS: Final = 64
_VALUE: Final = 0xFFFFF
_UNITY: Final = 0x01000000
_CALIBRATION: Final = {
    0xE94: _UNITY, 0xE9C: 0, 0xEA4: _UNITY, 0xEAC: 0,
    0xEB4: _UNITY, 0xEBC: 0, 0xEC4: _UNITY, 0xECC: 0,
}  # fmt: skip
"""Gain and phase of transmitter and receiver of both parts; 0xEAC has the bits for a failure."""


class RadioFrequency:
    """The parts, behind words of a memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._parts = [[0] * _REGISTERS for _ in WRITES]
        for part, (write, reads) in enumerate(zip(WRITES, READS, strict=True)):
            memory.on_write(write, partial(self._write, part))
            for read in reads:
                memory.on_read(read, partial(self._read, part))
        for address, result in _CALIBRATION.items():
            memory.on_read(address, partial(int, result))

    def _write(self, part: int, word: int) -> int:
        self._parts[part][word >> 20 & _REGISTERS - 1] = word & _VALUE
        return word

    def _read(self, part: int) -> int:
        number = self._memory.word(READ_ADDRESSES[part]) >> 23 & _REGISTERS - 1
        return self._parts[part][number]

    @property
    def frequency_mhz(self) -> int | None:
        """The centre of the channel it is tuned to; ``None`` while it is tuned to none."""
        channel = self._parts[0][CHANNEL] & _CHANNEL_MASK
        if channel == 14:
            return 2484
        return 2407 + 5 * channel if 1 <= channel <= 13 else None
