# SPDX-License-Identifier: GPL-2.0-or-later
"""Geometry of the ladder diagram."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from harness.evidence import timelines
from harness.evidence.owners import Owner
from harness.evidence.timeline import TimelineEvent
from harness.report import ladder as module
from harness.report.ladder import Ladder, ladder, relative_ms, row_spacing
from harness.results import FindingResult
from harness.run.replay import load
from tests.unit.report import factory
from tests.unit.report.test_steps import event, owned

MS = 1_000_000
RECORDED = Path(__file__).parents[1] / "recorded"
FIRST, SECOND = Owner("02:00:00:00:00:00", 1), Owner("02:00:00:00:01:00", 2)


def drawn(*events: TimelineEvent, findings: tuple[FindingResult, ...] = ()) -> Ladder:
    """The ladder of these events, which must exist."""
    made = ladder(events, findings)
    assert made is not None
    return made


def finding(at_ns: int | None, rule: str = "POST-05", severity: Any = "FAIL") -> FindingResult:
    """A finding at a time."""
    return FindingResult(rule=rule, severity=severity, message="why", at_ns=at_ns)


def test_nothing_to_draw() -> None:
    """No events, no ladder."""
    assert ladder([]) is None


def test_golden_geometry() -> None:
    """A handshake's first frames and a call, each where the layout puts it."""
    made = drawn(
        event(0, "air", "M1", "down"),
        event(50, "handler", "ReceivePacket", "enter", tid=1),
        event(75, "handler", "ReceivePacket", "return", tid=1, result=0),
        event(100, "air", "M2", "up"),
    )
    assert [(arrow.x1, arrow.x2, arrow.y, arrow.label) for arrow in made.arrows] == [
        (128.0, 432.0, 60.0, "M1"),
        (432.0, 791.0, 85.0, "ReceivePacket, 25 µs"),
        (432.0, 128.0, 110.0, "M2"),
    ]
    (bar,) = made.bars
    assert (bar.x, bar.y, bar.height, bar.css) == (791.0, 85.0, 12.5, "other")
    assert [(time.y, time.text) for time in made.times] == [
        (60.0, "0.000"), (85.0, "0.050"), (110.0, "0.100"),
    ]  # fmt: skip
    assert (made.height, made.omitted, made.tags) == (149.0, 0, ())


def test_rows_stay_apart_and_grow_with_the_decade() -> None:
    """Legible at least, more for longer, but never more than the most."""
    spaces = [row_spacing(gap) for gap in (0, 100_000, MS, 10 * MS, 10**10, 10**13)]
    assert spaces == [25.0, 25.0, 33.0, 41.0, 64.0, 64.0]


def test_events_of_one_instant_have_rows_of_their_own() -> None:
    """Order is kept and nothing is drawn over anything else."""
    made = drawn(*(event(5, "air", f"M{n}", "up") for n in (1, 2, 3)))
    assert [arrow.label for arrow in made.arrows] == ["M1", "M2", "M3"]
    assert all(after.y - before.y == 25.0 for before, after in pairwise(made.arrows))


def test_lost_frame_does_not_arrive() -> None:
    """The arrow ends in the open, its label over what is left of it."""
    made = drawn(event(0, "air", "M2", "up", lost=1), event(9, "air", "M2", "up"))
    lost, arrived = made.arrows
    assert lost.lost
    assert lost.x2 == pytest.approx(432 - 0.72 * 304, abs=0.1)
    assert lost.label_x == pytest.approx((432 + lost.x2) / 2, abs=0.1)
    assert (arrived.lost, arrived.x2) == (False, 128.0)


def test_whisker_covers_the_rows_an_uncertain_time_may_belong_to() -> None:
    """It reaches beyond a neighbour that is nearer than the uncertainty, not to one farther."""
    unsure = TimelineEvent(500_000, 100_000, "air", "M2", "up", {"lost": 1})
    made = drawn(event(0, "air", "M1", "down"), unsure, event(560, "air", "M3", "down"),
                 event(900, "air", "M4", "up"))  # fmt: skip
    first, second, near, far = made.arrows
    assert second.whisker is not None
    top, bottom = second.whisker
    assert first.y < top < second.y
    assert near.y < bottom < far.y
    assert first.whisker is None


def test_small_uncertainty_still_shows() -> None:
    """A whisker is never too small to be seen."""
    unsure = TimelineEvent(10 * MS, 10, "air", "M2", "up", {"lost": 1})
    made = drawn(event(0, "air", "M1", "down"), unsure)
    y = made.arrows[1].y
    assert made.arrows[1].whisker == pytest.approx((y - 4, y + 4), abs=0.1)


