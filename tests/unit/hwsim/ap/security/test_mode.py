# SPDX-License-Identifier: GPL-2.0-or-later
"""What every security mode answers, and the elements it shows itself by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hil_common.security import SECURITY_CHOICES, Pmf
from hwsim.ap.network import Network
from hwsim.ap.security.mode import AssociationAnswer, AuthAnswer, AuthFrame
from hwsim.ap.security.modes import SECURITY_MODES
from hwsim.ap.station import Station
from tests.unit.hwsim.ap.environment import Quiet, mode_of
from tests.unit.hwsim.ap.test_templates import network

STATION = bytes.fromhex("020000000000")
OPEN = replace(network(), security="open", passphrase=None)
EAP = replace(network(), security="wpa2-eap", passphrase=None)
EAP_SHA256 = replace(EAP, security="wpa2-eap-sha256")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (AuthFrame(0, 1, 0), 0),
        (AuthFrame(1, 1, 0), 13),
        (AuthFrame(3, 1, 0, b"commit"), 13),
        (AuthFrame(0, 2, 0), 14),
    ],
)
@pytest.mark.parametrize("of", [network(), OPEN, EAP, EAP_SHA256])
def test_the_open_system_authenticates(of: Network, request_: AuthFrame, status: int) -> None:
    """Anyone who asks for it; other algorithms and sequence numbers are refused."""
    answer = mode_of(of).authenticate(STATION, request_)
    assert answer == AuthAnswer(AuthFrame(0, 2, status), status == 0)


def test_association() -> None:
    """An RSN refuses a request without RSNE; the open network does not look at one."""
    rsne = mode_of(network()).rsne
    ssid = bytes((0, 3)) + b"hil"
    assert mode_of(network()).associate(STATION, ssid + rsne) == AssociationAnswer(0)
    assert mode_of(network()).associate(STATION, ssid) == AssociationAnswer(40)
    assert mode_of(EAP).associate(STATION, ssid + rsne) == AssociationAnswer(43)
    assert mode_of(OPEN).associate(STATION, ssid) == AssociationAnswer(0)


@pytest.mark.parametrize(
    ("of", "rsne"),
    [
        (network(), "30140100000fac040100000fac040100000fac020000"),
        (EAP, "30140100000fac040100000fac040100000fac010000"),
        (EAP_SHA256, "30140100000fac040100000fac040100000fac050000"),
        (OPEN, ""),
    ],
)
def test_elements(of: Network, rsne: str) -> None:
    """Version 1, CCMP for both, the AKM, no capabilities, so no protected management frames."""
    mode = mode_of(of)
    assert (mode.rsne.hex(), mode.rsnxe, mode.protects_management) == (rsne, b"", False)


def test_only_a_passphrase_makes_a_pmk_beforehand() -> None:
    """It is told once, to be kept with the capture; 802.1X makes one later, open has none."""
    environment = Quiet()
    pmk = mode_of(network(), environment).pmk(Station(STATION))
    assert pmk is not None
    assert environment.kept == [pmk]
    assert mode_of(EAP, environment).pmk(Station(STATION)) is None
    assert mode_of(OPEN, environment).pmk(Station(STATION)) is None
    assert environment.kept == [pmk]


def test_every_choice_is_carried_out() -> None:
    """A choice has its mode, and keys if it has an AKM."""
    assert set(SECURITY_MODES) == set(SECURITY_CHOICES)
    for name, mode in SECURITY_MODES.items():
        assert mode.choice is SECURITY_CHOICES[name]
        assert (mode.suite is not None) == mode.choice.has_keys


@pytest.mark.parametrize(("pmf", "bits"), [("disabled", 0), ("optional", 0x80), ("required", 0xC0)])
def test_management_frame_protection_is_offered(pmf: Pmf, bits: int) -> None:
    """MFPC, and MFPR if it is required (9.4.2.24.4), of every mode with keys."""
    mode = mode_of(replace(network(), pmf=pmf))
    assert (mode.rsne[-2:], mode.protects_management) == (bytes((bits, 0)), bits != 0)
