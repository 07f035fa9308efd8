# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of the timing figures from one side to the other: in words that a person acts on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, final

import numpy as np

from harness.comparison.distribution import Percentile, Samples, percentile
from harness.comparison.multiplicity import holm
from harness.comparison.nights import ALL
from harness.comparison.pairs import Pair
from harness.comparison.shift import Shift, Side
from harness.comparison.stages import PARTS, is_the_lab
from harness.history.model import Test


class TimingChange(StrEnum):
    """What became of a figure; members are in the order in which a person wants them."""

    REGRESSION = "regression"
    """Longer by more than chance and the machine explain: the driver's doing."""
    FOLLOWS = "follows"
    """Longer, or shorter, by what a stage within it explains."""
    FIXED = "fixed"
    """Shorter: back from where a regression had brought it."""
    FASTER = "faster"
    LAB_SLOWER = "lab slower"
    """A figure of the operating system or the access point: no doing of the driver's."""
    LAB_FASTER = "lab faster"
    UNCHANGED = "no change shown"
    TOO_FEW = "too few"
    """Too few samples to say anything."""


@final
@dataclass(frozen=True)
class Criteria:
    """When a shift is a change."""

    least: float = 1.10
    """The smallest ratio; in the other direction its inverse."""
    least_us: float = 100.0
    """The smallest difference: what the guest's scheduler and timer ticks blur."""
    alpha: float = 0.01
    """How many comparisons of nights without any change may be wrong, all figures together."""


@final
@dataclass(frozen=True)
class Summary:
    """One side of a figure."""

    n: int
    nights: int
    """Nights, or lone runs, with enough samples."""
    p50: Percentile | None
    p95: Percentile | None
    p99: Percentile | None


@final
@dataclass(frozen=True)
class FigureChange:
    """What became of one figure of one test; times in microseconds, ratios 1.15 for 15 % longer."""

    test: Test
    figure: str
    change: TimingChange
    base: Summary
    new: Summary
    like_base: int = 0
    """Nights before the base side that were taken as more of it."""
    shift: Shift | None = None
    p: float | None = None
    """Corrected for the number of comparisons."""
    detectable: float | None = None
    """The ratio that would have been found with a probability of 95 %."""
    explained_by: tuple[str, ...] = ()
    """The figures within this one that the change is in."""


def judged(pairs: Sequence[Pair], criteria: Criteria | None = None) -> tuple[FigureChange, ...]:
    """What became of each figure, corrected for how many there are, in the order of the pairs."""
    wanted = criteria or Criteria()
    corrected = _corrected(pairs)
    found = [_change(one, corrected.get(place), wanted) for place, one in enumerate(pairs)]
    by_place = {(one.test, one.figure): one for one in found}
    return tuple(_attributed(one, by_place) for one in found)


def _corrected(pairs: Sequence[Pair]) -> dict[int, tuple[float, int]]:
    """The corrected p-value of each pair that has one, by place, and by how much at most.

    The lab's figures are a family of their own, since they say nothing of the driver. The driver's
    are two that share alpha by halves where there are both: the tests of a DLL taken together, and
    each test for itself. So many tests do not drown what all of them show.
    """
    places = [place for place, one in enumerate(pairs) if one.shift is not None]
    lab = [place for place in places if is_the_lab(pairs[place].figure)]
    ours = [place for place in places if not is_the_lab(pairs[place].figure)]
    together = [place for place in ours if pairs[place].test.scenario == ALL]
    single = [place for place in ours if pairs[place].test.scenario != ALL]
    halves = 2 if together and single else 1
    found: dict[int, tuple[float, int]] = {}
    for family, share in ((lab, 1), (together, halves), (single, halves)):
        adjusted = holm([one.p for place in family if (one := pairs[place].shift)])
        for place, p in zip(family, adjusted, strict=True):
            found[place] = min(1.0, p * share), len(family) * share
    return found


def _change(pair: Pair, corrected: tuple[float, int] | None, wanted: Criteria) -> FigureChange:
    base, new = _summary(pair.base), _summary(pair.new)
    if pair.shift is None or corrected is None:
        return FigureChange(pair.test, pair.figure, TimingChange.TOO_FEW, base, new)
    p, times = corrected
    return FigureChange(
        pair.test, pair.figure, _word(pair, p, wanted), base, new, pair.like_base, pair.shift, p,
        pair.shift.detectable(wanted.alpha / times, wanted.least),
    )  # fmt: skip


def _word(pair: Pair, p: float, wanted: Criteria) -> TimingChange:
    found = pair.shift
    if found is None or p > wanted.alpha or not _large_enough(pair.base, found, wanted):
        return TimingChange.UNCHANGED
    longer = found.ratio > 1
    if is_the_lab(pair.figure):
        return TimingChange.LAB_SLOWER if longer else TimingChange.LAB_FASTER
    if longer:
        return TimingChange.REGRESSION
    was_longer = pair.before is not None and (
        pair.before.p <= wanted.alpha and _large_enough(pair.base, pair.before, wanted)
    )
    back = was_longer and pair.before is not None and pair.before.ratio > 1
    return TimingChange.FIXED if back else TimingChange.FASTER


def _large_enough(base: Side, found: Shift, wanted: Criteria) -> bool:
    """Whether a shift is worth a word; at least half of it must be there without the control.

    A control that moved alone would else make a change of what stayed as it was.
    """
    size, plain = math.log(found.ratio), math.log(found.plain)
    seen = abs(size) >= math.log(wanted.least) and plain * size > 0 and abs(plain) >= abs(size) / 2
    return seen and abs(found.ratio - 1) * float(np.median(base.samples)) >= wanted.least_us


_MOVED: Final = (TimingChange.REGRESSION, TimingChange.FIXED, TimingChange.FASTER)


def _attributed(one: FigureChange, by_place: dict[tuple[Test, str], FigureChange]) -> FigureChange:
    """The change, or that it follows from those of figures within this one."""
    if one.change not in _MOVED or one.shift is None:
        return one
    longer = one.shift.ratio > 1
    left = abs(_moved_us(one, (one.shift.low if longer else one.shift.high) - 1))
    parts = []
    for name in PARTS.get(one.figure, ()):
        part = by_place.get((one.test, name))
        if part is None or part.change not in (*_MOVED, TimingChange.FOLLOWS):
            continue
        if part.shift is not None and (part.shift.ratio > 1) == longer:
            parts.append(name)
            left -= abs(_moved_us(part, (part.shift.high if longer else part.shift.low) - 1))
    if parts and left <= 0:
        return replace(one, change=TimingChange.FOLLOWS, explained_by=tuple(parts))
    return one


def _moved_us(one: FigureChange, share: float) -> float:
    return share * one.base.p50.us if one.base.p50 else 0.0


def _summary(side: Side) -> Summary:
    samples: Samples = side.samples
    if not len(samples):
        return Summary(0, len(side.points), None, None, None)
    p50, p95, p99 = (percentile(samples, percent) for percent in (50, 95, 99))
    return Summary(len(samples), len(side.points), p50, p95, p99)
