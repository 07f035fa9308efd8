# SPDX-License-Identifier: GPL-2.0-or-later
"""What CCMP and GCMP share: what must not open, and headers of every form."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil_common.ciphers import RSN_CIPHERS
from hwsim.ciphers.data_key import DataKey
from hwsim.ciphers.suites import DATA_SUITES
from hwsim.errors import OtherKeyError, UndecryptableError, WireError

HEADER = bytes.fromhex("0848c32c0fd2e128a57c5030f1844408abaea5b8fcba8033")


def key(name: str) -> DataKey:
    """A key of that cipher."""
    suite = DATA_SUITES[name]
    return suite.key(bytes(range(suite.cipher.key_length)), 0)


NAMES = st.sampled_from(RSN_CIPHERS)


@given(NAMES, st.integers(0, 59), st.integers(1, 255))
def test_changes_are_noticed(name: str, offset: int, change: int) -> None:
    """Any changed byte is noticed, but for the fields that a station may change on the way."""
    frame = bytearray(key(name).protect(HEADER, bytes(20), 7))
    frame[offset] ^= change
    mutable = {2, 3, 26}  # duration, and the reserved byte of the cipher's header
    masked = {0: 0x70, 1: 0x38, 22: 0xF0, 23: 0xFF, 27: 0xDF}
    if offset in mutable or not change & ~masked.get(offset, 0):
        return
    if offset == 1 or (offset == 0 and change & 0x80):
        return  # another length of header: parsed by the caller
    with pytest.raises((UndecryptableError, WireError)):
        key(name).open(bytes(frame), 24)


@given(NAMES, st.binary(max_size=60))
def test_rubbish(name: str, frame: bytes) -> None:
    """Bytes that are no protected frame raise the declared errors only."""
    with contextlib.suppress(WireError):
        assert 0 <= key(name).packet_number(frame, 24) < 1 << 48
    if len(frame) >= 24:
        with pytest.raises((UndecryptableError, WireError)):
            key(name).open(frame, 24)


@pytest.mark.parametrize("name", RSN_CIPHERS)
def test_qos_and_four_addresses_open_again(name: str) -> None:
    """The nonce and additional data follow the header's form: QoS control, fourth address."""
    for head in (b"\x88\x01", b"\x88\x03", b"\x08\x03", b"\xd0\x00"):
        size = 24 + (6 if head[1] == 3 else 0) + (2 if head[0] == 0x88 else 0)
        header = head + bytes(range(2, size - 1)) + b"\x05"
        frame = key(name).protect(header, b"payload", 7)
        assert key(name).open(frame, size) == b"payload"


@pytest.mark.parametrize("name", DATA_SUITES)
@pytest.mark.parametrize(("named", "own"), [(1, 0), (0, 1)])
def test_a_frame_that_names_another_key_does_not_open(name: str, named: int, own: int) -> None:
    """A receiver looks the key up by the Key ID: the right bytes under the wrong one are no key."""
    suite = DATA_SUITES[name]
    secret = bytes(suite.cipher.key_length)
    frame = suite.key(secret, named).protect(HEADER, b"payload", 7)
    with pytest.raises(OtherKeyError, match=f"names key {named}") as refused:
        suite.key(secret, own).open(frame, 24)
    assert refused.value.named == named
