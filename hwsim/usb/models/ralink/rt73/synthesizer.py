# SPDX-License-Identifier: GPL-2.0-or-later
"""RF5226, the radio frequency part: a synthesizer for 2.4 GHz and 5 GHz.

Four registers, written as words whose two lowest bits say which one it is. The divider of the
synthesizer is a prescaler by 16 or 17 with two counters, and a fraction in tenths: from these the
frequency is known, and no table of channels is kept.
"""

from __future__ import annotations

from typing import Final

from hwsim.usb.models.memory import Memory

RF_ACCESS: Final = 0x3090
_BUSY: Final = 1 << 31
_LOCKED: Final = 1 << 30
_REGISTER: Final = 0xFFFFFF
_PRESCALER: Final = 16
_TENTHS: Final = 10
_BAND_2_4_MHZ: Final = range(2412, 2485)
_BAND_5_MHZ: Final = range(5170, 5826)


class Rf5226:
    """The registers, behind a word of the chip."""

    def __init__(self) -> None:
        self._registers = [0, 0, 0, 0]

    def attach(self, memory: Memory) -> None:
        """Let the word of ``memory`` behave by which it is written."""
        memory.on_write(RF_ACCESS, self.access)

    def access(self, word: int) -> int:
        """Take in a word that was written to :data:`RF_ACCESS`, and what it reads as then."""
        if not word & _BUSY:
            return word
        self._registers[word & 3] = word & _REGISTER
        return word & ~_BUSY | _LOCKED

    @property
    def frequency_mhz(self) -> int | None:
        """The centre of the channel it is tuned to; ``None`` while it is tuned to none."""
        _, _, counters, fraction = self._registers
        divider = _PRESCALER * (counters >> 7 & 0x1F) + (counters >> 2 & 0x0F)
        tenths = _TENTHS * divider + (fraction >> 2 & 0x0F)
        if tenths in _BAND_2_4_MHZ:
            return tenths
        mhz, left = divmod(5 * tenths, 3)
        return mhz if not left and mhz in _BAND_5_MHZ else None
