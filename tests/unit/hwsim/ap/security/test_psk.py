# SPDX-License-Identifier: GPL-2.0-or-later
"""The PSK of a passphrase."""

from __future__ import annotations

import pytest

from hwsim.ap.security.psk import pmk_from_passphrase


@pytest.mark.parametrize(
    ("passphrase", "ssid", "psk"),
    [
        ("password", b"IEEE", "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"),
        (
            "ThisIsAPassword",
            b"ThisIsASSID",
            "0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af",
        ),
        (
            "a" * 32,
            b"Z" * 32,
            "becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62",
        ),
    ],
)
def test_psk_of_a_passphrase(passphrase: str, ssid: bytes, psk: str) -> None:
    """IEEE 802.11-2020, J.4.2: the three published mappings."""
    assert pmk_from_passphrase(passphrase, ssid).hex() == psk
