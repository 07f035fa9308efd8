# SPDX-License-Identifier: GPL-2.0-or-later
"""Radiotap headers: those of the kernel, as scapy makes them, and what is none."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dot11 import RadioTap

from hwsim.errors import WireError
from hwsim.ports.radiotap import injected, parse

FRAME = bytes(range(30))


def header(present: int, fields: bytes, more: tuple[int, ...] = ()) -> bytes:
    """A header with those words and fields."""
    words = struct.pack(f"<{1 + len(more)}I", present, *more)
    return struct.pack("<BxH", 0, 4 + len(words) + len(fields)) + words + fields


def test_what_a_monitor_interface_delivers() -> None:
    """mac80211's usual header: time, flags, rate, channel, signal."""
    fields = struct.pack("<QBBHHb", 1, 0x10, 12, 5180, 0x140, -42)
    packet = parse(header(0b101111, fields) + FRAME + b"fcs.")
    assert packet == (FRAME, 5180, 6000, -42, None)


def test_as_scapy_makes_it() -> None:
    """Fields and their alignment are another program's, too."""
    made = bytes(
        RadioTap(
            present="Rate+Channel+dBm_AntSignal+TXFlags", Rate=1, ChannelFrequency=2412,
            ChannelFlags="2GHz", dBm_AntSignal=-50, TXFlags=1,
        )
    )  # fmt: skip
    assert parse(made + FRAME) == (FRAME, 2412, 1000, -50, False)


def test_words_that_go_on() -> None:
    """A driver with several antennas adds words, and fields behind those of the first."""
    packet = parse(header(1 << 31 | 1 << 5, b"\xd8" + bytes(2), (1 << 31 | 1 << 5, 1 << 5)) + FRAME)
    assert (packet.frame, packet.signal_dbm) == (FRAME, -40)


@pytest.mark.parametrize(("flags", "acked"), [(0, True), (1, False), (8, True)])
def test_what_became_of_a_frame_that_was_sent(flags: int, *, acked: bool) -> None:
    """TX flags are of this machine's own frames alone."""
    assert parse(header(1 << 15, struct.pack("<H", flags)) + FRAME).acked is acked


def test_an_injected_frame() -> None:
    """Its rate, its own sequence number, and no acknowledgement of one to a group."""
    for group, tx_flags in ((False, 0x10), (True, 0x18)):
        packet = injected(FRAME, 6000, group=group)
        assert packet == header(1 << 2 | 1 << 15, struct.pack("<BxH", 12, tx_flags)) + FRAME
        known = RadioTap(packet)
        assert known.Rate == 6.0
        assert int(known.TXFlags) == tx_flags
        assert parse(packet)[:3] == (FRAME, None, 6000)


BAD = {
    "nothing": b"",
    "another version": b"\1" + header(0, b"")[1:],
    "shorter than its head": struct.pack("<BxHI", 0, 7, 0),
    "longer than the packet": struct.pack("<BxHI", 0, 9, 0),
    "a field that is cut": header(1 << 3, b"\1\2"),
    "words without an end": header(1 << 31, b"", (1 << 31,)),
    "a wrong FCS": header(1 << 1, b"\x40") + FRAME,
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_none(name: str) -> None:
    """It is refused."""
    with pytest.raises(WireError):
        parse(BAD[name])


@given(st.binary(max_size=80))
def test_whatever_is_on_the_air(packet: bytes) -> None:
    """A frame that was in it, or an error."""
    try:
        frame = parse(packet).frame
    except WireError:
        return
    assert len(frame) <= len(packet) - 8