def test_handler_that_never_returns_reaches_the_end() -> None:
    """Its bar runs to the foot of the drawing, past the finding that says so."""
    made = drawn(
        event(0, "handler", "PerformPostAssociate", "enter", tid=1),
        event(500, "air", "M1", "down"),
        findings=(finding(5_000 * MS, "HOST-02"),),
    )
    (bar,) = made.bars
    (tag,) = made.tags
    assert (bar.open_end, bar.css) == (True, "never")
    assert bar.y + bar.height > tag.line_y
    assert [gap.text for gap in made.gaps] == ["5.00 s pass"]
    assert made.times[-1].text == "5\u202f000.000"


def test_crash_leaves_room_for_its_finding() -> None:
    """The crash is written on the DLL's lane, left of where findings are."""
    made = drawn(
        event(0, "handler", "PerformPostAssociate", "enter", tid=1),
        event(500, "handler", "exception 0xc0000005"),
        event(900, "air", "deauth", "up"),
        findings=(finding(500_000, "HOST-01"),),
    )
    (note,) = made.notes
    (bar,) = made.bars
    assert note.x + note.width / 2 < made.tag_x
    assert bar.y + bar.height == note.y


def test_findings_at_one_time_do_not_hide_each_other() -> None:
    """Tags stand below one another; the line is at the time of the finding."""
    made = drawn(
        event(0, "air", "M1", "down"),
        event(100, "air", "M2", "up"),
        findings=(
            finding(None, "A-01", "WARN"),
            finding(100_000, "B-01"),
            finding(100_000, "C-01"),
        ),
    )
    assert [(tag.rule, tag.line_y, tag.y, tag.severity) for tag in made.tags] == [
        ("B-01", 85.0, 85.0, "fail"), ("C-01", 85.0, 105.0, "fail"),
        ("A-01", 60.0, 125.0, "warn"),
    ]  # fmt: skip
    assert made.height >= 125 + 30


def test_finding_before_the_drawing_stays_in_it() -> None:
    """A time outside the association is held at the edge."""
    made = drawn(event(1000, "air", "M1", "down"), findings=(finding(1),))
    assert 0 < made.tags[0].line_y < made.arrows[0].y


def test_completion_is_a_diamond_and_an_arrow_without_head() -> None:
    """It stands on the station's lane, where the completion arrives."""
    made = drawn(event(0, "framework", "PostAssociateCompletion", "enter", tid=1,
                       dwWin32Error=0, dwReasonCode=0))  # fmt: skip
    assert [(mark.x, mark.y) for mark in made.marks] == [(432.0, 60.0)]
    assert made.arrows[0].headless
    assert made.arrows[0].css == "completion main"


def test_very_long_association_is_cut_and_says_so() -> None:
    """A flood of frames cannot blow the report up."""
    made = drawn(*(event(n, "air", "data", "up") for n in range(1000)))
    assert len(made.arrows) == module.MOST_STEPS
    assert made.omitted == 1000 - module.MOST_STEPS


def test_each_adapter_has_its_lanes() -> None:
    """A pair with its name for each, from left to right by station; events in their own pair."""
    made = drawn(
        event(0, "wlan", "WlanConnect", "enter"),
        owned(event(100, "air", "M1", "down"), SECOND),
        owned(event(200, "air", "M2", "up"), FIRST),
        owned(event(300, "handler", "ReceivePacket", "enter", tid=1), SECOND),
        owned(event(400, "handler", "ReceivePacket", "return", tid=1, result=0), SECOND),
        owned(event(500, "framework", "PostAssociateCompletion", "enter", tid=1), SECOND),
        event(600, "air", "arp", "down"),
    )
    assert made.lanes == (
        (128.0, "Access point"),
        (364.0, "Station 02:00:00:00:00:00"), (716.0, "IHV DLL, adapter 1"),
        (952.0, "Station 02:00:00:00:01:00"), (1304.0, "IHV DLL, adapter 2"),
    )  # fmt: skip
    assert (made.pairs, made.tag_x, made.width) == (2, 1336.0, 1428.0)
    ends = {arrow.label: (arrow.x1, arrow.x2, arrow.label_x) for arrow in made.arrows}
    assert ends["M1"] == (128.0, 952.0, 834.0)  # its label in the gap before its station
    assert ends["M2"] == (364.0, 128.0, 246.0)
    assert ends["ReceivePacket, 100 µs"] == (952.0, 1299.0, 1125.5)
    assert ends["ARP"] == (128.0, 952.0, 246.0)  # a broadcast is for all of them
    assert [bar.x for bar in made.bars] == [1299.0]
    assert [mark.x for mark in made.marks] == [952.0]
    assert [note.x for note in made.notes] == [364.0, 952.0]  # the connect of both


