# SPDX-License-Identifier: GPL-2.0-or-later
"""The evidence as it comes in: on disk as it arrived, in memory also when the disk is full."""

from __future__ import annotations

import errno
import io
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.evidence import ApAct, LiveRule, Notification, Stall, UsbAct, parse_trace
from harness.evidence.event_log import WallClock
from harness.evidence.model import DamageKind
from harness.evidence.sources import EVENTS, TRACE
from harness.evidence.sources.events import read_events
from harness.lab import recording as recording_module
from harness.lab.recording import Recording, open_recording
from tests.unit.checks.builder import tell
from tests.unit.checks.story import Story

TEXT = tell().trace().encode()
NOTE = Notification(5, 8, 10, "{guid}", 0, "hil plain")


@pytest.mark.parametrize("size", [1, 100, len(TEXT)])
def test_a_trace_in_pieces_is_the_same_trace(tmp_path: Path, size: int) -> None:
    """However the file is cut, the records are those of the whole, and the file is kept as read."""
    with open_recording(tmp_path) as recording:
        for start in range(0, len(TEXT), size):
            recording.trace(TEXT[start : start + size])
        recording.finish_trace()
        assert len(recording.records()) == TEXT.count(b"\n")
        assert recording.damage() == ()
    assert (tmp_path / TRACE).read_bytes() == TEXT


def test_records_come_out_when_their_line_is_whole(tmp_path: Path) -> None:
    """A record is there as soon as its line end is, and once."""
    with open_recording(tmp_path) as recording:
        end = TEXT.index(b"\n")
        assert recording.trace(TEXT[:end]) == ()
        assert [one.kind for one in recording.trace(TEXT[end : end + 1])] == ["load"]


def test_what_was_done_with_rules_is_kept_by_association(tmp_path: Path) -> None:
    """And written down, so that it is read back."""
    event = {"event": "rule", "association": 2, "change": "added", "place": 3, "was": 0,
             "words": "drop M3 (number 1)", "air_ns": 5}  # fmt: skip
    given = LiveRule("added", 3, 0, "drop M3 (number 1)", 5)
    with open_recording(tmp_path) as recording:
        recording.air_event(event)
        assert recording.live_rules(1) == ()
        assert recording.live_rules(2) == (given,)
    log = read_events((tmp_path / EVENTS).read_bytes(), lambda plan: plan)
    assert log.live_rules == {2: [given]}


def test_what_the_adapter_did_is_kept_by_association(tmp_path: Path) -> None:
    """And written down, so that it is read back."""
    event = {"event": "usb", "association": 2, "place": 1, "do": "stall", "transfers": ["control"],
             "air_ns": 5, "until_ns": 9}  # fmt: skip
    stalled = UsbAct(1, "stall", ("control",), 5, 9)
    with open_recording(tmp_path) as recording:
        recording.air_event(event)
        assert recording.usb_acts(1) == ()
        assert recording.usb_acts(2) == (stalled,)
    log = read_events((tmp_path / EVENTS).read_bytes(), lambda plan: plan)
    assert log.usb_acts == {2: [stalled]}


def test_what_access_points_did_is_kept_by_association(tmp_path: Path) -> None:
    """And written down, so that it is read back."""
    event = {"event": "order", "association": 2, "place": 1, "do": "stop", "bssid": "02:00",
             "channel": 6, "air_ns": 5}  # fmt: skip
    with open_recording(tmp_path) as recording:
        recording.air_event(event)
        assert recording.ap_acts(1) == ()
        assert recording.ap_acts(2) == (ApAct(1, "stop", "02:00", 6, 5),)
    log = read_events((tmp_path / EVENTS).read_bytes(), lambda plan: plan)
    assert log.ap_acts == {2: [ApAct(1, "stop", "02:00", 6, 5)]}
    damaged = json.dumps({**event, "n": 1, "host_ns": 5, "channel": "six"}).encode()
    assert "channel has a wrong value" in read_events(damaged, lambda plan: plan).damage[0].message


def test_a_cut_last_line_is_damage_at_the_end(tmp_path: Path) -> None:
    """A crash cuts the last record: told as damage, the others stand."""
    with open_recording(tmp_path) as recording:
        recording.trace(TEXT[:-5])
        assert recording.damage() == ()
        recording.finish_trace()
        assert [one.kind.value for one in recording.damage()] == ["last line is cut"]


def test_frames_are_kept_by_association(tmp_path: Path) -> None:
    """Each association gets its own frames; all of them are on disk, in their order."""
    story = Story()
    for _ in range(2):
        story.begin()
        story.frame("auth", "up")
    with open_recording(tmp_path) as recording:
        for frame in story.frames:
            recording.frame(frame)
        assert [frame.association for frame in recording.frames(2)] == [2]
        assert recording.frames(3) == ()
    lines = [json.loads(one) for one in (tmp_path / EVENTS).read_text().splitlines()]
    assert [(one["event"], one["association"]) for one in lines] == [("frame", 1), ("frame", 2)]


