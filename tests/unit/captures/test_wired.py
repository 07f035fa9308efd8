# SPDX-License-Identifier: GPL-2.0-or-later
"""Ethernet, cooked captures, and tunnels that carry 802.11."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.captures.links import DOT11, PPI, PRISM, RADIOTAP
from harness.captures.wired import (
    COOKED,
    COOKED_V2,
    ETHERNET,
    Inner,
    Payload,
    payload,
    tunnelled,
)
from tests.unit.captures.writing import BSSID, STATION, data_frame, handshake

FRAME = data_frame(handshake()[0], down=True)
IPV4, IPV6 = 0x0800, 0x86DD


def udp(port: int, content: bytes, *, version: int = 4) -> bytes:
    """A datagram to that port."""
    head = struct.pack(">HHHH", 40000, port, 8 + len(content), 0)
    if version == 6:
        return struct.pack(">IHBB32x", 6 << 28, 8 + len(content), 17, 64) + head + content
    size = 28 + len(content)
    return struct.pack(">BBHHHBBHII", 0x45, 0, size, 0, 0, 64, 17, 0, 0, 0) + head + content


def capwap(frame: bytes) -> bytes:
    """Behind a header of eight bytes, for 802.11, native."""
    return struct.pack(">II", 2 << 19 | 1 << 9 | 1 << 8, 0) + frame


PEEK = struct.pack(">bbHHBBQBBBB", -50, -90, len(FRAME), len(FRAME), 0, 0, 1, 12, 6, 60, 0)
PEEK_LONG = b"\0\xff\xab\xcd\2" + struct.pack(">I", 55) + bytes(46)
PPI_PACKET = struct.pack("<BBHI", 0, 0, 8, DOT11) + FRAME
PCAP_RECORD = struct.pack("<IIII", 1, 2, len(FRAME), len(FRAME)) + FRAME
SWAPPED = FRAME[1::-1] + FRAME[2:]
TUNNELS = [
    (37008, b"\1\0\0\x12\x0d\1\5\0\1" + FRAME, Inner(DOT11, 37, 0, False)),
    (37008, b"\1\0\0\x77\1" + FRAME, Inner(PRISM, 33, 0, None)),
    (5000, PEEK + FRAME, Inner(DOT11, 48, 0, True)),
    (50555, PEEK_LONG + FRAME, Inner(DOT11, 83, 0, True)),
    (5555, PPI_PACKET, Inner(PPI, 28, 0, None)),
    (5555, PCAP_RECORD, Inner(DOT11, 44, 0, None)),
    (5247, capwap(FRAME), Inner(DOT11, 36, 0, False)),
    (5247, capwap(SWAPPED), Inner(DOT11, 36, 0, False, swapped=True)),
    (5247, capwap(bytes(40)), Inner(DOT11, 36, 0, False, swapped=None)),
]


@pytest.mark.parametrize(("port", "content", "inner"), TUNNELS)
@pytest.mark.parametrize("version", [4, 6])
def test_the_frame_in_a_tunnel(port: int, content: bytes, inner: Inner, version: int) -> None:
    """Over either version of IP."""
    data = udp(port, content, version=version)
    found = tunnelled(data, IPV4 if version == 4 else IPV6, 0, len(data))
    more = 20 if version == 6 else 0
    assert found == inner._replace(begin=inner.begin + more, end=len(data))


def test_what_is_no_tunnel() -> None:
    """Other ports, other protocols, fragments."""
    data = udp(53, FRAME)
    assert tunnelled(data, IPV4, 0, len(data)) is None
    data = bytearray(udp(5000, PEEK + FRAME))
    data[9] = 6
    assert tunnelled(bytes(data), IPV4, 0, len(data)) is None
    data[9], data[6] = 17, 0x20
    assert tunnelled(bytes(data), IPV4, 0, len(data)) is None


def test_ethernet_with_and_without_a_vlan() -> None:
    """Both addresses are told."""
    for tags in (b"", b"\x81\0\0\5"):
        data = STATION + BSSID + tags + b"\x88\x8erest"
        found = payload(ETHERNET, data, 0, len(data))
        assert found == Payload(BSSID, STATION, 0x888E, 14 + len(tags))


def test_cooked_captures() -> None:
    """Tell who sent, not who receives; of an interface in monitor mode they hold 802.11."""
    v1 = struct.pack(">HHH", 0, 1, 6) + BSSID + b"\0\0\x88\x8erest"
    assert payload(COOKED, v1, 0, len(v1)) == Payload(BSSID, b"", 0x888E, 16)
    v2 = struct.pack(">HHIHBB", 0x888E, 0, 3, 1, 0, 6) + BSSID + b"\0\0rest"
    assert payload(COOKED_V2, v2, 0, len(v2)) == Payload(BSSID, b"", 0x888E, 20)
    monitor = struct.pack(">HHH", 0, 803, 6) + bytes(10) + b"rest"
    assert payload(COOKED, monitor, 0, len(monitor)) == Inner(RADIOTAP, 16, 20)


@given(
    st.sampled_from([ETHERNET, COOKED, COOKED_V2]),
    st.sampled_from([37008, 5000, 5555, 5247, 53]),
    st.binary(max_size=120),
    st.integers(0, 60),
)
def test_no_packet_raises(link: int, port: int, content: bytes, cut: int) -> None:
    """Whatever it claims, and wherever it ends."""
    payload(link, content, 0, len(content))
    for ethertype, data in ((IPV4, udp(port, content)), (IPV6, udp(port, content, version=6))):
        whole = data[: len(data) - cut]
        found = tunnelled(whole, ethertype, 0, len(whole))
        assert found is None or found.begin <= len(whole)
