# SPDX-License-Identifier: GPL-2.0-or-later
"""Channels of 20 MHz: band, number, centre and operating class.

A channel of 2.4 or 5 GHz stands by its number, one of 6 GHz by its centre in MHz, since its number
is that of another channel too. Source: IEEE 802.11-2024, table E-4 (global operating classes).
"""

from __future__ import annotations

from typing import Final, Literal

from hil_common.network import CHANNELS_6GHZ

Band = Literal["2.4 GHz", "5 GHz", "6 GHz"]

CLASS_6GHZ: Final = 131
_START_6GHZ_MHZ: Final = 5950
_CLASSES: Final = ((1, 13, 81), (36, 48, 115), (52, 64, 118), (100, 144, 121), (149, 165, 125))
"""First and last channel of each operating class of 20 MHz below 6 GHz."""


def band_of(channel: int) -> Band:
    """The band that a channel is in."""
    if channel in CHANNELS_6GHZ:
        return "6 GHz"
    return "2.4 GHz" if channel <= 14 else "5 GHz"


def channel_number(channel: int) -> int:
    """The channel's number within its operating class."""
    return (channel - _START_6GHZ_MHZ) // 5 if band_of(channel) == "6 GHz" else channel


def channel_freq_mhz(channel: int) -> int:
    """The channel's centre frequency."""
    band = band_of(channel)
    if band == "6 GHz":
        return channel
    return 2407 + 5 * channel if band == "2.4 GHz" else 5000 + 5 * channel


def operating_class(channel: int) -> int:
    """The global operating class of a channel."""
    if band_of(channel) == "6 GHz":
        return CLASS_6GHZ
    return next(number for first, last, number in _CLASSES if first <= channel <= last)
