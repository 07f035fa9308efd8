# SPDX-License-Identifier: GPL-2.0-or-later
"""TKIP: a whole MPDU of the standard, and what must not open."""

from __future__ import annotations

import struct
from zlib import crc32

import pytest
from Crypto.Cipher import ARC4
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ciphers.michael import michael
from hwsim.ciphers.tkip import TkipKey
from hwsim.errors import MichaelError, UndecryptableError, WireError

KEY = bytes.fromhex("1234567890123456789012345678901234567890123456789012345678901234")
HEADER = bytes.fromhex("08422c0002030405060802030405060702030405060 7d002".replace(" ", ""))
PLAIN = bytes.fromhex(
    "aaaa030000000800450000540000400040 01a555c0a80a02c0a80a0108003ab0"
    "00000000cd4c05000000000008090a0b0c0d0e0f101112131415161718191a1b"
    "1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637".replace(" ", "")
)
SEALED = bytes.fromhex(
    "0020012000000000"
    "c00e14fce7cfabc77547e666e57c0dac704a1e358a88c11c8e2e282e3801027a"
    "4656055ee93e9c254702e9735805ddb5769ba73f1ebb56e844ef912285d3dd6e"
    "541e823873558adba079068abd7f7f50959675acc4b4de9aa99c05f289a7c52f"
    "ee5bfc14f6f8e5f8"
)


def mirrored(key: bytes, key_id: int = 0) -> TkipKey:
    """The other side's key: its Michael keys change places."""
    return TkipKey(key[:16] + key[24:] + key[16:24], key_id)


def test_published_mpdu() -> None:
    """IEEE 802.11-2020, J.4: encrypted with MIC and ICV. The frame goes from the access point, so
    its Michael key is the first of the two."""
    assert TkipKey(KEY).protect(HEADER, PLAIN, 1).hex() == (HEADER + SEALED).hex()
    assert mirrored(KEY).open(HEADER + SEALED, 24) == PLAIN
    assert TkipKey(KEY).packet_number(HEADER + SEALED, 24) == 1


@given(st.integers(0, len(HEADER + SEALED) - 1), st.integers(1, 255))
def test_what_was_changed_does_not_open(at: int, flip: int) -> None:
    """Every byte counts but those that no code covers: frame control, duration, sequence, and the
    WEP seed, which the sequence counter gives."""
    frame = bytearray(HEADER + SEALED)
    frame[at] ^= flip
    if at in {0, 1, 2, 3, 22, 23, 25, 27} or 4 <= at < 10 <= at:
        return
    with pytest.raises((UndecryptableError, WireError)):
        mirrored(KEY).open(bytes(frame), 24)


def test_a_wrong_michael_mic_is_told_apart() -> None:
    """The ICV fits: somebody who has not the Michael key made the frame, not the air."""
    other = TkipKey(KEY[:16] + bytes(16))
    with pytest.raises(MichaelError):
        mirrored(KEY).open(other.protect(HEADER, PLAIN, 1), 24)


@given(st.binary(max_size=60))
def test_packet_number_of_rubbish(body: bytes) -> None:
    """Bytes that are no TKIP frame raise the declared errors only."""
    key = TkipKey(KEY)
    try:
        assert 0 <= key.packet_number(HEADER + body, 24) < 1 << 48
        key.open(HEADER + body, 24)
    except (UndecryptableError, WireError):
        pass


@given(st.integers(0, (1 << 48) - 1), st.binary(max_size=80), st.integers(0, 3))
def test_both_sides_understand_each_other(pn: int, plain: bytes, key_id: int) -> None:
    """Whatever counter and length; phase 1 kept from one frame serves no other by mistake."""
    sender, receiver = TkipKey(KEY, key_id), mirrored(KEY, key_id)
    for number in (pn, pn ^ 1, pn ^ 0x10000):
        frame = sender.protect(HEADER, plain, number)
        assert receiver.packet_number(frame, 24) == number
        assert receiver.open(frame, 24) == plain
        assert frame[27] == 0x20 | key_id << 6


def test_the_icv_is_over_data_and_mic() -> None:
    """By hand, as 12.5.2.1.2 and 12.3.2.3 have it."""
    frame = TkipKey(KEY).protect(HEADER, b"data", 1)
    arc4 = ARC4.new(_key_of_frame_1()).decrypt(frame[32:])
    covered = HEADER[4:10] + HEADER[16:22] + bytes(4)
    assert arc4[:12] == b"data" + michael(KEY[16:24], covered + b"data")
    assert arc4[12:] == struct.pack("<I", crc32(arc4[:12]))


def _key_of_frame_1() -> bytes:
    from hwsim.ciphers.tkip_mixing import phase_1, phase_2

    return phase_2(KEY[:16], phase_1(KEY[:16], HEADER[10:16], 0), 1)
