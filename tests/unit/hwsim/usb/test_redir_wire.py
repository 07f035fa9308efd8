# SPDX-License-Identifier: GPL-2.0-or-later
"""usbredir's packets: what is read of a peer that may send anything."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import WireError
from hwsim.usb import redir_wire as wire
from hwsim.usb.device import Endpoint, Setup, UsbIdentity

USB = UsbIdentity(
    vendor=0x0BDA, product=0x8187, release=0x0100, manufacturer="m", product_name="p",
    endpoints=(Endpoint(0x81), Endpoint(0x02)),
)  # fmt: skip


def test_the_hello_announces_what_xhci_needs() -> None:
    """Device version, disconnect acknowledgement, packet sizes, wide ids and lengths."""
    assert wire.hello()[12:].startswith(b"wlan-hil\0")
    assert wire.capabilities(wire.hello()[12:]) == 0b0111_1010


@pytest.mark.parametrize("size", [0, 63, 65, 67])
def test_a_hello_of_another_size_is_none(size: int) -> None:
    """Text and whole words of capabilities."""
    with pytest.raises(WireError):
        wire.capabilities(bytes(size))


def test_endpoints_stand_in_their_slots() -> None:
    """By number, those to the host sixteen further; all others are no endpoints."""
    body = wire.endpoint_info(USB)
    assert len(body) == 160
    kinds, packets = body[:32], body[96:]
    assert {slot: kind for slot, kind in enumerate(kinds) if kind != 255} == {
        0: 0, 16: 0, 17: 2, 2: 2,
    }  # fmt: skip
    assert int.from_bytes(packets[34:36], "little") == 512


def test_a_packet_in_parts_is_waited_for() -> None:
    """No byte before the last makes a packet."""
    data = wire.packet(wire.BULK, b"body", 5)
    assert all(wire.read_packet(data[:end], 0, wide=True) is None for end in range(len(data)))
    assert wire.read_packet(data, 0, wide=True) == (
        wire.Packet(wire.BULK, 5, b"body"), len(data),
    )  # fmt: skip


def test_a_packet_longer_than_any_is_refused_at_its_header() -> None:
    """Nothing is kept for it."""
    header = wire.HEADER_64.pack(wire.BULK, wire.MAX_BODY + 1, 1)
    with pytest.raises(WireError, match="packet 101 of"):
        wire.read_packet(header, 0, wide=True)


def test_control_answers_tell_lengths() -> None:
    """Of an IN what was sent, of an OUT what was taken, of a stall nothing."""
    read, write = Setup(0xC0, 5, 1, 2, 4), Setup(0x40, 5, 1, 2, 4)
    assert wire.control_answer(read, wire.SUCCESS, b"ab")[-4:] == b"\2\0ab"
    assert wire.control_answer(write, wire.SUCCESS)[-2:] == b"\4\0"
    assert wire.control_answer(write, wire.STALL)[-2:] == b"\0\0"


READERS = (
    wire.read_control, wire.read_bulk, wire.read_interrupt, wire.capabilities,
    lambda body: wire.small(body, 2),
)  # fmt: skip


@given(st.binary(max_size=300), st.sampled_from(READERS))
def test_any_body_is_read_or_refused(body: bytes, reader: object) -> None:
    """The only error is WireError."""
    assert callable(reader)
    with contextlib.suppress(WireError):
        reader(body)


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_packets_or_not(data: bytes, wide: bool) -> None:
    """What is read lies within what came."""
    with contextlib.suppress(WireError):
        found = wire.read_packet(data, 0, wide=wide)
        assert found is None or found[1] <= len(data)
