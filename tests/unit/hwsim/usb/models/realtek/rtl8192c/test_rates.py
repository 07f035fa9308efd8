# SPDX-License-Identifier: GPL-2.0-or-later
"""Rates of descriptors."""

from __future__ import annotations

from hwsim.usb.models.realtek.rtl8192c.rates import is_cck, rate_kbps, rate_number


def test_legacy_rates_go_both_ways() -> None:
    """First those of 802.11b; an HT rate is none of them."""
    assert [rate_kbps(number) for number in (0, 3, 4, 11, 12)] == [1000, 11000, 6000, 54000, None]
    assert [rate_number(kbps) for kbps in (1000, 54000, 7)] == [0, 11, 4]
    assert is_cck(3)
    assert not is_cck(4)
