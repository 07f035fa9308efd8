# SPDX-License-Identifier: GPL-2.0-or-later
"""The serial EEPROM 93C46 behind the register EEPROM_CMD, of which the driver moves each pin.

A command is a start bit, two bits of operation and six of address, each taken on a rising clock;
the word that is read follows, its highest bit first. Only reading is known.
"""

from __future__ import annotations

import struct
from typing import Final

SELECT: Final = 1 << 3
CLOCK: Final = 1 << 2
DATA_IN: Final = 1 << 1
DATA_OUT: Final = 1 << 0

WORDS: Final = 64
_READ: Final = 0b10
_COMMAND_BITS: Final = 9
"""Start bit, operation, address."""

_ID: Final = 0x8187
"""Windows' drivers want it in word 0."""
_TX_POWER: Final = (0x1B, 0x1C, 0x16, 0x17, 0x18, 0x3D, 0x3E, 0x0A)


def contents(mac: bytes) -> tuple[int, ...]:
    """The words of an adapter's EEPROM with that address."""
    words = [0] * WORDS
    words[0x00] = _ID
    words[0x03] = 0x0000  # channel plan: FCC
    words[0x05] = 0x0A0A  # base of transmit powers
    words[0x06] = 0x0009  # the RF chip: RTL8225 "zebra 2"
    words[0x07:0x0A] = struct.unpack("<3H", mac)
    words[0x0C] = 0x0000  # CONFIG2: no hardware switch of the radio
    for place in _TX_POWER:
        words[place] = 0x4444
    return tuple(words)


class Eeprom:
    """The chip's pins and where a command is."""

    def __init__(self, words: tuple[int, ...]) -> None:
        self._words = words
        self._pins = 0
        self._command = 0
        self._bits = 0
        self._left = 0
        self._address = 0
        self._out = 0

    def set_pins(self, pins: int) -> None:
        """The driver moves pins."""
        rising = pins & CLOCK and not self._pins & CLOCK
        self._pins = pins
        if not pins & SELECT:
            self._command = self._bits = self._left = self._out = 0
        elif rising and self._left:
            self._shift_out()
        elif rising:
            self._shift_in(bool(pins & DATA_IN))

    @property
    def data_out(self) -> int:
        """The pin that the driver reads, as :data:`DATA_OUT` or 0."""
        return DATA_OUT if self._out else 0

    def _shift_in(self, bit: bool) -> None:
        if not self._bits and not bit:
            return  # no start bit yet
        self._command = self._command << 1 | bit
        self._bits += 1
        if self._bits == _COMMAND_BITS:
            operation, self._address = self._command >> 6 & 3, self._command & (WORDS - 1)
            self._command = self._bits = 0
            self._left = 16 if operation == _READ else 0

    def _shift_out(self) -> None:
        self._left -= 1
        self._out = self._words[self._address] >> self._left & 1
        if not self._left:  # the next word follows, as long as it is clocked
            self._address, self._left = (self._address + 1) % WORDS, 16
