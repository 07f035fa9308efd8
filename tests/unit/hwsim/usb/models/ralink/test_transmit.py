# SPDX-License-Identifier: GPL-2.0-or-later
"""Bulk OUT transfers: one frame, several frames, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import WireError
from hwsim.usb.models.ralink.transmit import transmit_requests
from tests.unit.hwsim.usb.models.ralink.driver import block, data_frame, following

HONEST = block(data_frame(b"x"), 26)
LYING = HONEST[:10] + b"\xff\x0f" + HONEST[12:]
"""TXWI names 4095 bytes."""


@pytest.mark.parametrize(("qos", "header_length"), [(True, 26), (False, 24)])
@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 500])
def test_paddings_are_taken_out(qos: bool, header_length: int, size: int) -> None:
    """Between header and payload, and behind it."""
    frame = data_frame(bytes(range(256)) * 2, qos=qos)[: header_length + size]
    (request,) = transmit_requests(block(frame, header_length) + bytes(4))
    assert request.frame == frame
    assert request.header_length == header_length


def test_the_descriptor_is_read() -> None:
    """Who, by which rate, and what is to be told of it."""
    sent = block(data_frame(b"x"), 26, wcid=34, packet_id=9, flags=3, rate=0x4004)
    (request,) = transmit_requests(sent)
    assert (request.wcid, request.packet_id, request.rate_kbps) == (34, 9, 24000)
    assert (request.wants_ack, request.assign_sequence, request.iv) == (True, True, None)


def test_a_driver_may_give_the_cipher_header() -> None:
    """TXINFO says so."""
    (request,) = transmit_requests(block(data_frame(b"x"), 26, info=1 << 24, iv=b"12345678"))
    assert request.iv == b"12345678"


def test_several_frames_in_one_transfer() -> None:
    """Windows' drivers put together what waits."""
    frames = [data_frame(bytes(size)) for size in (1, 2, 77)]
    blocks = [block(one, 26) for one in frames]
    transfer = following(blocks[0]) + following(blocks[1]) + blocks[2] + bytes(4)
    assert [one.frame for one in transmit_requests(transfer)] == frames


@pytest.mark.parametrize(
    ("transfer", "why"),
    [
        (b"", "TXINFO"),
        (block(data_frame(b"x"), 26)[:-4], "bytes named"),
        (b"\x08\0\0\0" + bytes(8), "TXWI: 8 bytes"),
        (block(b"\x88", 1), "802.11 frame"),
        (LYING, "there"),
        (following(block(data_frame(b"x"), 26)), "0 bytes left"),
    ],
)
def test_what_is_no_frame(transfer: bytes, why: str) -> None:
    """Lengths that reach over the end, of each part."""
    with pytest.raises(WireError, match=why):
        transmit_requests(transfer)


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_an_error(transfer: bytes) -> None:
    """And no more bytes of frames than came."""
    try:
        requests = transmit_requests(transfer)
    except WireError:
        return
    assert sum(len(one.frame) for one in requests) <= len(transfer)
