# SPDX-License-Identifier: GPL-2.0-or-later
"""The relay's HELLO, and where it begins in what came before it."""

from __future__ import annotations

import contextlib
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import WireError
from hwsim.ports.base import Radio
from hwsim.ports.relay_protocol import hello_offset, parse_hello

RADIO = {"mac": "02:00:00:00:00:01", "hw": "42:00:00:00:00:01"}
HELLO = json.dumps({"relay": 1, "radios": [RADIO]}).encode()
MESSAGE = struct.pack("<IB3xQ", len(HELLO), 1, 0) + HELLO


def test_radios_of_a_hello() -> None:
    """In the relay's order, by the addresses of interface and radio."""
    assert parse_hello(HELLO) == (Radio(b"\x02\0\0\0\0\x01", b"\x42\0\0\0\0\x01"),)
    assert parse_hello(b'{"radios": []}') == ()


def test_too_many_radios() -> None:
    """No guest has so many: it is refused before one is looked at."""
    with pytest.raises(WireError, match="names no radios"):
        parse_hello(json.dumps({"radios": [RADIO] * 65}).encode())


def test_where_a_hello_begins() -> None:
    """Behind the tail of an older message; nowhere while it is not whole."""
    assert hello_offset(MESSAGE) == 0
    assert hello_offset(b"tail" + MESSAGE) == 4
    assert hello_offset(MESSAGE[:-1]) == -1
    assert hello_offset(bytes(100)) == -1


@given(st.binary(max_size=200))
def test_rubbish(payload: bytes) -> None:
    """Rubbish raises the declared error only."""
    with contextlib.suppress(WireError):
        parse_hello(payload)
