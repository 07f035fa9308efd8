# SPDX-License-Identifier: GPL-2.0-or-later
"""libpcap's format: any byte order, micro- and nanoseconds, and files that are cut."""

from __future__ import annotations

import io
import struct

import pytest

from harness.captures.container import LARGEST, Window
from harness.captures.pcap import MAGICS, Pcap
from harness.evidence.packets import Packet
from tests.unit.captures.writing import MICROSECONDS, NANOSECONDS, pcap

PACKETS = [Packet(n, 10**18 + n * 1_000_001_000, 40, bytes([n]) * 40) for n in range(1, 4)]
Seen = list[tuple[int, bytes]]


def read(content: bytes) -> tuple[Seen, Pcap]:
    """Times and bytes of the packets in a file."""
    window = Window(io.BytesIO(content))
    assert window.need(4)
    container = Pcap(window)
    found = [(when, data[begin:end]) for _, when, data, begin, end, _ in container.records()]
    return found, container


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", [MICROSECONDS, NANOSECONDS])
def test_any_byte_order_and_unit(order: str, magic: int) -> None:
    """All of them give the same packets."""
    found, container = read(pcap(PACKETS, 105, order=order, magic=magic))
    assert found == [(one.wall_ns, one.frame) for one in PACKETS]
    assert (container.damage, container.interfaces[0].link) == ("", 105)


def test_a_link_type_with_the_length_of_a_checksum() -> None:
    """Stands in the upper bits, and is no part of it."""
    _, container = read(pcap([], 0x24000000 | 105))
    assert container.interfaces[0].link == 105


@pytest.mark.parametrize(
    ("content", "damage"),
    [
        (pcap(PACKETS)[:20], "the file's header is cut off"),
        (pcap(PACKETS)[:-20], "the last packet has 20 of 40 bytes"),
        (pcap(PACKETS)[:-50], "6 bytes are left of a packet's header"),
        (
            pcap(PACKETS) + struct.pack("<IIII", 0, 0, LARGEST + 1, 1),
            f"a packet of {LARGEST + 1} bytes at byte 192",
        ),
    ],
)
def test_damage_ends_it_and_is_told(content: bytes, damage: str) -> None:
    """The packets before it are there."""
    found, container = read(content)
    assert container.damage == damage
    assert found == [(one.wall_ns, one.frame) for one in PACKETS][: len(found)]


def test_every_magic_number_is_tried() -> None:
    """Four of them there are."""
    assert {order + str(unit) for order, unit in MAGICS.values()} == {"<1000", ">1000", "<1", ">1"}
