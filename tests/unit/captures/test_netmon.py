# SPDX-License-Identifier: GPL-2.0-or-later
"""Network Monitor's captures."""

from __future__ import annotations

import io

import pytest

from harness.captures.netmon import LINK_NETMON_80211, Netmon
from tests.unit.captures.writing import network_monitor

START_NS = 1_795_780_800_500_000_000
"""27 November 2026, 12:00:00.5."""


def read(content: bytes) -> tuple[list[tuple[int, bytes]], Netmon]:
    """Times and bytes of the frames in a file."""
    container = Netmon(io.BytesIO(content))
    return [(when, data[a:b]) for _, when, data, a, b, _ in container.records()], container


@pytest.mark.parametrize("minor", [0, 1])
def test_frames_by_the_table_of_their_places(minor: int) -> None:
    """With and without the media type behind each."""
    found, container = read(network_monitor([(0, b"first"), (250, b"second")], minor=minor))
    assert found == [(START_NS, b"first"), (START_NS + 250_000, b"second")]
    assert [one.link for one in container.interfaces] == [LINK_NETMON_80211]
    assert container.damage == ""


def test_another_medium_is_known_as_such() -> None:
    """Ethernet is read too, others are not."""
    for media, link in ((1, 1), (6, LINK_NETMON_80211), (77, -1)):
        _, container = read(network_monitor([(0, b"x")], media))
        assert [one.link for one in container.interfaces] == [link]


@pytest.mark.parametrize(
    ("content", "damage"),
    [
        (b"GMBU\1\2", "the file's header is cut off"),
        (b"GMBU\1\7" + bytes(200), "version 7 of Network Monitor's format; version 2 can be read"),
    ],
)
def test_damage_is_told(content: bytes, damage: str) -> None:
    """And nothing is made up."""
    found, container = read(content)
    assert (found, container.damage) == ([], damage)


def test_a_frame_that_is_cut_ends_it() -> None:
    """Those before it are there."""
    whole = network_monitor([(0, b"first"), (250, b"second")])
    places = whole[-8:]
    head = bytearray(whole[:128] + whole[128:-8])
    moved = (128).to_bytes(4, "little") + (len(head) + 2).to_bytes(4, "little")
    head[24:28] = (128 - 8).to_bytes(4, "little")
    head[120:128] = moved
    found, container = read(bytes(head))
    assert found == [(START_NS, b"first")]
    assert container.damage == "a frame's header is cut off"
    assert len(places) == 8
