# SPDX-License-Identifier: GPL-2.0-or-later
"""Rates as the chips' descriptors have them: a PHY mode and a number in it."""

from __future__ import annotations

from typing import Final

CCK: Final = 0
OFDM: Final = 1

_SHORT_PREAMBLE: Final = 0x8
"""Of a CCK rate's number: the preamble is the short one."""
_KBPS: Final = {
    (CCK, 0): 1000, (CCK, 1): 2000, (CCK, 2): 5500, (CCK, 3): 11000,
    (OFDM, 0): 6000, (OFDM, 1): 9000, (OFDM, 2): 12000, (OFDM, 3): 18000,
    (OFDM, 4): 24000, (OFDM, 5): 36000, (OFDM, 6): 48000, (OFDM, 7): 54000,
}  # fmt: skip
_MODES: Final = {kbps: mode for mode, kbps in _KBPS.items()}


def rate_kbps(phy_mode: int, number: int) -> int | None:
    """The legacy rate (kbit/s); ``None`` for an HT rate, and for a number that no rate has."""
    if phy_mode == CCK:
        number &= ~_SHORT_PREAMBLE
    return _KBPS.get((phy_mode, number))


def rate_mode(kbps: int) -> tuple[int, int]:
    """PHY mode and number of a legacy rate; the lowest of all stands for one there is none of."""
    return _MODES.get(kbps, (CCK, 0))
