# SPDX-License-Identifier: GPL-2.0-or-later
"""BIP-CMAC: the published frame, and what the integrity code covers."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from hwsim.ciphers.bip_cmac import BipCmac128Key, BipCmac256Key

IGTK = bytes.fromhex("4ea9543e09cf2b1eca66ffc58bdecbcf")
DEAUTHENTICATION = bytes.fromhex("c0000000ffffffffffff02000000000002000000000009000200")


def test_a_deauthentication_is_protected_as_published() -> None:
    """IEEE 802.11-2012, M.9.1 (2020: J.9): key identifier 4, IPN 4."""
    element = "4c10040004000000000048dfbfa7b8278872"
    protected = BipCmac128Key(IGTK, 4).protect(DEAUTHENTICATION, 4)
    assert protected == DEAUTHENTICATION + bytes.fromhex(element)


def test_what_a_station_may_change_on_the_way_is_not_covered() -> None:
    """Retry and the sequence number change nothing, another reason does."""
    key = BipCmac128Key(IGTK, 4)
    again = bytes((0xC0, 0x08)) + DEAUTHENTICATION[2:22] + b"\x10\0" + DEAUTHENTICATION[24:]
    assert key.protect(again, 4)[-8:] == key.protect(DEAUTHENTICATION, 4)[-8:]
    other = DEAUTHENTICATION[:24] + b"\3\0"
    assert key.protect(other, 4)[-8:] != key.protect(DEAUTHENTICATION, 4)[-8:]


def test_the_longer_one_has_the_whole_code() -> None:
    """12.5.4.1: 128 bits of the CMAC by AES-256, in an element that is 8 bytes longer."""
    protected = BipCmac256Key(IGTK * 2, 5).protect(DEAUTHENTICATION, 0x0102)
    element = bytes.fromhex("4c180500020100000000")
    code = CMAC(AES(IGTK * 2))
    covered = b"\xc0\0" + DEAUTHENTICATION[4:22] + DEAUTHENTICATION[24:] + element + bytes(16)
    code.update(covered)
    assert protected == DEAUTHENTICATION + element + code.finalize()


def test_the_timestamp_of_a_beacon_is_not_covered() -> None:
    """12.5.4.3: its eight bytes count as zeros; what follows is covered."""
    key = BipCmac128Key(IGTK, 6)
    beacon = b"\x80\0\0\0" + DEAUTHENTICATION[4:24] + bytes(8) + b"d\0\x11\0"
    later = beacon[:24] + b"\1" * 8 + beacon[32:]
    other = beacon[:32] + b"e" + beacon[33:]
    first, second, third = (key.protect(one, 1)[-8:] for one in (beacon, later, other))
    assert first == second != third
