# SPDX-License-Identifier: GPL-2.0-or-later
"""Rates of descriptors."""

from __future__ import annotations

import pytest

from hwsim.usb.models.ralink.rt73.plcp import received_signal, sent_kbps


@pytest.mark.parametrize(
    ("signal", "ofdm", "kbps"),
    [(0, False, 1000), (3, False, 11000), (0xB, False, 11000), (0xB, True, 6000),
     (0xC, True, 54000), (4, False, None), (0, True, None), (0xFF, False, None)],
)  # fmt: skip
def test_what_a_driver_asks_for(signal: int, ofdm: bool, kbps: int | None) -> None:
    """CCK signals with the bit of the short preamble are the same rates."""
    assert sent_kbps(signal, ofdm=ofdm) == kbps


def test_what_the_chip_tells() -> None:
    """Of OFDM the signal, of CCK the rate in units of 100 kbit/s."""
    assert received_signal(5500) == (55, False)
    assert received_signal(54000) == (0xC, True)
    assert received_signal(7) == received_signal(6000)
