# SPDX-License-Identifier: GPL-2.0-or-later
"""Channels: numbers, centres, operating classes, as annex E has them."""

from __future__ import annotations

import pytest

from hil_common.network import CHANNELS
from hwsim.ap.channels import (
    band_of,
    channel_freq_mhz,
    channel_number,
    operating_class,
)


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        (1, ("2.4 GHz", 1, 2412, 81)),
        (13, ("2.4 GHz", 13, 2472, 81)),
        (36, ("5 GHz", 36, 5180, 115)),
        (64, ("5 GHz", 64, 5320, 118)),
        (100, ("5 GHz", 100, 5500, 121)),
        (165, ("5 GHz", 165, 5825, 125)),
        (5955, ("6 GHz", 1, 5955, 131)),
        (5975, ("6 GHz", 5, 5975, 131)),
        (7115, ("6 GHz", 233, 7115, 131)),
    ],
)
def test_channels(channel: int, told: tuple[str, int, int, int]) -> None:
    """Band, number, centre and class."""
    found = band_of(channel), channel_number(channel), channel_freq_mhz(channel)
    assert (*found, operating_class(channel)) == told


def test_every_channel_has_a_class() -> None:
    """Of those that a scenario can name."""
    assert {operating_class(channel) for channel in CHANNELS} == {81, 115, 118, 121, 125, 131}
