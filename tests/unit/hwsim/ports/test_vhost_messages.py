# SPDX-License-Identifier: GPL-2.0-or-later
"""vhost-user's messages, as QEMU's document has them, and what is none."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import WireError
from hwsim.ports import vhost_messages as vhost
from hwsim.ports.vhost_messages import Request, TableRegion


def test_headers() -> None:
    """Version 1, which a reply has too; bit 3 asks for an acknowledgement."""
    assert vhost.read_header(struct.pack("<III", 5, 1, 40)) == (5, False, 40)
    assert vhost.read_header(struct.pack("<III", 5, 9, 0)) == (5, True, 0)
    assert vhost.reply(11, b"ab") == struct.pack("<III", 11, 5, 2) + b"ab"
    for flags, size in ((0, 0), (2, 0), (5, 0), (1, vhost.MAX_PAYLOAD + 1)):
        with pytest.raises(WireError):
            vhost.read_header(struct.pack("<III", 5, flags, size))


def test_a_memory_table() -> None:
    """Guest address, size, address of the front-end, offset in the file."""
    regions = (TableRegion(1, 2, 3, 4), TableRegion(5, 6, 7, 8))
    payload = struct.pack("<II8Q", 2, 0, *range(1, 9))
    assert vhost.regions_in(Request(5, False, payload)) == regions
    for bad in (b"", payload[:-1], struct.pack("<II", 9, 0) + bytes(9 * 32)):
        with pytest.raises(WireError):
            vhost.regions_in(Request(5, False, bad))


def test_a_queue_in_parts() -> None:
    """Addresses, numbers, and whether a descriptor comes along."""
    payload = struct.pack("<IIQQQQ", 1, 0, 10, 30, 20, 40)
    found = vhost.addresses_in(Request(9, False, payload))
    assert (found.queue, found.descriptors, found.available, found.used) == (1, 10, 20, 30)
    assert vhost.state_in(Request(8, False, vhost.state(1, 64))) == (1, 64)
    assert vhost.descriptor_in(Request(12, False, vhost.u64(1))) == (1, True)
    assert vhost.descriptor_in(Request(12, False, vhost.u64(0x101))) == (1, False)


@given(st.binary(max_size=64), st.integers(0, 2**32 - 1))
def test_whatever_comes(payload: bytes, number: int) -> None:
    """Fields, or an error of ours."""
    request = Request(number, False, payload)
    for read in (vhost.regions_in, vhost.addresses_in, vhost.state_in, vhost.descriptor_in):
        with contextlib.suppress(WireError):
            read(request)  # type: ignore[operator]
