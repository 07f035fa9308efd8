# SPDX-License-Identifier: GPL-2.0-or-later
"""What the access point says to a station's RSNE."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil_common.ciphers import BIP_CMAC_128, BIP_GMAC_256, CCMP_128, GCMP_256, Cipher
from hwsim.ap.security.rsne import (
    CAPABILITY_MFP_CAPABLE,
    CAPABILITY_MFP_REQUIRED,
    RsnElement,
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


def offer(
    *akms: bytes, capabilities: int = 0, pairwise: tuple[Cipher, ...] = (CCMP_128,),
    group: Cipher = CCMP_128, management: Cipher = BIP_CMAC_128,
) -> RsnElement:  # fmt: skip
    """What an access point's RSNE says."""
    selectors = tuple(cipher.selector for cipher in pairwise)
    return RsnElement(
        1, group.selector, selectors, akms, capabilities, group_management=management.selector
    )


OWN, CAPABLE = own_rsne(offer(AKM_PSK)), own_rsne(offer(AKM_PSK, capabilities=0x80))


@pytest.mark.parametrize(
    ("element", "status"),
    [
        (OWN, 0),
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
    assert association_status(element, offer(AKM_PSK)) == status


@pytest.mark.parametrize(
    ("element", "status"),
    [
        (own_rsne(offer(AKM_8021X)), 0),
        (rsne(f"0100{CCMP}0100{CCMP}0100{EAP}00000100" + "aa" * 16), 0),
        (rsne(f"0100{CCMP}0100{CCMP}"), 0),
        (OWN, 43),
    ],
)
def test_status_of_enterprise(element: bytes, status: int) -> None:
    """With 802.1X its AKM is asked for, also where it is the default; PMKIDs do no harm."""
    assert association_status(element, offer(AKM_8021X)) == status


@given(st.binary(max_size=64))
def test_rubbish(body: bytes) -> None:
    """Rubbish raises the declared error only, and never gets a station in."""
    element = b"\x30" + bytes([len(body)]) + body
    try:
        parse_rsne(element)
    except WireError:
        assert association_status(element, offer(AKM_PSK)) == 40


def test_a_station_that_requires_protection_is_let_in_where_there_is_some() -> None:
    """MFPR of the station wants MFPC of the access point (12.6.3)."""
    required = rsne(f"0100{CCMP}0100{CCMP}0100{PSK}C000")
    assert association_status(required, offer(AKM_PSK)) == 45
    assert association_status(required, offer(AKM_PSK, capabilities=CAPABILITY_MFP_CAPABLE)) == 0


def test_an_access_point_that_requires_protection_takes_none_without() -> None:
    """Its own MFPR wants MFPC of the station, else status 31 (12.6.3)."""
    own = offer(AKM_PSK, capabilities=CAPABILITY_MFP_CAPABLE | CAPABILITY_MFP_REQUIRED)
    assert association_status(OWN, own) == 31
    assert association_status(CAPABLE, own) == 0
    assert [offers_protection(one) for one in (b"", OWN, CAPABLE)] == [False, False, True]


def test_several_suites() -> None:
    """A station takes one of those offered; with none of them or two of them it is refused."""
    sae = bytes.fromhex("000fac08")
    both, one = own_rsne(offer(AKM_PSK, sae)), own_rsne(offer(sae))
    assert both.hex() == "30180100000fac040100000fac040200000fac02000fac080000"
    assert association_status(one, offer(AKM_PSK, sae)) == 0
    assert association_status(both, offer(AKM_PSK, sae)) == 43
    assert chosen_akm(one) == sae
    assert chosen_akm(b"") == b""


def test_pmkids() -> None:
    """What a station names (9.4.2.24.5); a count that reaches over the end is no RSNE."""
    whole = rsne(f"0100{CCMP}0100{CCMP}0100{PSK}00000200" + "aa" * 16 + "bb" * 16)
    assert parse_rsne(whole).pmkids == (b"\xaa" * 16, b"\xbb" * 16)
    with pytest.raises(WireError):
        parse_rsne(whole[:-1])


def test_ciphers() -> None:
    """A station takes one of the pairwise ciphers offered, and the group cipher there is."""
    both = offer(AKM_PSK, pairwise=(GCMP_256, CCMP_128))
    gcmp = own_rsne(offer(AKM_PSK, pairwise=(GCMP_256,)))
    assert gcmp.hex() == "30140100000fac040100000fac090100000fac020000"
    assert [association_status(one, both) for one in (gcmp, OWN)] == [0, 0]
    assert association_status(own_rsne(both), both) == 42
    assert association_status(gcmp, offer(AKM_PSK)) == 42
    assert association_status(OWN, offer(AKM_PSK, group=GCMP_256)) == 41


def test_the_group_management_cipher() -> None:
    """It is the RSNE's last field (9.4.2.24); one left out is BIP-CMAC-128, and another than the
    network's is status 46 where management frames are protected."""
    own = offer(AKM_PSK, capabilities=0x80, management=BIP_GMAC_256)
    whole = own_rsne(own)
    assert whole.hex() == "301a0100000fac040100000fac040100000fac0280000000000fac0c"
    assert parse_rsne(whole).group_management == BIP_GMAC_256.selector
    assert parse_rsne(CAPABLE).group_management == BIP_CMAC_128.selector
    assert association_status(whole, own) == 0
    assert association_status(CAPABLE, own) == 46
    assert association_status(OWN, own) == 0
