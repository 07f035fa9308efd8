# SPDX-License-Identifier: GPL-2.0-or-later
"""Bulk OUT transfers: a frame, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import WireError
from hwsim.usb.models.realtek.rtl8192c.transmit import AES, transmit_request
from tests.unit.hwsim.usb.models.ralink.driver import data_frame
from tests.unit.hwsim.usb.models.realtek.rtl8192c.driver import transfer

FRAME = data_frame(b"some bytes")


@pytest.mark.parametrize("offset", [32, 40])
def test_the_descriptor_is_read(offset: int) -> None:
    """Where the frame begins, its rate and its cipher."""
    request = transmit_request(transfer(FRAME, cipher=3, rate=8, offset=offset))
    assert (request.frame, request.rate_kbps, request.cipher) == (FRAME, 24000, AES)


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"", "0 bytes"),
        (b"\x01" + transfer(FRAME)[1:], "checksum"),
        (transfer(FRAME)[:-1], "bytes at 32"),
        (bytes(64), "bytes at 0"),
        (transfer(b"\x88"), "802.11 frame"),
    ],
)
def test_what_is_no_frame(sent: bytes, why: str) -> None:
    """A descriptor that is short or damaged, or names more than there is."""
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
