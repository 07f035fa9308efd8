# SPDX-License-Identifier: GPL-2.0-or-later
"""How the timing of each test went over the nights: n, median, p95 and p99 with their intervals.

The intervals are of order statistics: the two samples between which the true percentile lies with
95 % at least, whatever the distribution (David, Nagaraja: Order Statistics, 7.1). They need no
resampling, so that thousands of them are quick, and where a side has no bound they say so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, final

from harness.checks.figures import FIGURES, PERCENTILES
from harness.checks.timing import percentile

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


class TrendTable:
    """The timing of tests by night, filled night by night."""

    def __init__(self) -> None:
        self._series: dict[tuple[int, str], dict[str, list[int]]] = {}

    def add(self, test: int, night: int, samples: Mapping[str, Sequence[float]]) -> None:
        """Take the samples of a test in a night, in microseconds, by figure."""
        for figure, values in samples.items():
            if values and figure in FIGURES:
                columns = self._series.setdefault(
                    (test, figure), {name: [] for name in ("night", "n", *PERCENTILES)}
                )
                columns["night"].append(night)
                columns["n"].append(len(values))
                for name, one in percentiles(values).items():
                    columns[name] += _written(one)

    def content(self) -> dict[str, Any]:
        """The series of each test, by figure, as the page takes them."""
        tests: dict[int, dict[str, Any]] = {}
        for (test, figure), columns in sorted(self._series.items()):
            tests.setdefault(test, {})[figure] = columns
        figures = {name: [figure.label, figure.span] for name, figure in FIGURES.items()}
        return {"unit_us": UNIT_US, "figures": figures, "tests": tests}


def _written(one: Percentile | None) -> list[int]:
    """The percentile, and how far below and above it the interval goes, in units; −1: unknown."""
    if one is None:
        return [UNKNOWN, UNKNOWN, UNKNOWN]
    down = UNKNOWN if one.low_us is None else round((one.us - one.low_us) / UNIT_US)
    up = UNKNOWN if one.high_us is None else round((one.high_us - one.us) / UNIT_US)
    return [round(one.us / UNIT_US), down, up]
