# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured in a night, and the points that a comparison makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np

from harness.comparison.distribution import FEWEST, SMALLEST_US, Location, Samples, locate
from harness.comparison.noise import Point
from harness.comparison.stages import OF_THE_LAB, OF_THE_SYSTEM
from harness.history.model import Test

ALL: Final = "*"
"""The scenario of a test that stands for all tests of one guest, radio and DLL."""


@final
@dataclass(frozen=True)
class Batch:
    """What was measured in one night, or in a run that belongs to none, in one environment."""

    id: str
    timings: Mapping[Test, Mapping[str, Samples]]
    """By test and figure (`harness.checks.figures.FIGURES`)."""


Located = Mapping[tuple[str, Test], Mapping[str, Location]]
"""Where each figure lies, by batch and test; without those of too few samples."""


def located(batches: Iterable[Batch]) -> dict[tuple[str, Test], dict[str, Location]]:
    """Where each figure of each test of each batch lies."""
    return {
        (one.id, test): {
            figure: locate(samples) for figure, samples in figures.items() if len(samples) >= FEWEST
        }
        for one in batches
        for test, figures in one.timings.items()
    }


def control_figures(places: Iterable[Mapping[str, Location]]) -> tuple[str, ...]:
    """The operating system's figures that are known in each of these places."""
    known = [one for one in places if one]
    return tuple(figure for figure in OF_THE_SYSTEM if all(figure in one for one in known))


def point(place: Mapping[str, Location], figure: str, control: Sequence[str]) -> Point | None:
    """The point of a figure; None where it or its control is not known.

    The lab's own figures have no control: a slow machine is what they are there to show.
    """
    needed = (figure,) if figure in OF_THE_LAB else (figure, *control)
    if any(name not in place for name in needed):
        return None
    own, *others = (place[name] for name in needed)
    return Point(own, *_mean(others))


def pooled(batches: Iterable[Batch], test: Test, figure: str) -> Samples:
    """All samples of a figure of a test."""
    some = [batch.timings.get(test, {}).get(figure, ()) for batch in batches]
    return np.sort(np.concatenate([np.empty(0), *some]))


def with_all_tests(batches: Sequence[Batch], compared: Sequence[Batch]) -> list[Batch]:
    """The batches, each with a test more for each DLL: all tests of `compared` taken together.

    Few associations of each of many tests say together what none of them says alone. The samples of
    each test are brought to a common location first, that of the compared batches (aligned ranks,
    Hodges and Lehmann 1962), so that it is the shift within tests that is compared.
    """
    common = set.intersection(*(set(one.timings) for one in compared)) if compared else set()
    families: dict[Test, list[Test]] = {}
    for test in sorted(common):
        families.setdefault(Test(test.guest, test.radio, test.dll, ALL), []).append(test)
    together = {whole: tests for whole, tests in families.items() if len(tests) > 1}
    align = {whole: _alignment(compared, tests) for whole, tests in together.items()}
    return [
        Batch(one.id, {**one.timings, **{whole: align[whole](one) for whole in together}})
        for one in batches
    ]


def _alignment(
    compared: Sequence[Batch], tests: Sequence[Test]
) -> Callable[[Batch], dict[str, Samples]]:
    """What makes a batch's samples of these tests into those of one."""
    centres: dict[str, dict[Test, float]] = {}
    for test in tests:
        for figure in {name for one in compared for name in one.timings[test]}:
            logs = [np.log(_floored(one.timings[test].get(figure, ()))) for one in compared]
            if all(len(one) for one in logs):
                centres.setdefault(figure, {})[test] = float(np.mean([one.mean() for one in logs]))

    def aligned(batch: Batch) -> dict[str, Samples]:
        return {figure: _aligned(batch, figure, centres[figure]) for figure in centres}

    return aligned


def _aligned(batch: Batch, figure: str, centres: Mapping[Test, float]) -> Samples:
    middle = float(np.mean(list(centres.values())))
    parts = [
        _floored(batch.timings.get(test, {}).get(figure, ())) * np.exp(middle - centre)
        for test, centre in centres.items()
    ]
    return np.sort(np.concatenate(parts))


def _floored(samples: Sequence[float] | Samples) -> Samples:
    return np.maximum(np.asarray(samples, dtype=np.float64), SMALLEST_US)


def _mean(locations: Sequence[Location]) -> tuple[float, float]:
    """The mean of several locations and its variance; of none (0, 0)."""
    if not locations:
        return 0.0, 0.0
    count = len(locations)
    mean = sum(one.log_us for one in locations) / count
    return mean, sum(one.variance for one in locations) / count**2
