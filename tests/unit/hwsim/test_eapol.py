# SPDX-License-Identifier: GPL-2.0-or-later
"""EAPOL-Key frames: names and bounds."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim import eapol
from hwsim.errors import WireError


def key_frame(info: int, data: bytes = b"", *, tail: bytes = b"", size: int | None = None) -> bytes:
    """An EAPOL-Key frame with recognisable fields."""
    body = struct.pack(">BHHQ", 2, info, 16, 0x0102030405060708) + b"N" * 32 + bytes(16)
    body += b"R" * 8 + bytes(8) + b"M" * 16 + struct.pack(">H", len(data) if size is None else size)
    body += data
    return struct.pack(">BBH", 1, 3, len(body)) + body + tail


@pytest.mark.parametrize(
    ("info", "data", "kind"),
    [
        (0x008A, b"", "M1"),
        (0x010A, b"rsne", "M2"),
        (0x13CA, b"wrapped", "M3"),
        (0x030A, b"", "M4"),
        (0x1382, b"wrapped", "G1"),
        (0x0302, b"", "G2"),
        (0x0089, b"", "M1"),
        (0x0109, b"wpa", "M2"),
        (0x0109, b"", "M4"),
        (0x01C9, b"wpa", "M3"),
        (0x0D0A, b"", "eapol"),
        (0x050A, b"", "eapol"),
        (0x000A, b"", "eapol"),
        (0x0002, b"", "eapol"),
    ],
)
def test_names(info: int, data: bytes, kind: str) -> None:
    """WPA2's and WPA's messages by key information and key data; requests and errors are none."""
    assert eapol.classify(eapol.parse_key_frame(key_frame(info, data))) == kind


def test_fields() -> None:
    """Every field is where 12.7.2 puts it, and padding behind the frame is no part of it."""
    key = eapol.parse_key_frame(key_frame(0x13CA, b"key data", tail=b"pad"))
    assert key.descriptor == 2
    assert key.replay_counter == 0x0102030405060708
    assert key.nonce == b"N" * 32
    assert key.mic == b"M" * 16
    assert key.key_data == b"key data"
    assert key.pdu == key_frame(0x13CA, b"key data")
    assert eapol.without_mic(key) == key.pdu.replace(b"M" * 16, bytes(16))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x01\x00\x00\x00",
        key_frame(0x8A)[:-1],
        key_frame(0x8A, size=1),
        key_frame(0x8A, size=65535),
        struct.pack(">BBH", 1, 3, 94) + bytes(200),
    ],
)
def test_malformed(payload: bytes) -> None:
    """Short frames and key data over the end are refused."""
    with pytest.raises(WireError):
        eapol.parse_key_frame(payload)


@given(st.binary(max_size=200))
def test_rubbish(payload: bytes) -> None:
    """Rubbish raises the declared error only, with and without a plausible beginning."""
    for candidate in (payload, b"\x02\x03\x00\x5f" + payload):
        try:
            key = eapol.parse_key_frame(candidate)
        except WireError:
            continue
        assert len(key.pdu) <= len(candidate)
        eapol.classify(key)
