# SPDX-License-Identifier: GPL-2.0-or-later
"""The elements of fast transitions: as they are laid out, and whatever anybody sends."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap.ft_over_ds import parse_ft_request
from hwsim.ap.security.ft_elements import (
    Fte,
    GivenKey,
    covered_by_mic,
    group_keys,
    mobility_domain,
    parse_fte,
    timeout,
)
from hwsim.errors import WireError

FTE = Fte(b"a" * 32, b"s" * 32, b"holder", b"\2\0\0\0\0\1", covered=3, mic=b"m" * 16)


def test_an_fte_is_read_as_it_was_made() -> None:
    """Its group keys are passed over."""
    keys = group_keys([GivenKey(1, b"g" * 16, 7)], lambda key: key + bytes(8))
    assert parse_fte(FTE._replace(keys=keys).body()) == FTE


def test_group_keys() -> None:
    """Figures 9-406 and 9-408: key info, length, RSC and key; identifier, IPN, length and key."""
    keys = [GivenKey(2, b"g" * 16, 0x0102), GivenKey(5, b"i" * 16, 3), GivenKey(7, b"b" * 16, 4)]
    made = group_keys(keys, lambda key: key)
    gtk = b"\2\x1b" + b"\2\0" + b"\x10" + b"\2\1" + bytes(6) + b"g" * 16
    igtk = b"\4\x19" + b"\5\0" + b"\3" + bytes(5) + b"\x10" + b"i" * 16
    bigtk = b"\6\x19" + b"\7\0" + b"\4" + bytes(5) + b"\x10" + b"b" * 16
    assert made == gtk + igtk + bigtk


def test_the_mic_is_zero_where_it_is_computed() -> None:
    """Addresses, number and elements in their order."""
    text = covered_by_mic(b"station", b"bssid", 5, b"RSNE", b"MDE", FTE.body(), b"RSNXE")
    assert text.startswith(b"stationbssid\5RSNEMDE\x37")
    assert text.endswith(b"RSNXE")
    assert FTE.mic not in text


def test_short_elements() -> None:
    """MDE and timeout interval."""
    assert mobility_domain(b"HL", over_ds=False) == b"\x36\3HL\0"
    assert timeout(1, 1000) == b"\x38\5\1\xe8\3\0\0"


@pytest.mark.parametrize("behind", [b"\1", b"\1\2\0", b"\1\5hello", b"\3\x31" + bytes(49)])
def test_broken_subelements(behind: bytes) -> None:
    """Over the end, or an identifier of a wrong length."""
    with pytest.raises(WireError):
        parse_fte(bytes(84) + behind)


@given(st.binary(max_size=120))
def test_rubbish(body: bytes) -> None:
    """The declared error only; an FT Request is one by its first bytes and its length."""
    with contextlib.suppress(WireError):
        parse_fte(body)
    assert parse_ft_request(body) is None or body[:2] == b"\6\1"
