# SPDX-License-Identifier: GPL-2.0-or-later
"""Geometry of a distribution plot: the values themselves, their box, and how they pile up.

With few values every one is a point and nothing else is claimed; with more, a box says where the
middle half lies, and with many a histogram where they pile up. The points stay as long as they can
be told apart. All lengths are pixels of the drawing, all values microseconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from harness.report.scale import Axis, axis_for
from harness.results.wording import span_us

WIDTH, HEIGHT = 460.0, 150.0
LEFT, RIGHT = 12.0, 448.0
BOX_FROM = 8
"""Fewer values than this make no box: quartiles of a handful say nothing the points do not."""
HISTOGRAM_FROM = 20
"""Fewer values than this make no histogram: its bars would claim a shape nobody saw."""
POINTS_UP_TO = 250
"""More values than this are drawn as histogram and box only."""

_BARS_TOP, _BARS_BOTTOM = 8.0, 72.0
_STRIP_Y, _STRIP_HALF = 96.0, 13.0
_SMALL_STRIP_Y = 70.0
_AXIS_Y = 124.0


@final
@dataclass(frozen=True)
class Bar:
    """One bar of the histogram: its place and size in pixels, and how many values it stands for."""

    x: float
    y: float
    width: float
    height: float
    title: str


@final
@dataclass(frozen=True)
class Point:
    """One value at (x, y), with whose it is."""

    x: float
    y: float
    title: str


@final
@dataclass(frozen=True)
class Box:
    """Quartiles and median of the values as pixels, and where the box is drawn."""

    p25: float
    p50: float
    p75: float
    low: float
    high: float
    y: float
    half: float


@final
@dataclass(frozen=True)
class Tick:
    """A mark of an axis with its label; ``anchor`` keeps the label inside the drawing."""

    x: float
    label: str
    anchor: str = "middle"


@final
@dataclass(frozen=True)
class Distribution:
    """Everything needed to draw one figure's distribution."""

    bars: tuple[Bar, ...]
    points: tuple[Point, ...]
    box: Box | None
    ticks: tuple[Tick, ...]
    log: bool
    n: int
    uncertainty: tuple[float, float] | None = None
    uncertainty_label: str = ""
    axis_y: float = _AXIS_Y
    width: float = WIDTH
    height: float = HEIGHT


def distribution(
    values: Sequence[tuple[str, float]], uncertainty_us: float = 0.0
) -> Distribution | None:
    """Lay out values in microseconds, each with its name; None when there is no value.

    ``uncertainty_us`` is shown to scale, as the width within which a cross-clock value may lie.
    """
    known = [(name, value) for name, value in values if math.isfinite(value)]
    if not known:
        return None
    numbers = [value for _, value in known]
    axis = axis_for(numbers, LEFT, RIGHT)
    many = len(known) >= HISTOGRAM_FROM
    strip_y = _STRIP_Y if many else _SMALL_STRIP_Y
    return Distribution(
        bars=histogram(numbers, axis) if many else (),
        points=points(known, axis, strip_y) if len(known) <= POINTS_UP_TO else (),
        box=box(numbers, axis, strip_y) if len(known) >= BOX_FROM else None,
        ticks=tuple(_tick(axis, value) for value in axis.ticks()),
        log=axis.log,
        n=len(known),
        uncertainty=_bracket(axis, numbers, uncertainty_us),
        uncertainty_label=f"± {span_us(uncertainty_us)}" if uncertainty_us else "",
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return a quantile of ascending values, interpolated linearly (numpy's default)."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def histogram(values: Sequence[float], axis: Axis) -> tuple[Bar, ...]:
    """Return bars of equal width in pixels, the tallest filling the height."""
    first, last = axis.x(min(values)), axis.x(max(values))
    count = min(max(round(math.sqrt(len(values))) * 2, 8), 40)
    width = (last - first) / count if last > first else 12.0
    filled: dict[int, list[float]] = {}
    for value in values:
        place = int((axis.x(value) - first) / width) if last > first else 0
        filled.setdefault(min(place, count - 1), []).append(value)
    tallest = max(len(inside) for inside in filled.values())
    origin = first if last > first else first - width / 2
    return tuple(
        _bar(origin + place * width, width, inside, tallest)
        for place, inside in sorted(filled.items())
    )


def _bar(x: float, width: float, inside: Sequence[float], tallest: int) -> Bar:
    height = (_BARS_BOTTOM - _BARS_TOP) * len(inside) / tallest
    low, high = span_us(min(inside)), span_us(max(inside))
    span = low if low == high else f"{low} to {high}"
    return Bar(
        round(x, 1), round(_BARS_BOTTOM - height, 1), round(max(width - 1, 1), 1),
        round(height, 1), f"{len(inside)} × {span}",
    )  # fmt: skip


def points(values: Sequence[tuple[str, float]], axis: Axis, y: float) -> tuple[Point, ...]:
    """Place each value on the strip, spread in height by a fixed pattern so none hides another."""
    half = _STRIP_HALF if len(values) > 3 else 0.0
    return tuple(
        Point(
            round(axis.x(value), 1),
            round(y + half * _spread(place), 1),
            f"{name}: {span_us(value)}",
        )
        for place, (name, value) in enumerate(values)
    )


def _spread(place: int) -> float:
    """Return a number in (-1, 1), evenly spread over consecutive places (golden ratio)."""
    return 2 * ((place * 0.618033988749895 + 0.5) % 1.0) - 1


def box(values: Sequence[float], axis: Axis, y: float) -> Box:
    """Return the box of the middle half with the median, and whiskers over all values."""
    ordered = sorted(values)
    low, p25, p50, p75, high = (
        round(axis.x(quantile(ordered, share)), 1) for share in (0, 0.25, 0.5, 0.75, 1)
    )
    return Box(p25=p25, p50=p50, p75=p75, low=low, high=high, y=y, half=_STRIP_HALF + 3)


def _tick(axis: Axis, value: float) -> Tick:
    x = round(axis.x(value), 1)
    anchor = "start" if x < LEFT + 14 else "end" if x > RIGHT - 14 else "middle"
    return Tick(x, _tick_label(value), anchor)


def _tick_label(value: float) -> str:
    for size, unit in ((1e6, "s"), (1e3, "ms")):
        if abs(value) >= size:
            return f"{value / size:.6g} {unit}"
    return f"{value:.6g} µs" if value else "0"


def _bracket(
    axis: Axis, values: Sequence[float], uncertainty_us: float
) -> tuple[float, float] | None:
    """Return the pixels that plus or minus the uncertainty spans around the median."""
    if not uncertainty_us:
        return None
    middle = quantile(sorted(values), 0.5)
    return (
        round(axis.x(middle - uncertainty_us), 1),
        round(axis.x(middle + uncertainty_us), 1),
    )
