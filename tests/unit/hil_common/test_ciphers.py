# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of ciphers."""

from __future__ import annotations

from hil_common.ciphers import (
    CCMP_128,
    DATA_CIPHERS,
    GROUP_MANAGEMENT_CIPHERS,
    TKIP,
    usual_group_cipher,
)


def test_a_cipher_stands_once() -> None:
    """Its selector and its number in Windows are no other's, and its name tells its key's bits."""
    ciphers = [*DATA_CIPHERS.values(), *GROUP_MANAGEMENT_CIPHERS.values()]
    assert len({one.suite for one in ciphers}) == len(ciphers)
    assert len({one.algorithm for one in ciphers}) == len(ciphers)
    named = [one for one in ciphers if one is not TKIP]
    assert all(one.name.endswith(str(8 * one.key_length)) for one in named)


def test_the_defaults_come_first() -> None:
    """What a network without a word on ciphers has."""
    assert next(iter(DATA_CIPHERS)) == "ccmp-128"
    assert next(iter(GROUP_MANAGEMENT_CIPHERS)) == "bip-cmac-128"


def test_a_selector_is_written_oui_first() -> None:
    """9.4.2.24.2."""
    assert CCMP_128.selector.hex() == "000fac04"


def test_the_group_cipher_that_goes_with_pairwise_ones() -> None:
    """The only one there is; else the one that stations have in common."""
    assert usual_group_cipher(["gcmp-256"]) == "gcmp-256"
    assert usual_group_cipher(["gcmp-256", "ccmp-256"]) == "ccmp-128"
    assert usual_group_cipher(["ccmp-128", "tkip"]) == "tkip"
