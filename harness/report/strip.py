# SPDX-License-Identifier: GPL-2.0-or-later
"""Geometry of the overview above a ladder: one association to scale, from left to right.

The ladder keeps rows legible and so is not to scale; this strip is. It starts with the first
association response, where there is one, since what comes before it takes most of the time and
least of the interest. Several adapters have a strip each, all to one scale. Ticks above the line
are frames, the bar on it is PerformPostAssociate at work, the diamond its completion. Times count
from the ladder's first event, as the ladder's do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import final

from harness.evidence.owners import Owner
from harness.evidence.timeline import TimelineEvent
from harness.report.distribution import Tick
from harness.report.scale import Axis
from harness.report.steps import HANDLER, Step, steps
from harness.results.wording import span_us
from hwsim.records import FOUR_WAY, GROUP_KEY

WIDTH, HEIGHT = 920.0, 74.0
LEFT, RIGHT = 20.0, 900.0
_LABEL_ROOM = 24.0
_NAMED = (*FOUR_WAY, *GROUP_KEY)


@final
@dataclass(frozen=True)
class StripFrame:
    """A frame at ``x``; the label is empty where its neighbour's would touch it."""

    x: float
    label: str
    css: str
    title: str


@final
@dataclass(frozen=True)
class StripBar:
    """PerformPostAssociate from entry to return, as a bar between two x of the drawing."""

    x: float
    width: float
    title: str
    never: bool


@final
@dataclass(frozen=True)
class Strip:
    """Everything needed to draw the overview of one adapter to scale: axis, frames, handler."""

    frames: tuple[StripFrame, ...]
    bars: tuple[StripBar, ...]
    completions: tuple[float, ...]
    ticks: tuple[Tick, ...]
    name: str = ""
    width: float = WIDTH
    height: float = HEIGHT


def strips(events: Sequence[TimelineEvent]) -> tuple[Strip, ...]:
    """Lay the events out to scale, a strip for each adapter; none when they span no time."""
    made = steps(events)
    if not made:
        return ()
    origin, last = made[0].at_ns, made[-1].at_ns
    shown = [step for step in made if step.at_ns >= _start(made)]
    if shown[0].at_ns == last:
        return ()
    axis = Axis((shown[0].at_ns - origin) / 1000, (last - origin) / 1000, LEFT, RIGHT)
    owners = sorted({step.owner for step in shown if step.owner}, key=lambda owner: owner.order)
    return tuple(_strip(shown, owner, axis, origin) for owner in owners or (None,))


def _strip(shown: Sequence[Step], owner: Owner | None, axis: Axis, origin: int) -> Strip:
    own = [step for step in shown if step.owner in (None, owner)]
    return Strip(
        frames=tuple(_frames(own, axis, origin)),
        bars=tuple(_bars(own, axis, origin, shown[-1].at_ns)),
        completions=tuple(
            _x(axis, step.at_ns, origin) for step in own if step.kind == "completion"
        ),
        ticks=tuple(_ticks(axis)),
        name=owner.title if owner else "",
    )


def _start(made: Sequence[Step]) -> int:
    """Return the time of the first association response that arrived, else of the first step."""
    responses = (
        step.at_ns
        for step in made
        if step.label.startswith("association response") and not step.lost
    )
    return next(responses, made[0].at_ns)


def _x(axis: Axis, at_ns: int, origin: int) -> float:
    return round(axis.x((at_ns - origin) / 1000), 1)


def _frames(made: Iterable[Step], axis: Axis, origin: int) -> Iterable[StripFrame]:
    free = 0.0
    for step in made:
        if step.kind != "frame":
            continue
        x = _x(axis, step.at_ns, origin)
        name = step.label.split(" ", 1)[0]
        shown = name if name in _NAMED and x >= free else ""
        free = x + _LABEL_ROOM if shown else free
        css = "lost" if step.lost else "named" if name in _NAMED else "plain"
        yield StripFrame(x, shown, css, step.label)


def _bars(made: Iterable[Step], axis: Axis, origin: int, last: int) -> Iterable[StripBar]:
    for step in made:
        if step.kind == "handler" and step.label.startswith(HANDLER):
            x = _x(axis, step.at_ns, origin)
            end = _x(axis, last if step.end_ns is None else step.end_ns, origin)
            yield StripBar(x, round(max(end - x, 2.0), 1), step.label, step.open_end)


def _ticks(axis: Axis) -> Iterable[Tick]:
    for value in axis.ticks():
        x = round(axis.x(value), 1)
        anchor = "start" if x < LEFT + 20 else "end" if x > RIGHT - 20 else "middle"
        yield Tick(x, span_us(value).replace(".00", "") if value else "0", anchor)
