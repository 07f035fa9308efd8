# SPDX-License-Identifier: GPL-2.0-or-later
"""Legacy rates by the number that descriptors have for them."""

from __future__ import annotations

from typing import Final

_KBPS: Final = (
    1000, 2000, 5500, 11000, 6000, 9000, 12000, 18000, 24000, 36000, 48000, 54000
)  # fmt: skip
_FIRST_OFDM: Final = 4


def rate_kbps(number: int) -> int | None:
    """The rate (kbit/s); ``None`` for an HT rate."""
    return _KBPS[number] if number < len(_KBPS) else None


def rate_number(kbps: int) -> int:
    """The number of a rate; 6 Mbit/s stands for one that is no legacy rate."""
    return _KBPS.index(kbps) if kbps in _KBPS else _FIRST_OFDM


def is_cck(number: int) -> bool:
    """Whether it is a rate of 802.11b."""
    return number < _FIRST_OFDM
