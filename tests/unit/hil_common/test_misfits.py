# SPDX-License-Identifier: GPL-2.0-or-later
"""What of a network does not go together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hil_common.misfits import ciphers_misfit, rsn_misfit, six_ghz_misfit
from hil_common.security import (
    OPEN,
    OWE,
    SECURITY_CHOICES,
    WPA2_PSK,
    WPA3_SAE,
    WPA3_TRANSITION,
    WPA_PSK,
    ciphers_of,
)


def test_ciphers_that_do_not_fit() -> None:
    """What is wrong, and what would do."""
    assert ciphers_misfit(WPA2_PSK, "required", ("gcmp-256",), "ccmp-128", "bip-gmac-128") is None
    assert ciphers_misfit(OPEN, "disabled", (), None, None) is None
    assert "no cipher to choose" in str(ciphers_misfit(OPEN, "disabled", (), "ccmp-128", None))
    assert "twice" in str(ciphers_misfit(WPA2_PSK, "disabled", ("ccmp-128",) * 2, None, None))
    assert "pmf" in str(ciphers_misfit(WPA2_PSK, "disabled", (), None, "bip-cmac-128"))
    only = replace(WPA2_PSK, data_ciphers=("gcmp-256",))
    told = "security = 'wpa2-psk' goes with group_cipher = 'gcmp-256' only"
    assert ciphers_misfit(only, "disabled", (), "ccmp-128", None) == told


def test_capabilities_that_do_not_fit() -> None:
    """OCV wants protected management frames, Extended Key ID a cipher with packet numbers."""
    usual = ciphers_of(WPA2_PSK, (), None, None)
    tkip = ciphers_of(WPA_PSK, (), None, None)
    for choice, pmf, ciphers, ocv, extended, fits in (
        (WPA2_PSK, "required", usual, True, True, True),
        (WPA2_PSK, "disabled", usual, True, False, False),
        (WPA2_PSK, "disabled", usual, False, True, True),
        (WPA_PSK, "disabled", tkip, False, True, False),
        (OPEN, "disabled", usual, False, True, False),
    ):
        wrong = rsn_misfit(choice, pmf, ciphers, ocv=ocv, extended_key_id=extended)  # type: ignore[arg-type]
        assert (wrong is None) == fits


@pytest.mark.parametrize("name", SECURITY_CHOICES)
def test_what_goes_in_6ghz(name: str) -> None:
    """With protected management frames: what has neither a PSK nor WEP nor TKIP, but in transition,
    where it is left out."""
    choice = SECURITY_CHOICES[name]
    goes = {
        "wpa2-eap", "wpa2-eap-sha256", "wpa3-transition", "wpa3-compatibility", "wpa3-sae", "owe",
        "wpa3-eap-192", "wpa2-ft-eap", "wpa3-ft-sae", "wpa2-eap-suite-b",
    }  # fmt: skip
    ciphers = ciphers_of(choice, (), None, None)
    assert (six_ghz_misfit(choice, "required", ciphers, "both") is None) == (name in goes)


def test_what_else_does_not_go_there() -> None:
    """Management frames that are not protected, TKIP, hunting and pecking."""
    usual, tkip = ciphers_of(OWE, (), None, None), ciphers_of(WPA_PSK, (), None, None)
    assert "pmf" in str(six_ghz_misfit(OWE, "optional", usual, "both"))
    assert "tkip" in str(six_ghz_misfit(OWE, "required", tkip, "both"))
    for choice in (WPA3_SAE, WPA3_TRANSITION):
        wrong = six_ghz_misfit(choice, "required", usual, "hunting-and-pecking")
        assert "hash to element alone" in str(wrong)
