# SPDX-License-Identifier: GPL-2.0-or-later
"""Where in a history of nights a figure's level changed for good.

Candidates come from kernel change-point detection (ruptures: radial basis function, optimal
partition with a penalty for each step), which single stray nights do not move. A candidate stays
when the levels on both sides differ by a minimum magnitude and by more than the scatter of nights
about their level explains.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, final

import numpy as np
import numpy.typing as npt
from scipy import special

SHORTEST: Final = 3
"""Nights that a level lasts at least: fewer are strays, not yet a level."""

PENALTY: Final = 3.0
"""Of each step, in units of the kernel's cost; it only makes candidates."""

NORMAL_MAD: Final = 1.4826
"""Standard deviation of a normal distribution by its median absolute deviation."""

CHANCE: Final = 0.001
"""How likely one step, at most, may be without a change, over the whole history."""


@final
@dataclass(frozen=True, slots=True)
class Step:
    """A change of level: the first night of the new level, and both levels in microseconds."""

    at: int
    """Index into the history that was given."""
    before_us: float
    after_us: float

    @property
    def ratio(self) -> float:
        """1.15: became 15 % longer."""
        return self.after_us / self.before_us


def steps(medians_us: Sequence[float], least: float = 1.1, least_us: float = 0.0) -> list[Step]:
    """The steps in a figure's nightly medians, which are positive, the oldest first.

    A step is of the ratio `least` or more in either direction, and of `least_us` or more.
    """
    logs = np.log(np.asarray(medians_us, dtype=np.float64))
    bounds = _weeded(logs, _candidates(logs), least, least_us)
    return [
        Step(middle, _level_us(logs[start:middle]), _level_us(logs[middle:end]))
        for start, middle, end in _neighbours(bounds)
    ]


def levels(logs: npt.NDArray[np.float64]) -> list[slice]:
    """The stretches of nights between which nothing is known to have changed; of none, none."""
    if not len(logs):
        return []
    return [slice(*ends) for ends in pairwise(_weeded(logs, _candidates(logs), 1.0, 0.0))]


def _candidates(logs: npt.NDArray[np.float64]) -> list[int]:
    """The bounds of stretches, 0 and the length included."""
    from ruptures import KernelCPD

    if len(logs) < 2 * SHORTEST or np.ptp(logs) == 0:
        return [0, len(logs)]
    found = KernelCPD(kernel="rbf", min_size=SHORTEST).fit(logs.reshape(-1, 1))
    return [0, *map(int, found.predict(pen=PENALTY))]


def _weeded(
    logs: npt.NDArray[np.float64], bounds: list[int], least: float, least_us: float
) -> list[int]:
    """The bounds that are steps: the least one goes first, since that changes its neighbours."""
    bounds = list(bounds)
    while len(bounds) > 2:
        excess = [
            _excess(logs, bounds, place, least, least_us) for place in range(1, len(bounds) - 1)
        ]
        lowest = min(range(len(excess)), key=excess.__getitem__)
        if excess[lowest] >= 0:
            break
        del bounds[lowest + 1]
    return bounds


def _excess(
    logs: npt.NDArray[np.float64], bounds: list[int], place: int, least: float, least_us: float
) -> float:
    """By how much the step at a bound is larger than it must be, in logarithms."""
    start, middle, end = bounds[place - 1 : place + 2]
    before, after = np.median(logs[start:middle]), np.median(logs[middle:end])
    size = abs(after - before)
    if abs(math.exp(after) - math.exp(before)) < least_us:
        return -math.inf
    scatter, df = _scatter(logs, bounds)
    # a median of normal values varies by π/2 more than their mean
    error = scatter * math.sqrt(math.pi / 2 * (1 / (middle - start) + 1 / (end - middle)))
    critical = float(special.stdtrit(df, 1 - CHANCE / len(logs) / 2))
    return float(size - max(math.log(least), critical * error))


def _scatter(logs: npt.NDArray[np.float64], bounds: list[int]) -> tuple[float, float]:
    """The standard deviation of nights about their levels, strays aside, and its freedom."""
    parts = [logs[start:end] for start, end in pairwise(bounds)]
    off = np.concatenate([np.abs(part - np.median(part)) for part in parts])
    df = len(logs) - len(parts)
    return NORMAL_MAD * float(np.median(off)) * math.sqrt(len(logs) / df), df


def _neighbours(bounds: list[int]) -> Iterator[tuple[int, int, int]]:
    return zip(bounds, bounds[1:], bounds[2:], strict=False)


def _level_us(logs: npt.NDArray[np.float64]) -> float:
    return math.exp(float(np.median(logs)))
