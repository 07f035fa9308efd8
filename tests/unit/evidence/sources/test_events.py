# SPDX-License-Identifier: GPL-2.0-or-later
"""events.jsonl read back: numbers without gaps, times that can be, and what is told of the rest."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness.evidence import DamageKind
from harness.evidence.sources.events import EventLog, read_events
from harness.results import Verdict
from harness.run.replay import Plan, judge_again, read_plan

RECORDED = Path(__file__).parents[2] / "recorded" / "plain" / "events.jsonl"
EVENTS: list[dict[str, Any]] = [json.loads(line) for line in RECORDED.read_text().splitlines()]
S = 1_000_000_000


def read(events: list[dict[str, Any]], **how: bool) -> EventLog[Plan]:
    """The log of these events."""
    data = "".join(json.dumps(event) + "\n" for event in events).encode()
    return read_events(data, read_plan, **how)


def place_of(kind: str) -> int:
    """Where the first event of a kind stands."""
    return next(at for at, event in enumerate(EVENTS) if event["event"] == kind)


def kinds(log: EventLog[Plan]) -> list[DamageKind]:
    """What is wrong with a log."""
    return [item.kind for item in log.damage]


def test_a_whole_log_says_what_the_run_was() -> None:
    """Everything that result.json says of the run, and all of its one association."""
    log = read(EVENTS)
    assert log.damage == []
    assert log.run is not None
    assert (log.run["scenario"], log.run["guest"]) == ("plain", "reference")
    assert log.environment is not None
    assert log.environment["dll_sha256"]
    assert log.bssid == "02:48:49:4c:00:01"
    assert log.plan is not None
    assert log.plan[1].echoes == 1
    assert list(log.associations) == list(log.connects) == [1]
    assert log.associations[1].connect_ns == log.connects[1]
    assert {frame.association for frame in log.frames[1]} == {1}
    assert log.end is not None
    assert log.duration_s > 1


def test_a_guest_of_an_earlier_run_is_reached_before_its_radio() -> None:
    """A second adapter announces the radio's port anew, in the midst of the run."""
    begun_ns = EVENTS[0]["host_ns"]
    lent = [
        EVENTS[0],
        {"n": 2, "host_ns": begun_ns + 1, "event": "guest", "runs_before": 3},
        {"n": 3, "host_ns": begun_ns + 3 * S, "event": "port", "state": "connected"},
    ]
    assert read(lent).reached_ns == begun_ns + 1


def test_a_missing_event_is_known_by_its_number() -> None:
    """And by the association that was under way."""
    log = read([*EVENTS[: place_of("connect")], *EVENTS[place_of("connect") + 1 :]])
    (damage,) = log.damage
    assert (damage.kind, damage.association) == (DamageKind.EVENT_GAP, 1)
    assert damage.missing
    (damage,) = read(EVENTS[1:]).damage
    assert (damage.kind, damage.association) == (DamageKind.EVENT_GAP, None)


def test_an_event_that_is_there_twice_counts_once() -> None:
    """It is told; nothing is missing."""
    at = place_of("frame")
    log = read([*EVENTS[: at + 1], *EVENTS[at:]])
    (damage,) = log.damage
    assert (damage.kind, damage.missing) == (DamageKind.TWICE, False)
    assert len(log.frames[1]) == len(read(EVENTS).frames[1])


def test_events_in_another_order_are_all_there() -> None:
    """Told, and nothing is missing."""
    at = place_of("frame")
    log = read([*EVENTS[:at], EVENTS[at + 1], EVENTS[at], *EVENTS[at + 2 :]])
    assert kinds(log) == [DamageKind.OUT_OF_ORDER]
    assert not any(item.missing for item in log.damage)


@pytest.mark.parametrize("off_s", [-10, 10])
@pytest.mark.parametrize(
    ("kind", "member"),
    [("frame", "air_ns"), ("frame", "guest_ns"), ("notification", "t_ns"), ("station", "air_ns")],
)
def test_a_time_that_cannot_be_is_left_out(kind: str, member: str, off_s: int) -> None:
    """A thing is written down when it is heard of: not before it was, and not long after."""
    at = place_of(kind)
    shifted = EVENTS[at] | {member: EVENTS[at][member] + off_s * S}
    log = read([*EVENTS[:at], shifted, *EVENTS[at + 1 :]])
    assert kinds(log) == [DamageKind.NOT_AN_EVENT]
    assert f"{off_s:+d}" in log.damage[0].message
    whole = read(EVENTS)
    assert len(log.frames[1]) == len(whole.frames[1]) - (kind == "frame")
    assert len(log.notifications) == len(whole.notifications) - (kind == "notification")
    assert read([*EVENTS[:at], shifted, *EVENTS[at + 1 :]], sealed=True).damage == []


def test_lines_come_late_where_the_lab_stood_still() -> None:
    """A stopped harness writes down what came meanwhile when it goes on."""
    at = place_of("frame")
    late = EVENTS[at] | {"air_ns": EVENTS[at]["air_ns"] - 20 * S}
    stall = {"event": "stall", "host_ns": EVENTS[at]["host_ns"], "who": "the harness",
             "from_air_ns": 1, "until_air_ns": 20 * S}  # fmt: skip
    log = read([*EVENTS[:at], stall, late, *EVENTS[at + 1 :]])
    assert log.damage == []
    assert str(log.stalls[0]) == "the harness stood still for 20.0 s"


def test_runs_of_earlier_versions_have_no_numbers() -> None:
    """They are read; what is missing from them cannot be known by number."""
    old = [{name: value for name, value in event.items() if name != "n"} for event in EVENTS]
    assert read(old).damage == []
    assert len(read(old).frames[1]) == len(read(EVENTS).frames[1])


@pytest.mark.parametrize("value", [None, "x", [], {"x": 1}, [[1]], 1.5, True, -3, float("nan")])
@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("plan", ("limits", "busy_s")), ("plan", ("expect", "sessions")),
        ("plan", ("expect", "messages")), ("connect", ("association",)),
        ("connect", ("clock", "offset_ns")), ("notification", ("t_ns",)),
        ("notification", ("interface",)), ("association", ("index",)),
        ("association", ("echo", "answered")), ("association", ("echo", "rtt_us")),
        ("association", ("lab_fault",)), ("association", ("frame_span",)),
    ],
)  # fmt: skip
def test_a_member_of_a_wrong_type_is_no_event(
    tmp_path: Path, kind: str, place: tuple[str, ...], value: object
) -> None:
    """It is named and left out, and what is left is judged: MISS, or what the value still says."""
    events = copy.deepcopy(EVENTS)
    holder: dict[str, Any] = events[place_of(kind)]
    for part in place[:-1]:
        holder = holder[part]
    holder[place[-1]] = value
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events))
    for name in ("ihv-trace.jsonl", "result.json"):
        shutil.copy(RECORDED.with_name(name), tmp_path)
    result, _ = judge_again(tmp_path)
    assert result.verdict is Verdict.MISS
    assert "pydantic" not in "".join(item.message for item in result.damage)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xff\xfe", b"{" * 100_000, b'{"event":1}\n'])
def test_anything_is_read(data: bytes) -> None:
    """There is a log, with nothing in it."""
    log = read_events(data, read_plan)
    assert (log.run, log.plan, log.end, log.associations) == (None, None, None, {})
