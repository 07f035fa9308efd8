# SPDX-License-Identifier: GPL-2.0-or-later
"""Published vectors, and what must not open."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap.crypto import (
    CcmpKey,
    PairwiseKeys,
    derive_ptk,
    packet_number,
    pmk_from_passphrase,
    prf,
    unwrap_key_data,
    wrap_key_data,
)
from hwsim.errors import UndecryptableError, WireError

CCMP_TK = bytes.fromhex("c97c1f67ce371185514a8a19f2bdd52f")
CCMP_HEADER = bytes.fromhex("0848c32c0fd2e128a57c5030f1844408abaea5b8fcba8033")
CCMP_PLAIN = bytes.fromhex("f8ba1a55d02f85ae967bb62fb6cda8eb7e78a050")
CCMP_PN = 0xB5039776E70C
CCMP_SEALED = bytes.fromhex(
    "0ce70020769703b5f3d0a2fe9a3dbf2342a643e43246e80c3c04d0197845ce0b16f97623"
)


@pytest.mark.parametrize(
    ("passphrase", "ssid", "psk"),
    [
        ("password", b"IEEE", "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"),
        (
            "ThisIsAPassword",
            b"ThisIsASSID",
            "0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af",
        ),
        (
            "a" * 32,
            b"Z" * 32,
            "becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62",
        ),
    ],
)
def test_psk_of_a_passphrase(passphrase: str, ssid: bytes, psk: str) -> None:
    """IEEE 802.11-2020, J.4.2: the three published mappings."""
    assert pmk_from_passphrase(passphrase, ssid).hex() == psk


@pytest.mark.parametrize(
    ("key", "data", "output"),
    [
        (
            b"\x0b" * 20,
            b"Hi There",
            "bcd4c650b30b9684951829e0d75f9d54b862175ed9f00606e17d8da35402ffee"
            "75df78c3d31e0f889f012120c0862beb67753e7439ae242edb8373698356cf5a",
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "51f4de5b33f249adf81aeb713a3c20f4fe631446fabdfa58244759ae58ef9009"
            "a99abf4eac2ca5fa87e692c440eb40023e7babb206d61de7b92f41529092b8fc",
        ),
        (
            b"\xaa" * 20,
            b"\xdd" * 50,
            "e1ac546ec4cb636f9976487be5c86be17a0252ca5d8d8df12cfb0473525249ce"
            "9dd8d177ead710bc9b590547239107aef7b4abd43d87f0a68f1cbd9e2b6f7607",
        ),
    ],
)
def test_prf(key: bytes, data: bytes, output: str) -> None:
    """IEEE 802.11-2020, J.3.2: PRF-512, and its beginning for the shorter PRFs."""
    assert prf(key, b"prefix", data, 64).hex() == output
    assert prf(key, b"prefix", data, 24).hex() == output[:48]


def test_ccmp_protects_as_published() -> None:
    """IEEE 802.11-2020, J.6.4: header, ciphertext and MIC of the published MPDU."""
    frame = CcmpKey(CCMP_TK).protect(CCMP_HEADER, CCMP_PLAIN, CCMP_PN)
    assert frame.hex() == (CCMP_HEADER + CCMP_SEALED).hex()


def test_ccmp_opens_as_published() -> None:
    """The published MPDU opens to its plaintext and packet number."""
    frame = CCMP_HEADER + CCMP_SEALED
    assert CcmpKey(CCMP_TK).open(frame, 24) == CCMP_PLAIN
    assert packet_number(frame, 24) == CCMP_PN


@given(st.integers(0, len(CCMP_HEADER + CCMP_SEALED) - 1), st.integers(1, 255))
def test_ccmp_notices_changes(offset: int, change: int) -> None:
    """Any changed byte is noticed, but for the fields that a station may change on the way."""
    frame = bytearray(CCMP_HEADER + CCMP_SEALED)
    frame[offset] ^= change
    mutable = {2, 3, 26}  # duration, and the reserved byte of the CCMP header
    masked = {0: 0x70, 1: 0x38, 22: 0xF0, 23: 0xFF, 27: 0xDF}
    if offset in mutable or not change & ~masked.get(offset, 0):
        return
    if offset == 1 or (offset == 0 and change & 0x80):
        return  # another length of header: parsed by the caller
    with pytest.raises((UndecryptableError, WireError)):
        CcmpKey(CCMP_TK).open(bytes(frame), 24)


@given(st.binary(max_size=60))
def test_packet_number_of_rubbish(frame: bytes) -> None:
    """Bytes that are no CCMP frame raise the declared error only."""
    with contextlib.suppress(WireError):
        assert 0 <= packet_number(frame, 24) < 1 << 48


def test_qos_and_four_addresses_open_again() -> None:
    """The nonce and additional data follow the header's form: QoS control, fourth address."""
    for head in (b"\x88\x01", b"\x88\x03", b"\x08\x03"):
        size = 24 + (6 if head[1] == 3 else 0) + (2 if head[0] == 0x88 else 0)
        header = head + bytes(range(2, size - 1)) + b"\x05"
        frame = CcmpKey(CCMP_TK).protect(header, b"payload", 7)
        assert CcmpKey(CCMP_TK).open(frame, size) == b"payload"


def test_key_wrap() -> None:
    """RFC 3394, 4.1: 128 bits of key data under a 128-bit KEK."""
    kek = bytes(range(16))
    data = bytes.fromhex("00112233445566778899aabbccddeeff")
    wrapped = "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"
    assert wrap_key_data(kek, data).hex() == wrapped
    assert unwrap_key_data(kek, bytes.fromhex(wrapped)) == data


def test_key_data_is_padded() -> None:
    """Key data that is no multiple of eight is padded with DD and zeros (12.7.2)."""
    kek = bytes(range(16))
    assert unwrap_key_data(kek, wrap_key_data(kek, b"A" * 22)) == b"A" * 22 + b"\xdd\0"


@given(st.binary(max_size=64))
def test_rubbish_does_not_unwrap(wrapped: bytes) -> None:
    """Rubbish raises the declared error only."""
    with pytest.raises(UndecryptableError):
        unwrap_key_data(bytes(16), wrapped)


def test_ptk_does_not_depend_on_the_order_of_its_inputs() -> None:
    """12.7.1.3 sorts addresses and nonces, so both sides derive the same keys."""
    one = derive_ptk(b"p" * 32, b"a" * 6, b"b" * 6, b"n" * 32, b"m" * 32)
    other = derive_ptk(b"p" * 32, b"b" * 6, b"a" * 6, b"m" * 32, b"n" * 32)
    assert one == other
    assert len({one.kck, one.kek, one.tk}) == 3


def test_keys_do_not_show() -> None:
    """The text of the keys object holds no key."""
    keys = PairwiseKeys(b"\x11" * 16, b"\x22" * 16, b"\x33" * 16)
    assert repr(keys) == "PairwiseKeys()"
