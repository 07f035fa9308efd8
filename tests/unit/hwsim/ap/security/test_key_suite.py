# SPDX-License-Identifier: GPL-2.0-or-later
"""Key derivation, key wrap and lengths: published vectors, and what must not open."""

from __future__ import annotations

import hmac
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap.pairwise_keys import PairwiseKeys
from hwsim.ap.security.key_suite import HMAC_SHA1, kdf, prf_sha1
from hwsim.errors import UndecryptableError


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
def test_prf_sha1(key: bytes, data: bytes, output: str) -> None:
    """IEEE 802.11-2020, J.3.2: PRF-512, and its beginning for the shorter PRFs."""
    assert prf_sha1(key, b"prefix", data, 64).hex() == output
    assert prf_sha1(key, b"prefix", data, 24).hex() == output[:48]


@pytest.mark.parametrize(("digest", "block"), [("sha256", 32), ("sha384", 48)])
def test_the_kdf_depends_on_the_length_asked_for(digest: str, block: int) -> None:
    """Unlike the PRF's, a shorter output is no beginning of a longer one (12.7.1.6.2)."""
    key, context = b"k" * 32, b"context"
    for size in (1, block, block + 1, 2 * block):
        assert len(kdf(digest, key, b"label", context, size)) == size
    one, two = (kdf(digest, key, b"label", context, size) for size in (block, 2 * block))
    assert one != two[:block]
    bits = (8 * block).to_bytes(2, "little")
    assert one == hmac.digest(key, b"\x01\0labelcontext" + bits, digest)


def test_key_wrap() -> None:
    """RFC 3394, 4.1: 128 bits of key data under a 128-bit KEK."""
    kek = bytes(range(16))
    data = bytes.fromhex("00112233445566778899aabbccddeeff")
    wrapped = "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"
    assert HMAC_SHA1.wrap(kek, data).hex() == wrapped
    assert HMAC_SHA1.unwrap(kek, bytes.fromhex(wrapped)) == data


def test_key_data_is_padded() -> None:
    """Key data that is no multiple of eight is padded with DD and zeros (12.7.2)."""
    kek = bytes(range(16))
    assert HMAC_SHA1.unwrap(kek, HMAC_SHA1.wrap(kek, b"A" * 22)) == b"A" * 22 + b"\xdd\0"


@given(st.binary(max_size=64))
def test_rubbish_does_not_unwrap(wrapped: bytes) -> None:
    """Rubbish raises the declared error only."""
    with pytest.raises(UndecryptableError):
        HMAC_SHA1.unwrap(bytes(16), wrapped)


def test_ptk_does_not_depend_on_the_order_of_its_inputs() -> None:
    """12.7.1.3 sorts addresses and nonces, so both sides derive the same keys."""
    one = HMAC_SHA1.derive_ptk(b"p" * 32, b"a" * 6, b"b" * 6, b"n" * 32, b"m" * 32, 16)
    other = HMAC_SHA1.derive_ptk(b"p" * 32, b"b" * 6, b"a" * 6, b"m" * 32, b"n" * 32, 16)
    assert one == other
    assert len({one.kck, one.kek, one.tk}) == 3


def test_keys_do_not_show() -> None:
    """The text of the keys object holds no key."""
    keys = PairwiseKeys(b"\x11" * 16, b"\x22" * 16, b"\x33" * 16)
    assert repr(keys) == "PairwiseKeys()"


def test_lengths_are_the_suites_and_the_ciphers() -> None:
    """A suite and a cipher of other lengths cut the PTK accordingly (AKM 00-0F-AC:12)."""
    longer = replace(HMAC_SHA1, kck_length=24, kek_length=32)
    keys = longer.derive_ptk(b"p" * 48, b"a" * 6, b"b" * 6, b"n" * 32, b"m" * 32, 32)
    assert [len(part) for part in (keys.kck, keys.kek, keys.tk)] == [24, 32, 32]
    assert len({keys.kck, keys.kek, keys.tk}) == 3


def test_short_key_data_is_padded_to_what_can_be_wrapped() -> None:
    """Key data of less than 16 bytes, as a rule of the air may leave it, has 16 then (12.7.2)."""
    kek = bytes(range(16))
    for size in range(1, 16):
        padded = HMAC_SHA1.unwrap(kek, HMAC_SHA1.wrap(kek, b"A" * size))
        assert padded == b"A" * size + b"\xdd" + bytes(15 - size)
