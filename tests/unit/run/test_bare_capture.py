# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture judged alone. Its handshakes are those of a public WPA2 capture in number and times.

(aircrack-ng's wpa2-psk: 802.11 without radiotap, three handshakes of one station; the frames here
are of our own lab, since only their order and times matter.)
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.config.lab import Lab
from harness.evidence.packets import Packet, read_packets
from harness.evidence.sources import capture as capture_source
from harness.evidence.sources.capture import from_frames
from harness.run.bare_capture import judge_capture
from tests.unit.captures.writing import captured, pcap

RECORDED = Path(__file__).parents[1] / "evidence" / "sources" / "recorded" / "air.pcapng"
TIMES_MS = [(12.604, 8.036, 3.136, 4.935), (10.545, 2.5, 3.818, 4.026), (18.811, 9.0, 8.707, 4.812)]
"""From the association response to M1, then from message to message."""


def three_handshakes() -> list[Packet]:
    """The recorded association and handshake, three times, by those times."""
    packets = {one.number: one for one in read_packets(RECORDED)}
    (association,) = from_frames(
        captured(one.number, one.wall_ns, one.frame) for one in packets.values()
    ).associations
    kinds = {one.kind: packets[one.number] for one in reversed(association.frames)}
    messages = [kinds[kind] for kind in ("assoc-req", "assoc-resp", "M1", "M2", "M3", "M4")]
    made, now_ns = [], 10**18
    for gaps_ms in TIMES_MS:
        now_ns += 10**9
        for packet, gap_ms in zip(messages, (0, 1, *gaps_ms), strict=True):
            now_ns += round(gap_ms * 1e6)
            made.append(replace(packet, wall_ns=now_ns))
    return made


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A capture of the field."""
    path = tmp_path / "field.cap"
    path.write_bytes(pcap(three_handshakes()))
    return path


def test_each_handshake_is_told_with_its_times(capture: Path) -> None:
    """Of the air alone; what the station took is not known, as its delivery is not."""
    judged = judge_capture(capture, Lab())
    found = [line for line in judged.lines() if "4-way" in line]
    assert len(found) == 3
    for line, (to_m1, *between) in zip(found, TIMES_MS, strict=True):
        for label, ms in (
            ("assoc → M1", to_m1),
            ("M2 → M3", between[1]),
            ("handshake", sum(between)),
        ):
            assert f"{label} {ms:.2f}" in line, line
        assert "M1 → M2" not in line


def test_a_capture_is_never_a_pass(capture: Path) -> None:
    """What it cannot know is said: MISS, with no rule for obeyed and no finding."""
    judged = judge_capture(capture, Lab())
    assert judged.verdict == "MISS"
    assert not [found for one in judged.associations for found in one.findings]
    assert judged.undecided > 100
    assert list(judged.lines())[-1].startswith("MISS  A capture shows the air alone")


def test_a_capture_without_a_frame_says_so(tmp_path: Path) -> None:
    """An idle network is no handshake that was good."""
    path = tmp_path / "idle.cap"
    path.write_bytes(pcap([]))
    judged = judge_capture(path, Lab())
    assert (judged.frames, judged.associations, judged.verdict) == (0, (), "MISS")


def test_what_was_not_read_is_said(capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A capture that is cut, and one beyond the most that is judged."""
    whole = capture.read_bytes()
    capture.write_bytes(whole[:-10])
    (unread,) = judge_capture(capture, Lab()).unread
    assert unread.startswith("what follows damage: the last packet has ")
    assert f"  not read: {unread}" in list(judge_capture(capture, Lab()).lines())
    capture.write_bytes(whole)
    assert judge_capture(capture, Lab()).unread == ()
    monkeypatch.setattr(capture_source, "MOST_BYTES", 1000)
    assert judge_capture(capture, Lab()).unread == ("what follows 0 MiB of frames",)
