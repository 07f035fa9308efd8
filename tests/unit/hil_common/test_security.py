# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of security choices."""

from __future__ import annotations

from hil_common.security import SECURITY_CHOICES, WPA2_PSK, akms_of, names_with


def test_the_default_comes_first() -> None:
    """What a scenario without [network] security gets."""
    assert next(iter(SECURITY_CHOICES.values())) is WPA2_PSK


def test_a_choice_stands_once() -> None:
    """Its AKMs and its meaning are no other's."""
    choices = SECURITY_CHOICES.values()
    assert len({(choice.akm, choice.more_akms) for choice in choices}) == len(choices)
    assert len({choice.meaning for choice in choices}) == len(choices)


def test_akms_of_an_algorithm() -> None:
    """RSNA_PSK is served by AKM 2 before AKM 6, RSNA by AKM 1 before 5, open by none."""
    assert akms_of(7) == (0x000FAC02, 0x000FAC06)
    assert akms_of(6) == (0x000FAC01, 0x000FAC05)
    assert akms_of(1) == ()


def test_names_with_a_credential() -> None:
    """As messages list what a key of a scenario goes with."""
    assert names_with("passphrase") == (
        "'wpa2-psk' or 'wpa2-psk-sha256' or 'wpa3-transition' or 'wpa3-sae'"
    )
    assert names_with("eap") == "'wpa2-eap' or 'wpa2-eap-sha256'"