def test_a_lost_frame_of_a_farther_station_is_lost_in_its_own_gap() -> None:
    """Up and down, the cross is between the station and its neighbour."""
    up, down = drawn(
        owned(event(0, "air", "M2", "up"), FIRST),
        owned(event(100, "air", "M2", "up", lost=1), SECOND),
        owned(event(200, "air", "M3", "down", lost=1), SECOND),
    ).arrows[1:]
    assert (up.x1, up.x2) == (952.0, pytest.approx(952 - 0.72 * 236, abs=0.1))
    assert (down.x1, down.x2) == (128.0, pytest.approx(716 + 0.72 * 236, abs=0.1))


def test_a_label_too_long_for_a_lost_frame_stays_in_the_gap() -> None:
    """Where it does not fit over what is left of the arrow, it has the middle of the gap."""
    short, long = drawn(
        owned(event(0, "air", "M2", "up", lost=1), FIRST),
        owned(event(100, "air", "probe-req", "up", lost=1, freq_mhz=2437), FIRST),
        owned(event(200, "air", "M1", "down"), SECOND),
    ).arrows[:2]
    assert short.label_x == pytest.approx(364 - 0.36 * 236, abs=0.1)
    assert long.label_x == 246.0


def test_what_is_not_known_of_an_adapter_is_said() -> None:
    """A station without its adapter, and an adapter without its station, have lanes too."""
    made = drawn(
        owned(event(0, "air", "M1", "down"), Owner("02:00:00:00:00:00", None)),
        owned(event(100, "handler", "AdapterReset", "enter", tid=1), Owner(None, 2)),
    )
    assert [name for _, name in made.lanes[1:]] == [
        "Station 02:00:00:00:00:00", "IHV DLL", "Station not known", "IHV DLL, adapter 2",
    ]  # fmt: skip


def test_several_access_points_share_a_lane_that_says_so() -> None:
    """The requests tell which one is meant."""
    made = drawn(event(0, "air", "assoc-req", "up", to="02:48:49:4c:00:02"))
    assert made.lanes[0] == (128.0, "Access points")


@pytest.mark.parametrize("fault", ["", "m2-lost", "never-completes", "wrong-session", "hangs"])
def test_realistic_associations_fit_the_drawing(fault: str) -> None:
    """Rows are in order, at least a row apart, and everything lies within the frame."""
    result, events = factory.association(7, fault)
    made = drawn(*events, findings=result.findings)
    rows = [time.y for time in made.times]
    assert all(later - earlier >= 24.9 for earlier, later in pairwise(rows))
    assert all(50 < arrow.y < made.height for arrow in made.arrows)
    assert all(bar.y + bar.height <= made.height for bar in made.bars)
    assert all(tag.y + 10 < made.height for tag in made.tags)
    assert len(made.tags) == len(result.findings)


def test_relative_times() -> None:
    """Milliseconds with three decimals, thousands set apart."""
    assert [relative_ms(ns) for ns in (0, 1_234_567, 10_050_919_000)] == [
        "0.000", "1.235", "10\u202f050.919",
    ]  # fmt: skip


def test_two_access_points_have_two_lanes() -> None:
    """A frame is drawn from the access point that sent it, or to the one it is for."""
    evidence = load(RECORDED / "roaming").evidence
    events = timelines(evidence)[1]
    first, second = sorted({str(one.detail["access_point"]) for one in events
                            if "access_point" in one.detail})  # fmt: skip
    drawn = ladder(events)
    assert drawn is not None
    assert [name for _, name in drawn.lanes] == [
        f"AP …{first[-8:]}", f"AP …{second[-8:]}", "Station", "IHV DLL",
    ]  # fmt: skip
    lanes = {name: x for x, name in drawn.lanes}
    ends = {
        one.x1 if one.way > 0 else one.x2
        for one in drawn.arrows
        if one.css.startswith("frame") and one.label.startswith(("M1", "association response"))
    }
    assert ends == {lanes[f"AP …{first[-8:]}"], lanes[f"AP …{second[-8:]}"]}
    assert drawn.pairs == 1
