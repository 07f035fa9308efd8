# SPDX-License-Identifier: GPL-2.0-or-later
"""The RF part: channels as a driver's words tune it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.usb.models.ralink.rt73.synthesizer import Rf5226
from tests.unit.hwsim.usb.models.ralink.rt73.driver import CHANNELS

BUSY = 1 << 31


def centre(channel: int) -> int:
    """Where the standard has a channel."""
    if channel == 14:
        return 2484
    return (2407 if channel < 14 else 5000) + 5 * channel


@pytest.mark.parametrize("channel", CHANNELS)
def test_it_is_tuned_to_each_channel(channel: int) -> None:
    """Of both bands; what a channel adds for power and offset changes nothing."""
    part = Rf5226()
    for word in CHANNELS[channel]:
        assert part.access(BUSY | word) & BUSY == 0
    assert part.frequency_mhz == centre(channel)


def test_it_is_tuned_to_none_at_first() -> None:
    """And a word without the busy bit is none."""
    part = Rf5226()
    assert part.frequency_mhz is None
    for word in CHANNELS[6]:
        part.access(word)
    assert part.frequency_mhz is None


@given(st.lists(st.integers(0, (1 << 32) - 1), max_size=8))
def test_any_words_are_a_frequency_of_a_band_or_none(words: list[int]) -> None:
    """Whatever is written."""
    part = Rf5226()
    for word in words:
        part.access(word)
    found = part.frequency_mhz
    assert found is None or 2412 <= found <= 2484 or 5170 <= found <= 5825
