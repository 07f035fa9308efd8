# SPDX-License-Identifier: GPL-2.0-or-later
"""Broken rules as the report shows them."""

from __future__ import annotations

from datetime import UTC, datetime

from harness.report import Clocks, broken
from harness.results import FindingResult
from tests.unit.report import factory


def test_same_message_is_said_once() -> None:
    """One line with the associations it concerns, the rule's text and the first evidence."""
    result, timelines = factory.run(["never-completes", "", "never-completes"])
    (found,) = broken.findings(result, timelines, factory.RULES)
    (message,) = found.messages
    assert message.indices == (1, 3)
    assert message.records == "trace records 111–112"
    assert (found.where, found.class_meaning) == ("associations 1, 3", "documented plainly")
    assert [one.title for one in found.slices] == [
        "Association 1, trace records 111–112", "Association 3, trace records 111–112",
    ]  # fmt: skip
    assert not found.slices[0].several
    named = [row for row in found.slices[0].rows if row.named]
    assert [row.label for row in named] == [
        "PerformPostAssociate enter", "PerformPostAssociate return",
    ]  # fmt: skip


def test_messages_that_differ_in_a_time_are_said_once() -> None:
    """Of a connection that is lost in each association there is one line, not one of each."""
    said = ("lost 3.8 s after it", "lost 3.6 s after it", "lost 3.8 s after it, again")
    lost = tuple(
        FindingResult(rule="EXPECT-08", severity="MISS", message=message, association=index)
        for index, message in enumerate(said, 1)
    )
    result, timelines = factory.run([""], findings=lost)
    (shown,) = broken.findings(result, timelines, {})
    assert [(one.text, one.indices) for one in shown.messages] == [
        ("lost 3.8 s after it (the time of #1)", (1, 2)),
        ("lost 3.8 s after it, again", (3,)),
    ]


def test_finding_without_association_or_time() -> None:
    """A finding of the run as a whole has a place and no slice."""
    found = FindingResult(rule="LIFE-02", severity="FAIL", message="no export")
    result, timelines = factory.run([""], findings=(found,))
    (shown,) = broken.findings(result, timelines, {})
    assert (shown.where, shown.slices, shown.messages[0].indices) == (
        "the run as a whole", (), (),
    )  # fmt: skip


def test_a_slice_says_where_zero_is_and_where_each_row_stands() -> None:
    """Every clock the evidence is written in; records of the trace, frames of the capture."""
    result, timelines = factory.run(["never-completes"])
    clocks = Clocks(1_000, 50_000, 1_800_000_000_000_000_000)
    (found,) = broken.findings(result, timelines, factory.RULES, clocks)
    first = found.slices[0]
    origin = min(event.at_ns for event in timelines[1])
    air_ns = origin - 1000
    seconds = datetime.fromtimestamp(1_800_000_000 + air_ns // 10**9, UTC)
    assert first.origin == (
        f"0 ms is t_ns {origin} in ihv-trace.jsonl, air_ns {air_ns} ± 50 µs in events.jsonl, "
        f"{seconds:%Y-%m-%d %H:%M:%S}.{air_ns % 10**9:09d} UTC in air.pcapng"
    )
    assert [row.seq for row in first.rows if row.named] == [111, 112]
    assert any(row.lane == "air" for row in first.rows)
