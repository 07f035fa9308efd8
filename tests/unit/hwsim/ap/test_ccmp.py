# SPDX-License-Identifier: GPL-2.0-or-later
"""CCMP: published vectors, and what must not open."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap.ccmp import CcmpKey, packet_number
from hwsim.errors import UndecryptableError, WireError

CCMP_TK = bytes.fromhex("c97c1f67ce371185514a8a19f2bdd52f")
CCMP_HEADER = bytes.fromhex("0848c32c0fd2e128a57c5030f1844408abaea5b8fcba8033")
CCMP_PLAIN = bytes.fromhex("f8ba1a55d02f85ae967bb62fb6cda8eb7e78a050")
CCMP_PN = 0xB5039776E70C
CCMP_SEALED = bytes.fromhex(
    "0ce70020769703b5f3d0a2fe9a3dbf2342a643e43246e80c3c04d0197845ce0b16f97623"
)


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


def test_a_deauthentication_is_protected_as_published() -> None:
    """IEEE 802.11-2012, M.9.2 (2020: J.9): the management flag in the nonce, the whole subtype."""
    key = CcmpKey(bytes.fromhex("66ed21042f9f26d7115706e40414cf2e"))
    header = bytes.fromhex("c00000000200000001000200000000000200000000006000")
    frame = key.protect(header, b"\2\0", 1)
    assert frame[1:2] == b"\x40"
    assert frame[24:].hex() == "01000020000000001d07cafd0409bb8bafef"
    assert key.open(frame, 24) == b"\2\0"
