# SPDX-License-Identifier: GPL-2.0-or-later
"""RADIUS packets against scapy's layer, the RFCs' arithmetic, and rubbish."""

from __future__ import annotations

import hashlib
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.radius import Radius, RadiusAttr_Message_Authenticator

from hwsim.errors import WireError
from hwsim.radius import AccessRequest
from hwsim.radius.codec import decrypt_key, encode_request, parse_reply
from tests.unit.hwsim.fake_radius import ACCEPT, Asked, mppe, signed

SECRET = b"between us"
REQUEST = AccessRequest(b"user", b"\2" * 6, b"net", b"\3" * 6, b"\2\1\0\x09\1user", b"state")


def test_scapy_reads_a_request() -> None:
    """All attributes are there, and scapy computes the same Message-Authenticator."""
    authenticator = os.urandom(16)
    packet = Radius(encode_request(REQUEST, 5, authenticator, SECRET))
    assert (packet.code, packet.id, packet.authenticator) == (1, 5, authenticator)
    values = {one.type: one.value for one in packet.attributes}
    assert values[1] == b"user"
    assert values[24] == b"state"
    assert values[30] == b"02-02-02-02-02-02:net"
    mac = values[80]
    compute = RadiusAttr_Message_Authenticator.compute_message_authenticator
    assert compute(packet, authenticator, SECRET) == mac


def eap_packet(size: int) -> bytes:
    """An EAP-TLS response of so many bytes."""
    return b"\2\1" + size.to_bytes(2, "big") + b"\x0d\0" + bytes(size - 6)


def test_long_eap_is_split() -> None:
    """Attributes hold 253 bytes; the packet 4096, and what does not fit is refused."""
    long = AccessRequest(b"u", b"\2" * 6, b"n", b"\3" * 6, eap_packet(1000), None)
    packet = encode_request(long, 5, bytes(16), SECRET)
    lengths, at = [], 20
    while at < len(packet):
        lengths += [packet[at + 1]] if packet[at] == 79 else []
        at += packet[at + 1]
    assert lengths == [255, 255, 255, 243]
    (whole,) = (one.value for one in Radius(packet).attributes if one.type == 79)
    assert bytes(whole) == long.eap
    too_long = AccessRequest(b"u", b"\2" * 6, b"n", b"\3" * 6, bytes(4000), None)
    with pytest.raises(WireError, match="4096 are allowed"):
        encode_request(too_long, 5, bytes(16), SECRET)
    with pytest.raises(WireError, match="attribute 1 of 254 bytes"):
        encode_request(AccessRequest(b"u" * 254, b"", b"", b"", b"", None), 5, bytes(16), SECRET)


@given(st.binary(min_size=1, max_size=64), st.binary(min_size=16, max_size=16))
def test_mppe_keys(key: bytes, authenticator: bytes) -> None:
    """Keys of all lengths come back from how RFC 2548, 2.4.2, hides them."""
    attribute = mppe(17, key, authenticator, SECRET.decode())
    assert decrypt_key(attribute[8:], authenticator, SECRET) == key


@pytest.mark.parametrize("salted", [b"", b"\x80\1", b"\x80\1" + bytes(15)])
def test_short_key_attribute(salted: bytes) -> None:
    """What holds no salt and whole blocks is refused."""
    with pytest.raises(WireError, match="MPPE key attribute"):
        decrypt_key(salted, bytes(16), SECRET)


def answer(attributes: bytes, secret: bytes = SECRET) -> bytes:
    """An Access-Accept that verifies."""
    asked: Any = Asked(None, bytes(20), None)
    return signed(asked, ACCEPT, attributes, secret, "")


def test_answer_without_keys() -> None:
    """It verifies; that the keys are missing is for others to mind."""
    assert parse_reply(answer(b""), bytes(16), SECRET).msk is None
    other_vendor = b"\x1a\x0c\0\0\0\x09\x11\x06abcd"
    assert parse_reply(answer(other_vendor), bytes(16), SECRET).msk is None


def test_both_keys_in_one_attribute() -> None:
    """A Vendor-Specific attribute may hold several of the vendor's (RFC 2865, 5.26)."""
    send, receive = (mppe(kind, b"k" * kind * 2, bytes(16), SECRET.decode()) for kind in (16, 17))
    both = b"\x1a" + bytes([len(send) + len(receive) - 6]) + send[2:] + receive[6:]
    assert parse_reply(answer(both), bytes(16), SECRET).msk == b"k" * 64


def test_the_msk_is_both_keys() -> None:
    """First what the peer receives with, then what it sends with, in whichever order they come."""
    send, receive = (
        mppe(kind, bytes([kind]) * 32, bytes(16), SECRET.decode()) for kind in (16, 17)
    )
    for attributes in (send + receive, receive + send):
        msk = parse_reply(answer(attributes), bytes(16), SECRET).msk
        assert msk == b"\x11" * 32 + b"\x10" * 32
    assert parse_reply(answer(send), bytes(16), SECRET).msk is None


@pytest.mark.parametrize("inner", [b"\x11\x01abcd", b"\x11\xffabcd", b"\x11", b""])
def test_vendor_attribute_of_another_form(inner: bytes) -> None:
    """Lengths that do not fit, as vendors with another form have them, hold no key."""
    odd = bytes([26, 6 + len(inner)]) + (311).to_bytes(4, "big") + inner
    assert parse_reply(answer(odd), bytes(16), SECRET).msk is None


def test_padding_is_cut_off() -> None:
    """What follows the packet's length is no part of it (RFC 2865, 3)."""
    assert parse_reply(answer(b"\x18\x03s") + b"padding", bytes(16), SECRET).state == b"s"


@pytest.mark.parametrize("attributes", [b"\x18", b"\x18\x01", b"\x18\x00", b"\x4f\xff"])
def test_bad_attributes(attributes: bytes) -> None:
    """An attribute without length, shorter than its head or over the end is refused."""
    with pytest.raises(WireError, match="RADIUS: "):
        parse_reply(answer_with_tail(attributes), bytes(16), SECRET)


def answer_with_tail(tail: bytes) -> bytes:
    """An answer whose Response Authenticator is right over a broken end."""
    body = b"\x50\x12" + bytes(16) + tail
    head = bytes([ACCEPT, 0]) + (20 + len(body)).to_bytes(2, "big")
    return head + hashlib.md5(head + bytes(16) + body + SECRET).digest() + body


@given(st.binary(min_size=20, max_size=80))
def test_rubbish(packet: bytes) -> None:
    """No packet without the secret is an answer."""
    with pytest.raises(WireError):
        parse_reply(packet, bytes(16), SECRET)


def test_secrets_do_not_show() -> None:
    """A PMK is in no text."""
    keyed = answer(mppe(17, b"k" * 32, bytes(16), SECRET.decode()))
    parsed = parse_reply(keyed, bytes(16), SECRET)
    assert parsed.msk == b"k" * 32
    assert "kkkk" not in repr(parsed)
