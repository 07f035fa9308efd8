# SPDX-License-Identifier: GPL-2.0-or-later
"""How far a figure's location moves from night to night though nothing changed.

The associations of one night are not independent of each other when nights are compared: all of
them share the machine's load, the guest's start and the pages it got. A rank test over the samples
alone takes that for a change of the driver. What counts is the spread between nights, and it is
known from the history of them.

Model, for one figure of one test, in logarithms::

    location of a night = level + β · (control of the night) + error
    variance of the error = ρ² · (SPREAD² + variance of the location by its samples)

The control is the location of what the operating system does in the same associations
(`harness.comparison.stages.OF_THE_SYSTEM`): a machine that is slow tonight makes both longer. β and
ρ² are estimated by Bayesian linear regression with the conjugate prior (normal, scaled inverse χ²):
with little history what is said rests on the prior, and the more nights there are the less. The
prior of a test comes from the other tests of the same figure, theirs from this module.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, final

from harness.comparison.distribution import Location

SPREAD: Final = 0.03
"""Between nights, beyond control and sampling, before any history: 3 %."""

PRIOR_DF: Final = 4.0
"""Nights' worth that the prior of ρ² has, and at most what other tests say of a test."""

BETA_SD: Final = 0.25
"""How far β may be off its prior of 1 (of figures of the lab: of 0), as a standard deviation."""


@final
@dataclass(frozen=True, slots=True)
class Point:
    """A night's (or a lone run's) location of one figure of one test, with its control."""

    location: Location
    control: float
    """Natural logarithm, as the location's; of no meaning but in differences."""
    control_variance: float = 0.0

    @property
    def expected_variance(self) -> float:
        """Of the location between nights, before any history."""
        return SPREAD**2 + self.location.variance + self.control_variance


@final
@dataclass(frozen=True, slots=True)
class Moments:
    """Weighted sums of squares about the levels, of nights that are like each other; additive."""

    yy: float = 0.0
    yc: float = 0.0
    cc: float = 0.0
    df: float = 0.0

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            self.yy + other.yy, self.yc + other.yc, self.cc + other.cc, self.df + other.df
        )

    def __sub__(self, other: Moments) -> Moments:
        return Moments(
            self.yy - other.yy, self.yc - other.yc, self.cc - other.cc, self.df - other.df
        )


def moments(levels: Iterable[Sequence[Point]]) -> Moments:
    """The moments of several levels, each a sequence of nights between which nothing changed."""
    total = Moments()
    for points in levels:
        if len(points) > 1:
            total += _moments(points)
    return total


def _moments(points: Sequence[Point]) -> Moments:
    mean, yy, yc, cc = centre(points), 0.0, 0.0, 0.0
    for one in points:
        y, c = one.location.log_us - mean.log_us, one.control - mean.control
        weight = 1 / one.expected_variance
        yy, yc, cc = yy + weight * y * y, yc + weight * y * c, cc + weight * c * c
    return Moments(yy, yc, cc, len(points) - 1)


@final
@dataclass(frozen=True, slots=True)
class Centre:
    """The weighted mean of several nights, and its variance before any history."""

    log_us: float
    control: float
    variance: float


def centre(points: Sequence[Point]) -> Centre:
    """The mean of nights, each weighed by the inverse of its expected variance."""
    weights = [1 / one.expected_variance for one in points]
    total = math.fsum(weights)
    weighed = list(zip(weights, points, strict=True))
    return Centre(
        math.fsum(weight * one.location.log_us for weight, one in weighed) / total,
        math.fsum(weight * one.control for weight, one in weighed) / total,
        1 / total,
    )


@final
@dataclass(frozen=True, slots=True)
class Noise:
    """What is believed of β and ρ² (see the module), after the moments that were learnt."""

    beta: float
    precision: float
    """Of β, in units of 1/ρ²: the prior's, and the moments' `cc`."""
    rho2: float = 1.0
    df: float = PRIOR_DF

    def learn(self, seen: Moments) -> Noise:
        """After these moments were seen."""
        if seen.df <= 0:
            return self
        precision = self.precision + seen.cc
        beta = (self.precision * self.beta + seen.yc) / precision
        df = self.df + seen.df
        squares = seen.yy + self.precision * self.beta**2 - precision * beta**2
        return Noise(beta, precision, (self.df * self.rho2 + max(0.0, squares)) / df, df)

    def as_prior(self) -> Noise:
        """What is believed for another test of the same figure: the same, but less firmly."""
        share = min(1.0, PRIOR_DF / self.df)
        return Noise(self.beta, self.precision * share, self.rho2, self.df * share)

    def variance(self, base: Centre, new: Centre) -> float:
        """Of a shift from one centre to another, beyond control, if nothing changed."""
        moved = new.control - base.control
        return self.rho2 * (base.variance + new.variance + moved**2 / self.precision)


def prior(beta: float) -> Noise:
    """What is believed before any history."""
    return Noise(beta, 1 / BETA_SD**2)
