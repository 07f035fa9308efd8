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


@pytest.mark.parametrize(("minor", "trailer"), [(2, 6), (3, 15)])
def test_later_versions_have_longer_trailers(minor: int, trailer: int) -> None:
    """That of 2.3 tells the time in UTC, in tenths of a microsecond since 1601."""
    utc_ns = START_NS - 2 * 3600 * 10**9
    tenths = utc_ns // 100 + 134_774 * 86_400 * 10**7
    behind = (b"\6\0" + bytes(4) + tenths.to_bytes(8, "little") + b"\0")[:trailer]
    content = network_monitor([(7, b"first" + behind), (9, b"second" + behind)], minor=0)
    head = bytearray(content)
    head[4] = minor
    for at, length in ((128, 5), (128 + 16 + 5 + trailer, 6)):
        head[at + 8 : at + 16] = length.to_bytes(4, "little") * 2
    found, container = read(bytes(head))
    times = [utc_ns] * 2 if minor == 3 else [START_NS + 7000, START_NS + 9000]
    assert found == list(zip(times, (b"first", b"second"), strict=True))
    assert [one.link for one in container.interfaces] == [LINK_NETMON_80211]


def test_a_frame_before_the_start() -> None:
    """Its microseconds are signed once they are multiplied by ten, as Network Monitor does."""
    before = (2**64 - 50) // 10 + 1  # multiplied by ten: 2**64 - 46
    content = network_monitor([(-5, b"first"), (before, b"second")])
    assert [when - START_NS for when, _ in read(content)[0]] == [-5000, -4600]


@pytest.mark.parametrize(
    ("media", "link"), [(0, 1), (0xE07F, 127), (0xE080, 105), (0xFFFD, None), (0xFFFF, -1)]
)
def test_media_of_converted_captures(media: int, link: int | None) -> None:
    """And records that are no packets, which have no number."""
    found, container = read(network_monitor([(0, b"x")], media))
    assert [one.link for one in container.interfaces] == ([] if link is None else [link])
    assert len(found) == (link is not None)


def test_frames_that_overlap_are_damage() -> None:
    """Else a table would make much of a small file."""
    content = network_monitor([(0, b"first"), (1, b"second")])
    found, container = read(content[:-4] + content[-8:-4])
    assert [data for _, data in found] == [b"first"]
    assert container.damage == "a frame at byte 128, inside of one before"
