# SPDX-License-Identifier: GPL-2.0-or-later
"""What goes with the security of a scenario's network."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from harness.scenarios import Network


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"security": "open", "pmf": "optional"}, "'open' goes with pmf = 'disabled' only"),
        ({"security": "wpa3-sae", "pmf": "disabled"}, "goes with pmf = 'required' only"),
        ({"security": "wpa3-transition", "pmf": "required"}, "goes with pmf = 'optional' only"),
        ({"sae": {}}, r"\[network.sae\] goes with security = 'wpa3-transition' or 'wpa3-comp"),
        ({"ft": {}}, r"\[network.ft\] goes with security = 'wpa2-ft-psk' or 'wpa2-ft-eap' or"),
        ({"owe_groups": [19]}, "owe_groups goes with security = 'owe' only"),
        ({"security": "wpa3-sae", "sae": {"groups": []}}, "at least 1 item"),
        ({"security": "wpa3-sae", "sae": {"groups": [22]}}, "19, 20 or 21"),
        (
            {"security": "wpa3-sae", "sae": {"password_id": "a", "ways": "hunting-and-pecking"}},
            "password_id goes by hash to element",
        ),
        ({"security": "wpa3-sae", "sae": {"password_id": "é" * 128}}, "256 bytes long"),
        ({"owe_transition": True}, "owe_transition goes with security = 'open' only"),
        ({"uapsd": True}, "uapsd goes with wmm = true only"),
        ({"ocv": True}, "ocv goes with pmf = 'optional' or 'required' only"),
        (
            {"security": "open", "extended_key_id": True},
            "extended_key_id goes with a key handshake",
        ),
        ({"security": "wpa-psk", "extended_key_id": True}, "for CCMP or GCMP only"),
        ({"channel": 5975}, "6 GHz has no security = 'wpa2-psk'"),
        ({"security": "open", "channel": 5975}, "6 GHz has no security = 'open'"),
        ({"security": "wep-open", "channel": 5975}, "6 GHz has no security = 'wep-open'"),
        ({"security": "wpa2-ft-psk", "channel": 5975}, "6 GHz has no security = 'wpa2-ft-psk'"),
        ({"security": "wpa2-eap-sha256", "channel": 5975}, "give pmf = 'required'"),
        (
            {"security": "wpa3-sae", "channel": 5975, "sae": {"ways": "hunting-and-pecking"}},
            "6 GHz has SAE by hash to element alone",
        ),
        (
            {"security": "wpa3-transition", "channel": 5975},
            "has its first access point below 6 GHz",
        ),
        ({"security": "wpa3-sae", "channel": 5960}, "5955 to 7115 in steps of 20"),
    ],
)
def test_what_does_not_fit_is_refused(given: dict[str, object], said: str) -> None:
    """With what does."""
    with pytest.raises(ValidationError, match=said):
        Network.model_validate(given)


@pytest.mark.parametrize(
    ("security", "pmf", "protection"),
    [
        ("wpa2-psk", None, "disabled"),
        ("wpa2-psk", "required", "required"),
        ("open", None, "disabled"),
        ("wpa3-transition", None, "optional"),
        ("wpa3-sae", None, "required"),
    ],
)
def test_protection_left_out(security: str, pmf: str | None, protection: str) -> None:
    """It is what goes with the security."""
    network = Network.model_validate({"security": security, "pmf": pmf})
    assert network.protection == protection
