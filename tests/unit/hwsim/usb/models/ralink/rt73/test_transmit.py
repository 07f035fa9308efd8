# SPDX-License-Identifier: GPL-2.0-or-later
"""Bulk OUT transfers: a frame, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import WireError
from hwsim.usb.models.ralink.rt73.transmit import transmit_request
from tests.unit.hwsim.usb.models.ralink.driver import data_frame
from tests.unit.hwsim.usb.models.ralink.rt73.driver import transfer


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 461, 462, 463, 2278])
def test_padding_is_left_out(size: int) -> None:
    """Of a length that is no multiple of four, and of one that fills the last packet."""
    frame = data_frame(bytes(size))
    assert transmit_request(transfer(frame)).frame == frame


def test_the_descriptor_is_read() -> None:
    """Rate, acknowledgement, and where the key is."""
    sent = transfer(data_frame(b"x"), signal=0x9, cipher=4, key_index=33, iv=b"12345678")
    request = transmit_request(sent)
    assert (request.rate_kbps, request.wants_ack, request.assign_sequence) == (24000, True, False)
    assert (request.cipher, request.pairwise, request.key_index) == (4, True, 33)
    assert request.iv == b"12345678"


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"", "TXD: 0 bytes"),
        (bytes(40), "TXD: 0x00000000"),
        (transfer(data_frame(b"12345"))[:-8], "behind it"),
        (transfer(b"\x88"), "802.11 frame"),
        (transfer(data_frame(b"x"), cipher=4, header_length=24), "header at 24 of 26"),
    ],
)
def test_what_is_no_frame(sent: bytes, why: str) -> None:
    """A descriptor that is short, not valid, or names more than there is."""
    with pytest.raises(WireError, match=why):
        transmit_request(sent)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_an_error(sent: bytes) -> None:
    """And no more bytes of a frame than came."""
    try:
        request = transmit_request(sent)
    except WireError:
        return
    assert len(request.frame) <= len(sent)
