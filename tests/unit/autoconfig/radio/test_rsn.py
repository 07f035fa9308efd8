# SPDX-License-Identifier: GPL-2.0-or-later
"""The RSN element of an association request, and the AKM it names."""

from __future__ import annotations

import pytest
from autoconfig.radio import rsn
from hypothesis import given
from hypothesis import strategies as st

from hil_common.security import SECURITY_CHOICES

SSID = b"\0\3hil"
AKM_8021X, AKM_PSK, AKM_PSK_SHA256 = 0x000FAC01, 0x000FAC02, 0x000FAC06
RSNA, RSNA_PSK = 6, 7


def beacon(*akms: int, capabilities: str = "") -> bytes:
    """The elements of an access point that offers these AKMs."""
    suites = b"".join(akm.to_bytes(4, "big") for akm in akms)
    body = bytes.fromhex("0100000fac040100000fac04") + len(akms).to_bytes(2, "little") + suites
    body += bytes.fromhex(capabilities)
    return SSID + bytes((48, len(body))) + body


def test_rsn_element() -> None:
    """IEEE 802.11 9.4.2.24: version, group, one pairwise suite, one AKM, no capabilities."""
    expected = "30140100000fac040100000fac040100000fac020000"
    assert rsn.rsn_element(AKM_PSK, 4, 4).hex() == expected


@pytest.mark.parametrize(
    ("algorithm", "offered", "akm"),
    [
        (RSNA_PSK, (AKM_PSK,), AKM_PSK),
        (RSNA_PSK, (AKM_PSK_SHA256,), AKM_PSK_SHA256),
        (RSNA_PSK, (AKM_PSK_SHA256, AKM_PSK), AKM_PSK),
        (RSNA, (AKM_8021X,), AKM_8021X),
        (RSNA, (AKM_PSK,), AKM_8021X),
        (RSNA_PSK, (), AKM_PSK),
    ],
)
def test_the_akm_is_one_that_the_access_point_offers(
    algorithm: int, offered: tuple[int, ...], akm: int
) -> None:
    """Of the algorithm's, the preferred; without one the access point is left to refuse."""
    assert rsn.akm_suite(algorithm, beacon(*offered)) == akm


def test_every_choice_with_keys_can_be_associated_with() -> None:
    """The radio advertises its algorithm, and finds its AKM in the beacon."""
    assert {name for name, one in SECURITY_CHOICES.items() if not one.by_guest} == {
        "wpa3-sae",
        "owe",
        "wpa3-eap-192",
        "wpa3-ft-sae",
        "wpa2-eap-suite-b",
    }
    for choice in SECURITY_CHOICES.values():
        of_others = choice.name == "wpa2-eap-suite-b"  # RSNA's, with keys that no DLL hands over
        assert (choice.auth_algorithm in rsn.AUTH_ALGORITHMS) == (choice.by_guest or of_others)
        if choice.akm is not None:
            assert rsn.akm_suite(choice.auth_algorithm, beacon(choice.akm)) == choice.akm


@given(st.binary(max_size=60))
def test_an_rsne_cut_short_offers_nothing_unheard_of(body: bytes) -> None:
    """Whatever a beacon holds, AKMs are taken from inside its RSNE."""
    element = SSID + bytes((48, len(body))) + body
    for akm in rsn.offered_akms(element):
        assert akm.to_bytes(4, "big") in body
    rsn.offered_akms(body)
    rsn.protects_management(element)
    rsn.management_suite(element)


@pytest.mark.parametrize(
    ("capabilities", "protects"), [("", False), ("00", False), ("0000", False), ("8000", True)]
)
def test_management_frames_are_protected_where_the_access_point_can(
    capabilities: str, protects: bool
) -> None:
    """MFPC of its RSNE; then ours has it too (12.6.3)."""
    assert rsn.protects_management(beacon(AKM_PSK, capabilities=capabilities)) == protects
    assert rsn.rsn_element(AKM_PSK, 4, 4, 0x000FAC06).hex().endswith("000fac028000")


def test_ciphers_of_the_dll_and_the_access_point() -> None:
    """The DLL's numbers become selectors; the access point's group management cipher is named."""
    element = rsn.rsn_element(AKM_PSK, 9, 8, 0x000FAC0C).hex()
    assert element == "301a0100000fac080100000fac090100000fac0280000000000fac0c"


@pytest.mark.parametrize(
    ("end", "suite"),
    [("", 6), ("8000", 6), ("80000000000fac0c", 12), ("80000100" + "aa" * 16 + "000fac0d", 13)],
)
def test_the_group_management_cipher_of_an_access_point(end: str, suite: int) -> None:
    """Behind the PMKIDs of its RSNE; BIP-CMAC-128 if it is left out."""
    assert rsn.management_suite(beacon(AKM_PSK, capabilities=end)) == 0x000FAC00 | suite
