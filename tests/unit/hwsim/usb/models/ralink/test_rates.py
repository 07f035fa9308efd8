# SPDX-License-Identifier: GPL-2.0-or-later
"""Rates of descriptors."""

from __future__ import annotations

import pytest

from hwsim.usb.models.ralink.rates import CCK, OFDM, rate_kbps, rate_mode


@pytest.mark.parametrize(
    ("phy_mode", "number", "kbps"),
    [(CCK, 0, 1000), (CCK, 3, 11000), (CCK, 0xB, 11000), (OFDM, 0, 6000), (OFDM, 7, 54000)],
)
def test_legacy_rates(phy_mode: int, number: int, kbps: int) -> None:
    """CCK numbers with the bit of the short preamble are the same rates."""
    assert rate_kbps(phy_mode, number) == kbps


def test_an_ht_rate_is_none_of_them() -> None:
    """The medium knows legacy rates alone."""
    assert rate_kbps(2, 7) is None


def test_received_rates_go_the_other_way() -> None:
    """A rate that is none is told as the lowest."""
    assert rate_mode(5500) == (CCK, 2)
    assert rate_mode(24000) == (OFDM, 4)
    assert rate_mode(7) == (CCK, 0)
