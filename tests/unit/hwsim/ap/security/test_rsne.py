# SPDX-License-Identifier: GPL-2.0-or-later
"""What the access point says to a station's RSNE."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap.security.rsne import (
    CAPABILITY_MFP_CAPABLE,
    CAPABILITY_MFP_REQUIRED,
    association_status,
    chosen_akm,
    offers_protection,
    own_rsne,
    parse_rsne,
)
from hwsim.errors import WireError

CCMP, TKIP, PSK, EAP = "000fac04", "000fac02", "000fac02", "000fac01"
AKM_PSK, AKM_8021X = bytes.fromhex(PSK), bytes.fromhex(EAP)


def rsne(body: str) -> bytes:
    """An RSNE around a body in hexadecimal."""
    content = bytes.fromhex(body)
    return b"\x30" + bytes([len(content)]) + content


@pytest.mark.parametrize(
    ("element", "status"),
    [
        (own_rsne([AKM_PSK], 0), 0),
        (rsne(f"0100{CCMP}0100{CCMP}0100{PSK}"), 0),
        (rsne(f"0100{CCMP}0100{CCMP}0100{PSK}80000000"), 0),
        (None, 40),
        (rsne("01"), 40),
        (rsne(f"0100{CCMP}0500{CCMP}"), 40),
        (rsne(f"0100{CCMP}0000"), 40),
        (rsne(f"0200{CCMP}0100{CCMP}0100{PSK}0000"), 44),
        (rsne(f"0100{TKIP}0100{CCMP}0100{PSK}0000"), 41),
        (rsne(f"0100{CCMP}0100{TKIP}0100{PSK}0000"), 42),
        (rsne(f"0100{CCMP}0200{CCMP}{TKIP}0100{PSK}0000"), 42),
        (rsne(f"0100{CCMP}0100{CCMP}0100{EAP}0000"), 43),
        (rsne(f"0100{CCMP}0100{CCMP}"), 43),
        (rsne(f"0100{CCMP}0100{CCMP}0100{PSK}4000"), 45),
    ],
)
def test_status(element: bytes | None, status: int) -> None:
    """Each way not to fit has its status code of table 9-50."""
    assert association_status(element, [AKM_PSK], 0) == status


@pytest.mark.parametrize(
    ("element", "status"),
    [
        (own_rsne([AKM_8021X], 0), 0),
        (rsne(f"0100{CCMP}0100{CCMP}0100{EAP}00000100" + "aa" * 16), 0),
        (rsne(f"0100{CCMP}0100{CCMP}"), 0),
        (own_rsne([AKM_PSK], 0), 43),
    ],
)
def test_status_of_enterprise(element: bytes, status: int) -> None:
    """With 802.1X its AKM is asked for, also where it is the default; PMKIDs do no harm."""
    assert association_status(element, [AKM_8021X], 0) == status


@given(st.binary(max_size=64))
def test_rubbish(body: bytes) -> None:
    """Rubbish raises the declared error only, and never gets a station in."""
    element = b"\x30" + bytes([len(body)]) + body
    try:
        parse_rsne(element)
    except WireError:
        assert association_status(element, [AKM_PSK], 0) == 40


def test_a_station_that_requires_protection_is_let_in_where_there_is_some() -> None:
    """MFPR of the station wants MFPC of the access point (12.6.3)."""
    required = rsne(f"0100{CCMP}0100{CCMP}0100{PSK}C000")
    assert association_status(required, [AKM_PSK], 0) == 45
    assert association_status(required, [AKM_PSK], CAPABILITY_MFP_CAPABLE) == 0


def test_an_access_point_that_requires_protection_takes_none_without() -> None:
    """Its own MFPR wants MFPC of the station, else status 31 (12.6.3)."""
    own = CAPABILITY_MFP_CAPABLE | CAPABILITY_MFP_REQUIRED
    without, capable = own_rsne([AKM_PSK], 0), own_rsne([AKM_PSK], CAPABILITY_MFP_CAPABLE)
    assert association_status(without, [AKM_PSK], own) == 31
    assert association_status(capable, [AKM_PSK], own) == 0
    assert [offers_protection(one) for one in (b"", without, capable)] == [False, False, True]


def test_several_suites() -> None:
    """A station takes one of those offered; with none of them or two of them it is refused."""
    sae = bytes.fromhex("000fac08")
    both = own_rsne([AKM_PSK, sae], 0)
    assert both.hex() == "30180100000fac040100000fac040200000fac02000fac080000"
    assert association_status(own_rsne([sae], 0), [AKM_PSK, sae], 0) == 0
    assert association_status(both, [AKM_PSK, sae], 0) == 43
    assert chosen_akm(own_rsne([sae], 0)) == sae
    assert chosen_akm(b"") == b""


def test_pmkids() -> None:
    """What a station names (9.4.2.24.5); a count that reaches over the end is no RSNE."""
    whole = rsne(f"0100{CCMP}0100{CCMP}0100{PSK}00000200" + "aa" * 16 + "bb" * 16)
    assert parse_rsne(whole).pmkids == (b"\xaa" * 16, b"\xbb" * 16)
    with pytest.raises(WireError):
        parse_rsne(whole[:-1])
