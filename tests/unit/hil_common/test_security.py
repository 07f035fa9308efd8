# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of security choices."""

from __future__ import annotations

from hil_common.security import (
    SECURITY_CHOICES,
    WPA2_PSK,
    WPA_PSK,
    WPA_WPA2_PSK,
    akms_of,
    ciphers_of,
    names_with,
)


def test_the_default_comes_first() -> None:
    """What a scenario without [network] security gets."""
    assert next(iter(SECURITY_CHOICES.values())) is WPA2_PSK


def test_a_choice_stands_once() -> None:
    """Its AKMs and its meaning are no other's."""
    choices = SECURITY_CHOICES.values()
    told = {
        (
            one.akm,
            one.more_akms,
            one.wpa_akm,
            one.override_akm,
            one.wep and one.credential,
            one.auth_algorithm,
        )
        for one in choices
    }
    assert len(told) == len(choices)
    assert len({choice.meaning for choice in choices}) == len(choices)


def test_akms_of_an_algorithm() -> None:
    """RSNA_PSK is served by AKM 2 before AKM 6, RSNA by AKM 1 before 5 and 11, open by none."""
    assert akms_of(7) == (0x000FAC02, 0x000FAC06)
    assert akms_of(6) == (0x000FAC01, 0x000FAC05, 0x000FAC0B)
    assert akms_of(1) == ()
    assert (akms_of(3), akms_of(4)) == ((0x0050F201,), (0x0050F202,))


def test_who_keeps_pmks() -> None:
    """802.1X of an RSN, SAE and OWE: WPA and WEP have nothing to name a PMK by."""
    keeping = {name for name, choice in SECURITY_CHOICES.items() if choice.keeps_pmks}
    assert keeping == {
        "wpa2-eap", "wpa2-eap-sha256", "wpa2-eap-suite-b", "wpa3-eap-192", "wpa2-ft-eap",
        "wpa3-sae", "wpa3-transition", "wpa3-compatibility", "wpa3-ft-sae", "owe",
    }  # fmt: skip


def test_names_with_a_credential() -> None:
    """As messages list what a key of a scenario goes with."""
    assert names_with("passphrase") == (
        "'wpa2-psk' or 'wpa2-psk-sha256' or 'wpa3-transition' or 'wpa3-compatibility' or "
        "'wpa3-sae' or 'wpa-psk' or 'wpa-wpa2-psk' or 'wpa2-ft-psk' or 'wpa3-ft-sae' or "
        "'wep-open' or 'wep-shared'"
    )
    assert names_with("eap") == (
        "'wpa2-eap' or 'wpa2-eap-sha256' or 'wpa3-eap-192' or 'wpa2-ft-eap' or 'wep-eap' or "
        "'wpa-eap' or 'wpa2-eap-suite-b'"
    )


def test_ciphers_that_a_network_leaves_out() -> None:
    """Those of its security; the group cipher follows the pairwise one."""
    usual = ciphers_of(WPA2_PSK, (), None, None)
    assert usual == (("ccmp-128",), "ccmp-128", "bip-cmac-128")
    assert ciphers_of(WPA2_PSK, ("gcmp-256",), None, None).group == "gcmp-256"
    assert ciphers_of(WPA2_PSK, ("gcmp-256",), "ccmp-128", None).group == "ccmp-128"
    assert ciphers_of(WPA_PSK, (), None, None)[:2] == (("tkip",), "tkip")
    assert ciphers_of(WPA_WPA2_PSK, (), None, None)[:2] == (("ccmp-128", "tkip"), "tkip")
