# SPDX-License-Identifier: GPL-2.0-or-later
"""pcapng: sections, interfaces with their own units, and damage."""

from __future__ import annotations

import io
import struct

import pytest

from harness.captures.container import Window
from harness.captures.pcapng import Pcapng
from tests.unit.captures.writing import enhanced, interface, pcapng_block, section


def read(content: bytes) -> tuple[list[tuple[int, int, bytes]], Pcapng]:
    """Interface, time and bytes of the packets in a file."""
    container = Pcapng(Window(io.BytesIO(content)))
    found = [(which, when, data[a:b]) for which, when, data, a, b, _ in container.records()]
    return found, container


def test_each_interface_has_its_own_unit() -> None:
    """Microseconds unless it says otherwise; powers of ten, or of two."""
    content = section() + interface(105) + interface(127, resolution=9)
    content += interface(1, resolution=0x80 | 10)
    content += enhanced(0, 2_000_001, b"a") + enhanced(1, 5, b"bb") + enhanced(2, 512, b"ccc")
    found, container = read(content)
    assert found == [(0, 2_000_001_000, b"a"), (1, 5, b"bb"), (2, 500_000_000, b"ccc")]
    assert [one.link for one in container.interfaces] == [105, 127, 1]
    assert container.damage == ""


def test_a_section_has_interfaces_of_its_own() -> None:
    """Of any byte order; they are counted on."""
    content = section() + interface(105) + enhanced(0, 1, b"a")
    content += section(">") + interface(127, order=">") + enhanced(0, 2, b"b", ">")
    content += section(">") + interface(1, order=">") + enhanced(0, 3, b"c", ">")
    found, container = read(content)
    assert found == [(0, 1000, b"a"), (1, 2000, b"b"), (2, 3000, b"c")]
    assert [one.link for one in container.interfaces] == [105, 127, 1]


def test_other_blocks_of_packets() -> None:
    """Simple ones have no time; obsolete ones are read; what is unknown is passed over."""
    content = section() + interface(105) + pcapng_block(0xBAD, b"whatever")
    content += pcapng_block(3, struct.pack("<I", 5) + b"hello")
    content += pcapng_block(2, struct.pack("<HHIIII", 0, 0, 0, 7, 3, 3) + b"old")
    found, _ = read(content)
    assert found == [(0, 0, b"hello"), (0, 7000, b"old")]


@pytest.mark.parametrize(
    ("more", "damage"),
    [
        (enhanced(0, 2, b"cut")[:-6], "the last packet has 30 of 36 bytes"),
        (b"\6\0\0", "3 bytes are left of a block"),
        (struct.pack("<III", 6, 13, 0), "a block of 13 bytes at byte 84"),
        (struct.pack("<III", 6, 1 << 30, 0), "a block of 1073741824 bytes at byte 84"),
        (b"\x0a\x0d\x0d\x0a" + bytes(24), "a section without byte order at byte 84"),
        (
            pcapng_block(6, struct.pack("<IIIII", 0, 0, 0, 99, 99) + b"short"),
            "a packet that its block does not hold, at byte 84",
        ),
        (
            pcapng_block(6, struct.pack("<IIIII", 7, 0, 0, 4, 4) + b"none"),
            "a packet that its block does not hold, at byte 84",
        ),
        (pcapng_block(1, b"\1"), "an interface that cannot be read"),
    ],
)
def test_damage_ends_it_and_is_told(more: bytes, damage: str) -> None:
    """The packets before it are there."""
    found, container = read(section() + interface(105) + enhanced(0, 1, b"a") + more)
    assert found == [(0, 1000, b"a")]
    assert container.damage == damage
