# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of other tools: the same frames in every form, and one clear line for what is none."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.evidence.packets import Packet, read_packets
from harness.evidence.sources.capture_formats import read_capture
from tests.unit.evidence.sources.pcap import (
    NANOSECONDS,
    RADIOTAP,
    WITH_CHECKSUM,
    pcap,
)

RECORDED = Path(__file__).parent / "recorded" / "air.pcapng"
PACKETS = read_packets(RECORDED)


def seen(packets: tuple[Packet, ...]) -> list[tuple[int, int, int, bytes]]:
    """All that is known of packets, with times in microseconds."""
    return [(one.number, one.wall_ns // 1000, one.length, one.frame) for one in packets]


def test_a_capture_of_the_air_is_read_as_it_was_written() -> None:
    """The general reader and the one for our own captures agree, to the nanosecond."""
    found = read_capture(RECORDED)
    assert seen(found) == seen(PACKETS)
    assert [one.wall_ns for one in found] == [one.wall_ns for one in PACKETS]


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"order": ">"},
        {"magic": NANOSECONDS},
        {"link": RADIOTAP, "header": b"\0\0\x08\0\0\0\0\0"},
        {"link": RADIOTAP, "header": WITH_CHECKSUM, "checksum": b"\1\2\3\4"},
    ],
)
def test_the_form_of_a_capture_does_not_matter(tmp_path: Path, form: dict[str, Any]) -> None:
    """Byte order, resolution, and a radiotap header with or without the frame's checksum."""
    path = tmp_path / "field.cap"
    path.write_bytes(pcap(PACKETS, **form))
    frames = [(when, frame) for _, when, _, frame in seen(read_capture(path))]
    assert frames == [(when, frame) for _, when, _, frame in seen(PACKETS)]


def test_a_compressed_capture_is_read(tmp_path: Path) -> None:
    """As they are kept."""
    path = tmp_path / "field.cap.gz"
    path.write_bytes(gzip.compress(pcap(PACKETS)))
    assert len(read_capture(path)) == len(PACKETS)


@pytest.mark.parametrize(
    "content", [b"", b"# no capture", RECORDED.read_bytes()[:27], b"\x1f\x8b", b"\x1f\x8b\x08noise"]
)
def test_what_is_no_capture_is_the_users_mistake(tmp_path: Path, content: bytes) -> None:
    """Named, with what to give."""
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="is no capture") as refused:
        read_capture(path)
    assert "monitor mode" in refused.value.hint


def test_a_capture_of_an_ethernet_is_refused(tmp_path: Path) -> None:
    """Link type 1: there are no 802.11 frames in it, and none is made up."""
    path = tmp_path / "ethernet.cap"
    path.write_bytes(pcap(PACKETS, link=1))
    with pytest.raises(UsageError, match=r"link type 1 has no 802\.11 frames"):
        read_capture(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([RECORDED.read_bytes(), pcap(PACKETS, link=RADIOTAP, header=WITH_CHECKSUM)]),
    st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=4)), max_size=4),
)
def test_no_content_raises_but_as_a_mistake(
    tmp_path: Path, whole: bytes, changes: list[tuple[int, bytes]]
) -> None:
    """Whatever bytes a capture has: packets, or a `UsageError`."""
    content = bytearray(whole)
    for at, new in changes:
        content[at : at + len(new)] = new
    path = tmp_path / "damaged.cap"
    path.write_bytes(content)
    try:
        found = read_capture(path)
    except UsageError:
        return
    assert [one.number for one in found] == list(range(1, len(found) + 1))
