# SPDX-License-Identifier: GPL-2.0-or-later
"""Every figure of every test on two sides, with the shift between them, in one environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np

from harness.checks.figures import FIGURES
from harness.comparison.nights import (
    Batch,
    Located,
    control_figures,
    located,
    point,
    pooled,
    with_all_tests,
)
from harness.comparison.noise import Moments, Noise, Point, moments, prior
from harness.comparison.shift import Shift, Side, alike, seen_from, shift
from harness.comparison.stages import OWN_OF, is_the_lab
from harness.comparison.steps import levels
from harness.history.model import Test

PRIOR_BETA: Final = {"handler": 0.5}
"""How a figure follows the operating system's before any history, where that is not 1 to 1: the
handler mostly computes, the other stages wait for other processes too."""


@final
@dataclass(frozen=True)
class Pair:
    """One figure of one test: both sides, and the shift; None where a side has too few samples."""

    test: Test
    figure: str
    base: Side
    new: Side
    shift: Shift | None = None
    like_base: int = 0
    """Nights before the base side that are like it, and were taken as more of it."""
    before: Shift | None = None
    """To the base side, from nights before that are not like it: what `new` may come back from."""


@final
@dataclass(frozen=True)
class _Known:
    """What there is of one figure of one test."""

    base: Side
    new: Side
    level: Side
    """The nights before, back to the last step."""
    seen: Moments
    """Of nights between which nothing changed."""


def pairs(base: Sequence[Batch], new: Sequence[Batch], history: Sequence[Batch]) -> list[Pair]:
    """All figures of the tests that both sides have, those of all tests of a DLL together first.

    `history` is of nights before, the oldest first, and has none of either side; all batches are
    of one environment, and their ids differ.
    """
    sides = [*base, *new]
    wide = with_all_tests([*sides, *history], sides)
    base, new = wide[: len(base)], wide[len(base) : len(sides)]
    history = wide[len(sides) :]
    places = located(wide)
    found: dict[Test, list[Pair]] = {test: [] for test in sorted(_tests(base) & _tests(new))}
    for figure in FIGURES:
        known = {
            test: _known(base, new, history, places, test, figure)
            for test, before in found.items()
            if not any(one.figure == OWN_OF.get(figure) and one.shift for one in before)
        }
        for pair in _pairs_of(figure, known):
            found[pair.test].append(pair)
    return [pair for some in found.values() for pair in some]


def _tests(batches: Sequence[Batch]) -> set[Test]:
    return {test for one in batches for test in one.timings}


def _known(
    base: Sequence[Batch],
    new: Sequence[Batch],
    history: Sequence[Batch],
    places: Located,
    test: Test,
    figure: str,
) -> _Known:
    control = control_figures(places.get((one.id, test), {}) for one in [*base, *new])

    def side(batches: Sequence[Batch]) -> Side:
        found = {one.id: point(places.get((one.id, test), {}), figure, control) for one in batches}
        kept = [one for one in batches if found[one.id] is not None]
        return Side(
            pooled(kept or batches, test, figure),
            tuple(one for one in found.values() if one is not None),
        )

    past = [one for one in history if point(places.get((one.id, test), {}), figure, control)]
    points = side(past).points
    stretches = _levels(points)
    level = side(past[stretches[-1]]) if past else Side(np.empty(0), ())
    sides = side(base), side(new)
    groups = [points[one] for one in stretches]
    return _Known(*sides, level, moments([*groups, *(one.points for one in sides)]))


def _levels(past: tuple[Point, ...]) -> list[slice]:
    """The nights of a history, level by level, as steps of the figure beyond its control show."""
    return levels(np.array([one.location.log_us - one.control for one in past]))


def _pairs_of(figure: str, known: Mapping[Test, _Known]) -> Iterator[Pair]:
    first = prior(0.0 if is_the_lab(figure) else PRIOR_BETA.get(figure, 1.0))
    total = sum((one.seen for one in known.values()), Moments())
    for test, one in known.items():
        if len(one.base.samples) or len(one.new.samples):
            noise = first.learn(total - one.seen).as_prior().learn(one.seen)
            yield _pair(test, figure, one, noise)


def _pair(test: Test, figure: str, known: _Known, noise: Noise) -> Pair:
    base, new, level = known.base, known.new, known.level
    if not (base.points and new.points):
        return Pair(test, figure, base, new)
    if not level.points:
        return Pair(test, figure, base, new, shift(base, new, noise))
    if not alike(level.points, base.points, noise):
        return Pair(
            test, figure, base, new, shift(base, new, noise), before=shift(level, base, noise)
        )
    more = Side(np.sort(np.concatenate((level.samples, base.samples))), level.points + base.points)
    found = seen_from(base, shift(more, new, noise), new, noise)
    return Pair(test, figure, base, new, found, len(level.points))