def test_notifications_are_found_by_time(tmp_path: Path) -> None:
    """Those of the guest's clock since a moment, that moment included."""
    with open_recording(tmp_path) as recording:
        recording.notification(NOTE)
        recording.event({"event": "port", "state": "connected"})
        assert recording.notifications(5) == (NOTE,)
        assert recording.notifications(6) == ()
    events = [json.loads(one) for one in (tmp_path / EVENTS).read_text().splitlines()]
    assert (
        events[0].items() >= {"event": "notification", "code": 10, "profile": "hil plain"}.items()
    )
    assert events[1]["host_ns"] >= events[0]["host_ns"]


class Full(io.BytesIO):
    """A file on a full disk."""

    def write(self, data: Any) -> int:
        """No room."""
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_once_and_costs_no_evidence() -> None:
    """The first file that cannot be written is named; memory still gets everything."""
    recording = Recording(Full(), io.BytesIO())
    recording.notification(NOTE)
    assert recording.fault == "events.jsonl cannot be written: [Errno 28] No space left on device"
    assert recording.notifications(0) == (NOTE,)
    assert recording.trace(TEXT)
    assert recording.fault.startswith("events.jsonl")


def test_an_event_after_the_end_is_no_crash(tmp_path: Path) -> None:
    """Threads may still deliver when the files are closed: a fault noted, nothing raised."""
    with open_recording(tmp_path) as recording:
        pass
    recording.event({"event": "late"})
    assert "cannot be written" in recording.fault


class GuestFile:
    """A trace file in the guest."""

    def __init__(self) -> None:
        self.content = b""

    def read(self, offset: int) -> bytes:
        """All from an offset on."""
        return self.content[offset:]


def test_a_trace_is_pulled_as_it_grows(tmp_path: Path) -> None:
    """Each byte is taken once, whenever it is looked at."""
    guest = GuestFile()
    with open_recording(tmp_path) as recording:
        for end in (0, 0, 100, 100, 5000, len(TEXT), len(TEXT)):
            guest.content = TEXT[:end]
            recording.pull(guest.read)
        assert recording.damage() == ()
        assert len(recording.records()) == TEXT.count(b"\n")
    assert (tmp_path / TRACE).read_bytes() == TEXT


@pytest.mark.parametrize("left", [b"", TEXT[:50], b"x" * 10000])
def test_a_trace_that_was_replaced_is_told(tmp_path: Path, left: bytes) -> None:
    """Cut short, deleted or overwritten: damage that also a later judgement of the files finds."""
    guest = GuestFile()
    guest.content = TEXT[:5000]
    with open_recording(tmp_path) as recording:
        recording.pull(guest.read)
        guest.content = left
        recording.pull(guest.read)
        recording.pull(guest.read)
        assert [one.kind for one in recording.damage()].count(DamageKind.TRACE_CUT) == 1
    _, damage = parse_trace((tmp_path / TRACE).read_bytes())
    assert DamageKind.TRACE_CUT in [one.kind for one in damage]


def test_a_harness_that_stood_still_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its heartbeat came late; so it is in the events, and in what is judged."""
    times = iter([1_000_000_000, 4_500_000_000])
    told = threading.Event()

    def now() -> int:
        return next(times, 4_600_000_000)

    monkeypatch.setattr(recording_module, "HEARTBEAT_S", 0.001)
    monkeypatch.setattr(recording_module.time, "monotonic_ns", now)
    monkeypatch.setattr(Recording, "stall", spied(Recording.stall, told))
    with open_recording(tmp_path) as recording:
        assert told.wait(10)
        stalls = recording.stalls()
    assert stalls == (Stall("the harness", 1_000_000_000, 4_500_000_000),)
    assert '"event": "stall", "who": "the harness"' in (tmp_path / EVENTS).read_text()


def test_a_stall_the_air_tells_is_kept(tmp_path: Path) -> None:
    """Its other events are written down alone."""
    with open_recording(tmp_path) as recording:
        recording.air_event({"event": "port", "state": "connected"})
        recording.air_event(
            {"event": "stall", "who": "the guest", "from_air_ns": 1, "until_air_ns": 2}
        )
        assert recording.stalls() == (Stall("the guest", 1, 2),)


def spied(method: Callable[..., None], done: threading.Event) -> Callable[..., None]:
    """The method, which tells that it was called."""

    def call(*args: Any) -> None:
        method(*args)
        done.set()

    return call


def test_a_new_session_begins_a_new_trace(tmp_path: Path) -> None:
    """The harness removes the file itself: no damage."""
    guest = GuestFile()
    guest.content = TEXT
    with open_recording(tmp_path) as recording:
        recording.pull(guest.read)
        recording.new_trace()
        guest.content = TEXT[:300]
        recording.pull(guest.read)
        assert recording.damage() == ()


def test_a_reading_of_the_guests_calendar_is_read_back(tmp_path: Path) -> None:
    """It places the events of the guest's own log."""
    reading = WallClock(1_795_867_200_000_000_000, 7_000, 900)
    with open_recording(tmp_path) as recording:
        recording.wall_clock(reading)
    log = read_events((tmp_path / EVENTS).read_bytes(), lambda event: None)
    assert log.wall_clocks == [reading]
