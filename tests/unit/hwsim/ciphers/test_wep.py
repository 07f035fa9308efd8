# SPDX-License-Identifier: GPL-2.0-or-later
"""WEP: the primitives it is made of by published values, and what must not open."""

from __future__ import annotations

from zlib import crc32

import pytest
from Crypto.Cipher import ARC4
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ciphers.wep import WepKey
from hwsim.errors import UndecryptableError, WireError

HEADER = bytes.fromhex("0801000002030405060802020202020202030405060 70000".replace(" ", ""))


def test_the_primitives() -> None:
    """RFC 6229: ARC4 under a 40-bit key, which no IV stands before; CRC-32 of the usual text."""
    assert ARC4.new(bytes.fromhex("0102030405")).encrypt(bytes(16)).hex() == (
        "b2396305f03dc027ccc3524a0a1118a8"
    )
    assert crc32(b"123456789") == 0xCBF43926


def test_a_frame_by_hand() -> None:
    """12.3.2.3 and 12.3.2.4: the IV comes first in the key, and the ICV lowest byte first."""
    frame = WepKey(b"5char", 2).protect(HEADER, b"data", 0x010203)
    assert frame[:24] == HEADER[:1] + b"\x41" + HEADER[2:]
    assert frame[24:28] == b"\x01\x02\x03\x80"
    plain = ARC4.new(b"\x01\x02\x035char").decrypt(frame[28:])
    assert plain == b"data" + crc32(b"data").to_bytes(4, "little")


@given(
    st.sampled_from([b"5char", b"13 characters"]), st.binary(max_size=60), st.integers(0, 1 << 30)
)
def test_it_opens_what_it_protects(key: bytes, plain: bytes, number: int) -> None:
    """Keys of both lengths; IVs go round at 24 bits."""
    frame = WepKey(key).protect(HEADER, plain, number)
    assert WepKey(key).open(frame, 24) == plain
    assert WepKey(key).packet_number(frame, 24) == number % (1 << 24)


@pytest.mark.parametrize("other", [WepKey(b"other"), WepKey(b"13 characters"), WepKey(b"5char", 1)])
def test_another_key_does_not_open(other: WepKey) -> None:
    """The ICV tells, and the key's identifier."""
    with pytest.raises(UndecryptableError):
        other.open(WepKey(b"5char").protect(HEADER, b"payload", 1), 24)


@given(st.binary(max_size=40))
def test_rubbish(body: bytes) -> None:
    """Bytes that are no WEP frame raise the declared errors only."""
    with pytest.raises((UndecryptableError, WireError)):
        WepKey(b"5char").open(HEADER + body, 24)
