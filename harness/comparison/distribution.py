# SPDX-License-Identifier: GPL-2.0-or-later
"""One figure's samples: where they lie, and percentiles with their bootstrap intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt
from scipy import special

Samples = npt.NDArray[np.float64]
"""Microseconds, ascending."""

TRIMMED: Final = 0.1
"""Share of the samples left out at either end of a location."""

FEWEST: Final = 10
"""With fewer samples on a side nothing is said: each end of a location would lose less than one."""

SMALLEST_US: Final = 1.0
"""What is shorter counts as this long where logarithms are taken; no clock here is finer."""


@final
@dataclass(frozen=True, slots=True)
class Location:
    """Where samples lie: the trimmed mean of their logarithms, and its own variance.

    Latencies are skewed, and what slows them multiplies them; in logarithms a shift is a ratio.
    The trimmed mean is moved by a few stray samples no more than the median is, and varies by a
    third less from run to run.
    """

    log_us: float
    variance: float
    n: int


@final
@dataclass(frozen=True, slots=True)
class Percentile:
    """A percentile (nearest rank) and its bootstrap interval, in microseconds.

    The interval is of the samples at hand: it has no share of what differs from night to night.
    """

    us: float
    low_us: float
    high_us: float


def as_samples(values: object) -> Samples:
    """Values as ascending samples."""
    return np.sort(np.asarray(values, dtype=np.float64))


def locate(samples: Samples) -> Location:
    """The location of at least `FEWEST` samples; its variance is Tukey and McLaughlin's (1963)."""
    logs = np.log(np.maximum(samples, SMALLEST_US))
    cut = int(TRIMMED * len(logs))
    kept = logs[cut : len(logs) - cut]
    winsorized = np.clip(logs, kept[0], kept[-1])
    share = len(kept) / len(logs)
    variance = float(winsorized.var(ddof=1)) / (len(logs) * share**2)
    return Location(float(kept.mean()), variance, len(logs))


def percentile(samples: Samples, percent: float, confidence: float = 0.95) -> Percentile:
    """A percentile with the interval that bootstrapping it without end would lead to.

    The k-th smallest of n samples drawn anew from n is the one at rank ⌈n·B⌉, where B has the
    distribution Beta(k, n - k + 1). So its percentile interval needs no drawing: it is exact, the
    same each time, and takes no time at any n. Ties make it narrow, never undefined.
    """
    n = len(samples)
    rank = max(1, math.ceil(percent / 100 * n))
    ends = special.betaincinv(rank, n - rank + 1, ((1 - confidence) / 2, (1 + confidence) / 2))
    low, high = (samples[min(n, max(1, math.ceil(n * end))) - 1] for end in ends)
    return Percentile(float(samples[rank - 1]), float(low), float(high))
