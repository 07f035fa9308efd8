# SPDX-License-Identifier: GPL-2.0-or-later
"""Baseband and radio frequency parts: registers behind a word of the chip, and the channel.

A driver writes number, value and a busy bit to the word; here that is done at once, and the bit
reads 0.
"""

from __future__ import annotations

from typing import Final, Protocol

from hwsim.usb.models.memory import Memory

BBP_ACCESS: Final = 0x101C
RFCSR_ACCESS: Final = 0x0500
RF_ACCESS: Final = 0x1020

_BUSY: Final = 1 << 17
_FLAG: Final = 1 << 16
"""Of :data:`BBP_ACCESS` a read, of :data:`RFCSR_ACCESS` a write."""
_VERSION: Final = 0
_TEST_TONE: Final = 24
_TEST_RESULT: Final = 55
_PASS_BAND, _STOP_BAND = 0x60, 0x10
_FIRST_MHZ: Final = 2412
_CHANNEL_14_MHZ: Final = 2484


class Baseband:
    """The baseband processor (BBP): 256 registers of 8 bits."""

    def __init__(self) -> None:
        self._registers = bytearray(256)
        self._registers[_VERSION] = 0x17

    def access(self, word: int) -> int:
        """Carry out a word that was written to :data:`BBP_ACCESS`, and what it reads as then."""
        if not word & _BUSY:
            return word
        number = word >> 8 & 0xFF
        if word & _FLAG:
            word = word & ~0xFF | self._read(number)
        else:
            self._registers[number] = word & 0xFF
        return word & ~_BUSY

    def _read(self, number: int) -> int:
        """A register. What the filter's calibration measures lets it end after its first step."""
        if number == _TEST_RESULT:
            return _STOP_BAND if self._registers[_TEST_TONE] else _PASS_BAND
        return self._registers[number]


class Tuner(Protocol):
    """A radio frequency part of one kind."""

    def attach(self, memory: Memory) -> None:
        """Let the words of ``memory`` behave by which it is written."""

    @property
    def frequency_mhz(self) -> int | None:
        """The centre of the channel it is tuned to; ``None`` while it is tuned to none."""


class Rf3020:
    """RF3020, 2.4 GHz: 64 registers of 8 bits, read and written one by one."""

    def __init__(self) -> None:
        self._registers = bytearray(64)

    def attach(self, memory: Memory) -> None:
        """See :class:`Tuner`."""
        memory.on_write(RFCSR_ACCESS, self.access)

    def access(self, word: int) -> int:
        """Carry out a word that was written to :data:`RFCSR_ACCESS`."""
        if not word & _BUSY:
            return word
        number = word >> 8 & 0x3F
        if word & _FLAG:
            self._registers[number] = word & 0xFF
        else:
            word = word & ~0xFF | self._registers[number]
        return word & ~_BUSY

    @property
    def frequency_mhz(self) -> int | None:
        """See :class:`Tuner`: two channels share a divider, whose remainder tells them apart."""
        return _channel_mhz(self._registers[2] - 240, is_even=self._registers[3] & 0x0F == 7)


class Rf2820:
    """RF2820, 2.4 GHz: four registers of 22 bits, written as words that say which one they are."""

    def __init__(self) -> None:
        self._registers = [0, 0, 0, 0]

    def attach(self, memory: Memory) -> None:
        """See :class:`Tuner`."""
        memory.on_write(RF_ACCESS, self.access)

    def access(self, word: int) -> int:
        """Take in a word that was written to :data:`RF_ACCESS`."""
        if not word & 1 << 31:
            return word
        self._registers[word & 3] = word & 0xFFFFFF
        return word & ~(1 << 31)

    @property
    def frequency_mhz(self) -> int | None:
        """See :class:`Tuner`; the other bits of both registers are antennas and power."""
        _, _, divider, remainder = self._registers
        if divider & 0x780 != 0x780:
            return None
        return _channel_mhz(divider >> 2 & 0x0F, is_even=remainder & 0x3F == 0x1F)


def _channel_mhz(pair: int, *, is_even: bool) -> int | None:
    """The centre of the channels 1 and 2 (pair 1), 3 and 4, up to 13 (pair 7), and 14 (pair 8)."""
    if pair == 8:
        return _CHANNEL_14_MHZ
    if not 1 <= pair <= 7 or (pair == 7 and is_even):
        return None
    return _FIRST_MHZ + 5 * (2 * (pair - 1) + is_even)
