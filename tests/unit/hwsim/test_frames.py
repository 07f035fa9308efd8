# SPDX-License-Identifier: GPL-2.0-or-later
"""802.11 headers and elements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dot11 import Dot11, Dot11QoS

from hwsim import frames
from hwsim.errors import WireError

A, B, C = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"


@pytest.mark.parametrize(
    ("packet", "length", "kind"),
    [
        (Dot11(type=0, subtype=0, addr1=A, addr2=B, addr3=C, SC=0x1230), 24, "assoc-req"),
        (Dot11(type=0, subtype=2, addr1=A, addr2=B, addr3=C, SC=0x1230), 24, "assoc-req"),
        (Dot11(type=0, subtype=4, addr1=A, addr2=B, addr3=C, SC=0x1230), 24, "probe-req"),
        (Dot11(type=0, subtype=11, addr1=A, addr2=B, addr3=C, SC=0x1230), 24, "auth"),
        (Dot11(type=0, subtype=12, addr1=A, addr2=B, addr3=C, SC=0x1230), 24, "deauth"),
        (Dot11(type=2, subtype=0, FCfield=1, addr1=A, addr2=B, addr3=C, SC=0x1230), 24, "data"),
        (Dot11(type=2, subtype=4, FCfield=1, addr1=A, addr2=B, addr3=C, SC=0x1230), 24, "null"),
        (
            Dot11(type=2, subtype=8, FCfield=1, addr1=A, addr2=B, addr3=C, SC=0x1230)
            / Dot11QoS(TID=5),
            26,
            "data",
        ),
        (
            Dot11(type=2, subtype=0, FCfield=3, addr1=A, addr2=B, addr3=C, addr4=A, SC=0x1230),
            30,
            "data",
        ),
    ],
)
def test_header(packet: Dot11, length: int, kind: str) -> None:
    """Length, addresses, sequence number and kind of what scapy built."""
    header = frames.parse_header(bytes(packet) + b"rest")
    assert header.length == length
    assert frames.kind_of(header) == kind
    assert frames.mac_text(header.receiver) == A
    assert frames.mac_text(header.transmitter) == B
    assert frames.mac_text(header.address3) == C
    assert header.sequence == 0x123
    assert header.tid == (5 if length == 26 else 0)


@given(st.binary(max_size=60))
def test_rubbish_header(frame: bytes) -> None:
    """Rubbish raises the declared error only; a header is never longer than its frame."""
    try:
        header = frames.parse_header(frame)
    except WireError:
        return
    assert header.length <= len(frame)
    frames.kind_of(header)


@given(st.binary(max_size=60), st.integers(0, 255))
def test_rubbish_elements(body: bytes, identifier: int) -> None:
    """Elements are within the body, or the declared error is raised; it always ends."""
    try:
        found = list(frames.elements(body))
    except WireError:
        return
    assert b"".join(whole for _, whole in found) == body
    first = next((whole for number, whole in found if number == identifier), None)
    assert frames.element(body, identifier) == first


@pytest.mark.parametrize(
    "text", ["", "02:00:00:00:00", "02:00:00:00:00:0g", "2:0:0:0:0:0", "é", "  :  :  :  :  :  "]
)
def test_no_mac(text: str) -> None:
    """What is no MAC address is refused."""
    with pytest.raises(WireError, match="no MAC address"):
        frames.mac_bytes(text)


@given(st.binary(min_size=6, max_size=6))
def test_mac_text(address: bytes) -> None:
    """Text and bytes of an address say the same."""
    assert frames.mac_bytes(frames.mac_text(address)) == address
