# SPDX-License-Identifier: GPL-2.0-or-later
"""How the timing of each test went over the nights: n, median, p95 and p99 with their intervals.

The intervals are of order statistics: the two samples between which the true percentile lies with
95 % at least, whatever the distribution (David, Nagaraja: Order Statistics, 7.1). They need no
resampling, so that thousands of them are quick, and where a side has no bound they say so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any, Final, final

from harness.checks.figures import FIGURES, PERCENTILES
from harness.checks.timing import percentile
from harness.comparison.steps import steps
from harness.comparison.timings import Criteria

UNIT_US: Final = 10
"""The page's times are whole numbers of this: hundredths of a millisecond, as reports show them."""
UNKNOWN: Final = -1
MEDIAN: Final = 50
CONFIDENCE: Final = 0.95


@final
@dataclass(frozen=True)
class Percentile:
    """A percentile in microseconds and the interval in which the true one lies; None: no bound."""

    us: float
    low_us: float | None
    high_us: float | None


def percentiles(samples: Sequence[float]) -> dict[str, Percentile | None]:
    """Those of `PERCENTILES` of one sample or more; None where there are too few of them to tell a
    percentile above the median from the largest."""
    ordered = sorted(samples)
    return {name: _percentile(ordered, percent) for name, percent in PERCENTILES.items()}


@cache
def interval_ranks(n: int, percent: int) -> tuple[int | None, int | None]:
    """The ranks, from 0, of the samples between which a percentile of the distribution lies.

    With `CONFIDENCE` at least, half of the doubt on each side; None where no sample bounds it.
    """
    doubt = (1 - CONFIDENCE) / 2
    below = _binomial(n, percent / 100)  # below[k]: at most k samples are below the percentile
    low = max((k for k in range(n) if below[k] <= doubt), default=None)
    high = min((k for k in range(n) if below[k] >= 1 - doubt), default=None)
    return low, high


def _percentile(ordered: Sequence[float], percent: int) -> Percentile | None:
    n = len(ordered)
    if percent > MEDIAN and n * (100 - percent) < 100:
        return None
    low, high = interval_ranks(n, percent)
    return Percentile(
        percentile(ordered, percent),
        None if low is None else ordered[low],
        None if high is None else ordered[high],
    )


def _binomial(n: int, p: float) -> list[float]:
    """The distribution function of the binomial distribution, at 0 to n."""
    logs = (
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        + k * math.log(p) + (n - k) * math.log1p(-p)
        for k in range(n + 1)
    )  # fmt: skip
    total, found = 0.0, []
    for one in logs:
        total += math.exp(one)
        found.append(total)
    return found


@final
@dataclass
class Series:
    """A figure of a test over the nights that have it."""

    columns: dict[str, list[int]] = field(
        default_factory=lambda: {name: [] for name in ("night", "n", *PERCENTILES)}
    )
    medians_us: list[float] = field(default_factory=list)
    environments: list[frozenset[str]] = field(default_factory=list)

    def steps(self) -> Iterator[list[int]]:
        """Night, level before and level after, in units, of each step for good; looked for among
        neighbouring nights of one environment only."""
        wanted = Criteria()
        places = range(len(self.medians_us))
        for _, same in groupby(places, key=self.environments.__getitem__):
            stretch = list(same)
            medians = [max(self.medians_us[place], 1.0) for place in stretch]
            for one in steps(medians, wanted.least, wanted.least_us):
                night = self.columns["night"][stretch[one.at]]
                yield [night, round(one.before_us / UNIT_US), round(one.after_us / UNIT_US)]


class TrendTable:
    """The timing of tests by night, filled night by night."""

    def __init__(self) -> None:
        self._series: dict[tuple[int, str], Series] = {}

    def add(
        self,
        test: int,
        night: int,
        environment: frozenset[str],
        samples: Mapping[str, Sequence[float]],
    ) -> None:
        """Take the samples of a test in a night, in microseconds, by figure."""
        for figure, values in samples.items():
            if values and figure in FIGURES:
                series = self._series.setdefault((test, figure), Series())
                found = percentiles(values)
                series.columns["night"].append(night)
                series.columns["n"].append(len(values))
                for name, one in found.items():
                    series.columns[name] += _written(one)
                median = found["p50"]
                series.medians_us.append(median.us if median else 0.0)
                series.environments.append(environment)

    def content(self) -> dict[str, Any]:
        """The series of each test, by figure, and all steps, as the page takes them."""
        tests: dict[int, dict[str, Any]] = {}
        found: list[list[Any]] = []
        for (test, figure), series in sorted(self._series.items()):
            tests.setdefault(test, {})[figure] = series.columns
            found += [[test, figure, *step] for step in series.steps()]
        figures = {name: [figure.label, figure.span] for name, figure in FIGURES.items()}
        return {"unit_us": UNIT_US, "figures": figures, "tests": tests, "steps": found}


def _written(one: Percentile | None) -> list[int]:
    """The percentile, and how far below and above it the interval goes, in units; −1: unknown."""
    if one is None:
        return [UNKNOWN, UNKNOWN, UNKNOWN]
    down = UNKNOWN if one.low_us is None else round((one.us - one.low_us) / UNIT_US)
    up = UNKNOWN if one.high_us is None else round((one.high_us - one.us) / UNIT_US)
    return [round(one.us / UNIT_US), down, up]
