# SPDX-License-Identifier: GPL-2.0-or-later
"""The RF chip RTL8225 "zebra 2": sixteen registers, and the three-wire bus on which it is read.

Registers are written by a request of their own (or on the bus, by drivers of an older chip); they
are read on the bus alone, pin by pin. Bits of address and data are taken on both edges of the
clock, bits of the answer are put out on rising ones.
"""

from __future__ import annotations

from typing import Final

DATA: Final = 1 << 0
CLOCK: Final = 1 << 1
DISABLE: Final = 1 << 2
READ: Final = 1 << 3
INPUT: Final = 1 << 1
"""The bit of the register RFPinsInput that shows the answer."""

CHANNEL: Final = 7
"""The register that holds the synthesizer's word."""
_IDENTITY_PAGE: Final = 0x1B7
"""What register 0 holds while 8 and 9 tell which chip it is."""
_IDENTITY: Final = {8: 0x588, 9: 0x700}
_ADDRESS_BITS: Final = 5
_WRITE_BITS: Final = 16
_ANSWER_BITS: Final = 12
_FIRST_WORD: Final = 0x085C
_WORD_STEP: Final = 0x80
_WORD_14: Final = 0x0F72
_LAST_BY_STEP: Final = 13


def channel_of(word: int) -> int | None:
    """The channel that a synthesizer's word is of; ``None`` for one that is of none."""
    if word == _WORD_14:
        return 14
    steps, rest = divmod(word - _FIRST_WORD, _WORD_STEP)
    return steps + 1 if not rest and 0 <= steps < _LAST_BY_STEP else None


class Rf:
    """The chip and its bus."""

    def __init__(self) -> None:
        self.registers = [0] * 16
        self._pins = DISABLE
        self._bits: list[int] = []
        self._answer = 0
        self._left = 0

    @property
    def channel(self) -> int | None:
        """The channel it is tuned to."""
        return channel_of(self.registers[CHANNEL])

    @property
    def input(self) -> int:
        """What the driver sees of the answer, as :data:`INPUT` or 0."""
        return INPUT if self._answer >> self._left & 1 else 0

    def write(self, register: int, value: int) -> None:
        """Set a register."""
        self.registers[register & 0x0F] = value & 0xFFFF

    def read(self, register: int) -> int:
        """What a register reads as."""
        if self.registers[0] == _IDENTITY_PAGE and register in _IDENTITY:
            return _IDENTITY[register]
        return self.registers[register & 0x0F] & 0xFFF

    def set_pins(self, pins: int) -> None:
        """The driver moves pins."""
        before, self._pins = self._pins, pins
        if pins & DISABLE:
            if not before & DISABLE and len(self._bits) == _WRITE_BITS and not pins & READ:
                word = _number(self._bits)
                self.write(word & 0x0F, word >> 4)
            self._bits, self._left = [], 0
            return
        if pins & CLOCK == before & CLOCK or before & DISABLE:
            return
        if not pins & READ:
            self._take(pins & DATA)
        elif pins & CLOCK and self._left:
            self._left -= 1

    def _take(self, bit: int) -> None:
        if len(self._bits) < _WRITE_BITS:
            self._bits.append(bit)
        if len(self._bits) == _ADDRESS_BITS:
            self._answer, self._left = self.read(_number(self._bits)), _ANSWER_BITS


def _number(bits: list[int]) -> int:
    return int("".join(map(str, bits)), 2)
