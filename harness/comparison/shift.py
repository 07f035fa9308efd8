# SPDX-License-Identifier: GPL-2.0-or-later
"""One figure of one test on two sides: by how much it is longer, and whether that may be chance.

Two things must both be unlikely without a change, and the larger of their p-values is taken, so
that the result is no bolder than either (intersection-union test): that the ranks of the samples
differ so much (Mann-Whitney U), and that the locations of the nights lie so far apart
(`harness.comparison.noise`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np
from scipy import special, stats

from harness.comparison.distribution import Samples
from harness.comparison.noise import Noise, Point, centre

CONFIDENCE: Final = 0.95
POWER: Final = 0.95
UNLIKE: Final = 0.05
"""Below this p nights are not taken for ones of the same level."""
EXACT_UP_TO: Final = 50
"""Samples a side up to which U's exact distribution is used; never with ties, of which scipy's
exact method knows nothing and says nothing."""


@final
@dataclass(frozen=True, slots=True)
class Side:
    """One figure of one test on one side of a comparison."""

    samples: Samples
    points: tuple[Point, ...]


@final
@dataclass(frozen=True, slots=True)
class Shift:
    """By how much a figure is longer on the new side: ratios, 1.15 is 15 % longer."""

    plain: float
    """As measured."""
    machine: float
    """What the control says that the machine's part in it is."""
    ratio: float
    """Beyond the machine's part."""
    low: float
    high: float
    """The interval of `ratio`, of 95 % for this comparison alone; between nights, and within."""
    p: float
    """Uncorrected: of a shift like this in either direction if nothing changed."""
    error: float
    """Standard error of the logarithm of `ratio`."""
    df: float

    def detectable(self, alpha: float, least: float) -> float:
        """The ratio that would be found with a probability of `POWER`, at significance `alpha`.

        `least` is the smallest ratio that is wanted.
        """
        normal = float(special.ndtri(POWER))
        critical = float(special.stdtrit(self.df, 1 - alpha / 2))
        return math.exp(self.error * normal + max(self.error * critical, math.log(least)))


def shift(base: Side, new: Side, noise: Noise) -> Shift:
    """The shift from one side to the other; `noise` is what is known of nights without change."""
    plain, machine, error = _apart(base.points, new.points, noise)
    beyond = plain - machine
    half = error * float(special.stdtrit(noise.df, (1 + CONFIDENCE) / 2))
    between = _student_p(beyond / error, noise.df)
    return Shift(
        plain=math.exp(plain),
        machine=math.exp(machine),
        ratio=math.exp(beyond),
        low=math.exp(beyond - half),
        high=math.exp(beyond + half),
        p=max(between, rank_p(base.samples, new.samples / math.exp(machine))),
        error=error,
        df=noise.df,
    )


def seen_from(base: Side, found: Shift, new: Side, noise: Noise) -> Shift:
    """The shift from more nights than the base side, with what the base alone shows as plain."""
    plain, machine, _ = _apart(base.points, new.points, noise)
    return replace(found, plain=math.exp(plain), machine=math.exp(machine))


def alike(some: Sequence[Point], others: Sequence[Point], noise: Noise) -> bool:
    """Whether nights may be taken for ones of the same level: nothing speaks against it."""
    plain, machine, error = _apart(some, others, noise)
    return _student_p((plain - machine) / error, noise.df) > UNLIKE


def _apart(base: Sequence[Point], new: Sequence[Point], noise: Noise) -> tuple[float, float, float]:
    """The shift of logarithms as measured, the machine's part in it, and its standard error."""
    before, after = centre(base), centre(new)
    machine = noise.beta * (after.control - before.control)
    return after.log_us - before.log_us, machine, math.sqrt(noise.variance(before, after))


def _student_p(score: float, df: float) -> float:
    return 2 * float(special.stdtr(df, -abs(score)))


def rank_p(base: Samples, new: Samples) -> float:
    """Mann and Whitney's p, two-sided."""
    few = max(len(base), len(new)) <= EXACT_UP_TO
    method = "exact" if few and not _ties(base, new) else "asymptotic"
    return float(stats.mannwhitneyu(base, new, alternative="two-sided", method=method).pvalue)


def _ties(base: Samples, new: Samples) -> bool:
    both: Samples = np.sort(np.concatenate((base, new)))
    return bool((np.diff(both) == 0).any())
