# SPDX-License-Identifier: GPL-2.0-or-later
"""Geometry of the ladder diagram: access point, stations and IHV DLL on one time axis.

Time runs downward. Rows keep their order and stay legible: the distance between two rows grows
with the logarithm of the time between them, and the column on the left says the time itself.
Between rows time is linear, so the whisker of an uncertain time covers all rows it may belong to.
All lengths are pixels; all times nanoseconds of the guest's clock.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import final

from harness.evidence.timeline import TimelineEvent
from harness.report.columns import AP_X, TIME_X, Columns, Pair, columns
from harness.report.scale import TimeRows, time_rows
from harness.report.steps import Step, steps
from harness.results.model import FindingResult
from harness.results.wording import span_us
from harness.text import clean

TOP = 60.0
ROW = 25.0
ROW_MOST = 64.0
MOST_STEPS = 140
"""A ladder draws no more steps than this for each adapter; the trace has all of them."""

_BAR_LEAST, _BAR_HALF = 7.0, 5.0
_LOST_SHARE = 0.72
_TAG_HEIGHT = 20.0
_BREAK_NS = 500_000_000
_OVERHANG_NS = 1_000_000
_WHISKER_LEAST = 4.0
_CHARACTER = 6.4
"""Width of a character of a label, on average."""


@final
@dataclass(frozen=True)
class Arrow:
    """A horizontal arrow with its label; ``css`` says how it looks."""

    x1: float
    x2: float
    y: float
    label: str
    label_x: float
    css: str
    title: str
    lost: bool = False
    headless: bool = False
    whisker: tuple[float, float] | None = None
    ap_x: float = AP_X

    @property
    def way(self) -> int:
        """1 for an arrow to the right, -1 for one to the left."""
        return 1 if self.x2 > self.x1 else -1


@final
@dataclass(frozen=True)
class Bar:
    """A handler at work, from entry to return, on the lane of the DLL."""

    x: float
    y: float
    height: float
    css: str
    title: str
    open_end: bool = False


@final
@dataclass(frozen=True)
class Note:
    """A notification or a crash, written on a lane."""

    x: float
    y: float
    width: float
    label: str
    css: str
    title: str


@final
@dataclass(frozen=True)
class Mark:
    """A diamond at the time of PostAssociateCompletion, with what it says."""

    x: float
    y: float
    title: str


@final
@dataclass(frozen=True)
class Tag:
    """A finding: a line across the lanes at its time, and its rule id at the right."""

    line_y: float
    y: float
    width: float
    rule: str
    severity: str
    title: str


@final
@dataclass(frozen=True)
class Time:
    """The time of a row, as text in the left column."""

    y: float
    text: str


@final
@dataclass(frozen=True)
class Gap:
    """A long time in which nothing happened."""

    y: float
    text: str


@final
@dataclass(frozen=True)
class Ladder:
    """Everything needed to draw one association as a ladder: columns, arrows, bars, height."""

    height: float
    arrows: tuple[Arrow, ...]
    bars: tuple[Bar, ...]
    notes: tuple[Note, ...]
    marks: tuple[Mark, ...]
    tags: tuple[Tag, ...]
    times: tuple[Time, ...]
    gaps: tuple[Gap, ...]
    lanes: tuple[tuple[float, str], ...]
    width: float
    tag_x: float
    omitted: int = 0
    time_x: float = TIME_X
    pairs: int = 1
    """How many adapters have lanes of their own."""
    gap_x: float = (AP_X + TIME_X) / 2
    """Where a time in which nothing happened is written."""


def ladder(
    events: Sequence[TimelineEvent], findings: Sequence[FindingResult] = ()
) -> Ladder | None:
    """Lay out one association; None when there is nothing to draw."""
    everything = steps(events)
    cols = columns(everything)
    drawn = _distinct(everything[: MOST_STEPS * len(cols.pairs)])
    if not drawn:
        return None
    rows = time_rows(_row_times(drawn, findings), TOP, row_spacing, ROW, _OVERHANG_NS)
    bottom = rows.pixels[-1] + ROW
    origin = drawn[0].at_ns
    tags = _tags(findings, rows)
    return Ladder(
        height=round(max(bottom + 14, tags[-1].y + 30 if tags else 0), 1),
        arrows=tuple(
            _arrow(step, rows, cols) for step in drawn if step.kind not in ("note", "crash")
        ),
        bars=tuple(
            _bar(step, rows, bottom, cols.pair(step.owner))
            for step in drawn
            if step.kind == "handler"
        ),
        notes=tuple(
            _note(step, rows, pair)
            for step in drawn
            if step.kind in ("note", "crash")
            for pair in ([cols.pair(step.owner)] if step.owner else cols.pairs)
        ),
        marks=tuple(
            _mark(step, rows, cols.pair(step.owner)) for step in drawn if step.kind == "completion"
        ),
        tags=tags,
        times=tuple(_times(drawn, findings, rows, origin)),
        gaps=tuple(_gaps(rows)),
        lanes=cols.names("Access points" if any(step.to for step in drawn) else "Access point"),
        width=cols.width,
        tag_x=cols.tag_x,
        omitted=len(everything) - len(drawn),
        pairs=len(cols.pairs),
        gap_x=(cols.pairs[0].near_x + cols.pairs[0].station_x) / 2,
    )


def row_spacing(gap_ns: int) -> float:
    """Return the pixels between two rows: legible at least, more by the decade of the gap."""
    decades = math.log10(max(gap_ns / 100_000, 1.0))
    return min(ROW + 8.0 * decades, ROW_MOST)


def _distinct(drawn: Iterable[Step]) -> tuple[Step, ...]:
    """Move steps of one and the same instant a nanosecond apart, so each has its row."""
    made: list[Step] = []
    for step in drawn:
        earliest = made[-1].at_ns + 1 if made else step.at_ns
        made.append(step if step.at_ns >= earliest else replace(step, at_ns=earliest))
    return tuple(made)


def _row_times(drawn: Sequence[Step], findings: Iterable[FindingResult]) -> set[int]:
    return {step.at_ns for step in drawn} | set(_lone_findings(drawn, findings))


def _lone_findings(drawn: Sequence[Step], findings: Iterable[FindingResult]) -> list[int]:
    """Return the times of findings that no step is near to; those get a row of their own."""
    times = [finding.at_ns for finding in findings if finding.at_ns is not None]
    last = drawn[-1].at_ns
    return [at_ns for at_ns in times if at_ns > last + 1_000_000]


def _arrow(step: Step, rows: TimeRows, cols: Columns) -> Arrow:
    y = round(rows.y(step.at_ns), 1)
    pair = cols.pair(step.owner)
    if step.kind == "frame":
        x1, x2, label_x = _frame_ends(step, pair, cols)
    else:
        x1, x2 = (pair.station_x, pair.dll_x)
        x1, x2 = (x1, x2 - _BAR_HALF) if step.kind == "handler" else (x2, x1)
        label_x = (x1 + x2) / 2
    return Arrow(
        x1, round(x2, 1), y, step.label, round(label_x, 1), _arrow_css(step), step.detail,
        lost=step.lost, headless=step.kind == "completion", whisker=_whisker(step, rows),
        ap_x=cols.point_x(step.access_point),
    )  # fmt: skip


def _frame_ends(step: Step, pair: Pair, cols: Columns) -> tuple[float, float, float]:
    """Where a frame's arrow begins and ends, and the middle of its label.

    Lost is a frame in its station's own gap. One of no single station is for all of them.
    """
    share = _LOST_SHARE if step.lost else 1.0
    if step.up:
        reach = pair.station_x - (pair.station_x - pair.near_x) * share
        middle = _middle(step, reach, pair.station_x, pair)
        return pair.station_x, reach if step.lost else cols.point_x(step.access_point), middle
    far = pair if step.owner else cols.pairs[-1]
    reach = far.near_x + (far.station_x - far.near_x) * share
    return (
        cols.point_x(step.access_point),
        reach,
        _middle(step, pair.near_x, min(reach, pair.station_x), pair),
    )


def _middle(step: Step, left: float, right: float, pair: Pair) -> float:
    """Over the arrow where the label fits there, else in the middle of the gap."""
    fits = _CHARACTER * len(step.label) <= right - left
    return (left + right) / 2 if fits else (pair.near_x + pair.station_x) / 2


def _arrow_css(step: Step) -> str:
    flags = {
        step.kind: True,
        "main": step.main,
        "lost": step.lost,
        "retry": step.retry,
        "ruled": step.ruled and not step.lost,
        "never": step.open_end,
    }
    return " ".join(name for name, given in flags.items() if given)


def _whisker(step: Step, rows: TimeRows) -> tuple[float, float] | None:
    """Return top and bottom of where an uncertain time may lie; at least a visible stroke."""
    if not step.uncertainty_ns:
        return None
    y = rows.y(step.at_ns)
    top = min(rows.y(step.at_ns - step.uncertainty_ns), y - _WHISKER_LEAST)
    bottom = max(rows.y(step.at_ns + step.uncertainty_ns), y + _WHISKER_LEAST)
    return round(top, 1), round(bottom, 1)


def _bar(step: Step, rows: TimeRows, bottom: float, pair: Pair) -> Bar:
    y = rows.y(step.at_ns)
    end = bottom if step.end_ns is None else rows.y(step.end_ns)
    css = "never" if step.open_end else "main" if step.main else "other"
    height = max(end - y, _BAR_LEAST)
    x = pair.dll_x - _BAR_HALF
    return Bar(x, round(y, 1), round(height, 1), css, step.label, step.open_end)


def _note(step: Step, rows: TimeRows, pair: Pair) -> Note:
    width = 16 + _CHARACTER * len(step.label)
    x = pair.dll_x if step.label.startswith("DLL ") else pair.station_x
    if step.kind == "crash":
        x = pair.dll_x + 2 * _BAR_HALF - width / 2
    y = rows.y(step.at_ns)
    return Note(round(x, 1), round(y, 1), round(width, 1), step.label, step.kind, step.detail)


def _mark(step: Step, rows: TimeRows, pair: Pair) -> Mark:
    return Mark(pair.station_x, round(rows.y(step.at_ns), 1), step.label)


def _tags(findings: Iterable[FindingResult], rows: TimeRows) -> tuple[Tag, ...]:
    """Place the findings, each tag below the one before; one without a time is at the top."""
    placed: list[Tag] = []
    timed = sorted(findings, key=lambda item: (item.at_ns is None, item.at_ns or 0))
    for finding in timed:
        line_y = rows.pixels[0] if finding.at_ns is None else rows.y(finding.at_ns)
        free = placed[-1].y + _TAG_HEIGHT if placed else line_y
        rule, title = clean(finding.rule, 10), clean(finding.message, 300)
        placed.append(
            Tag(
                round(line_y, 1), round(max(line_y, free), 1), round(16 + 7.2 * len(rule), 1),
                rule, finding.severity.lower(), title,
            )
        )  # fmt: skip
    return tuple(placed)


def _times(
    drawn: Sequence[Step], findings: Iterable[FindingResult], rows: TimeRows, origin: int
) -> Iterable[Time]:
    for at_ns in sorted(_row_times(drawn, findings)):
        yield Time(round(rows.y(at_ns), 1), relative_ms(at_ns - origin))


def relative_ms(ns: int) -> str:
    """Write nanoseconds as milliseconds with three decimals and grouped thousands."""
    return f"{ns / 1e6:,.3f}".replace(",", "\u202f")


def _gaps(rows: TimeRows) -> Iterable[Gap]:
    pairs = zip(rows.times, rows.times[1:], rows.pixels, rows.pixels[1:], strict=False)
    for earlier, later, above, below in pairs:
        if later - earlier >= _BREAK_NS:
            text = f"{span_us((later - earlier) / 1000)} pass"
            yield Gap(round((above + below) / 2 - 3, 1), text)
