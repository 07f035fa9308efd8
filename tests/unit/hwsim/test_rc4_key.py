# SPDX-License-Identifier: GPL-2.0-or-later
"""EAPOL-Key frames with an RC4 descriptor, byte by byte."""

from __future__ import annotations

import hmac

import pytest
from Crypto.Cipher import ARC4

from hwsim.errors import WireError
from hwsim.rc4_key import Rc4Key, describe_rc4_key, is_rc4_key, rc4_key_pdu
from tests.unit.hwsim.rc4_station import rc4

MSK = bytes(range(64))
IV = bytes(range(100, 116))
KEY = b"13 characters"


def pdu(*, unicast: bool = False) -> bytes:
    """A key handed out."""
    return rc4_key_pdu(Rc4Key(KEY, 1, unicast), MSK, 0x0102030405060708, IV)


def test_rc4() -> None:
    """RFC 6229, key 0102030405: the first 16 bytes of the stream; ours and the library's."""
    stream = "b2396305f03dc027ccc3524a0a1118a8"
    key = bytes.fromhex("0102030405")
    assert rc4(key, bytes(16)).hex() == ARC4.new(key).encrypt(bytes(16)).hex() == stream


def test_the_signature_is_hmac_md5() -> None:
    """RFC 2202, 2, test case 2, of the function that it is made with."""
    signature = hmac.digest(b"Jefe", b"what do ya want for nothing?", "md5")
    assert signature.hex() == "750c783e6ab0b503eaa86e310a5db738"


def test_its_fields() -> None:
    """RFC 3580, 4: type, length, counter, IV, index; the key encrypted, the whole signed."""
    whole = pdu()
    assert whole[:32].hex() == "0203003901000d0102030405060708" + IV.hex() + "01"
    assert rc4(IV + MSK[:32], whole[48:]) == KEY
    signed = whole[:32] + bytes(16) + whole[48:]
    assert whole[32:48] == hmac.new(MSK[32:], signed, "md5").digest()


@pytest.mark.parametrize(("unicast", "whose"), [(False, "broadcast"), (True, "unicast")])
def test_it_is_described(unicast: bool, whose: str) -> None:
    """Whose key it is, under which index; the key itself is not told."""
    whole = pdu(unicast=unicast)
    assert is_rc4_key(whole)
    told = describe_rc4_key(whole + b"padding")
    assert told == (0x0102030405060708, {"key": whose, "index": 1})
    assert KEY.decode() not in repr(Rc4Key(KEY, 1, unicast))


@pytest.mark.parametrize("cut", [5, 20, 47])
def test_one_that_is_cut_short(cut: int) -> None:
    """It is malformed, whether the header says so or not."""
    whole = pdu()
    with pytest.raises(WireError, match="RC4"):
        describe_rc4_key(whole[:cut])
    said = whole[:2] + (cut - 4).to_bytes(2, "big") + whole[4:cut]
    with pytest.raises(WireError, match="RC4"):
        describe_rc4_key(said)


def test_other_descriptors() -> None:
    """Those of RSN and WPA, and what is no key frame."""
    for head in ("0203005f02", "0203005ffe", "020000050102"):
        assert not is_rc4_key(bytes.fromhex(head))
    assert not is_rc4_key(b"\2\3")
