# SPDX-License-Identifier: GPL-2.0-or-later
"""The shift between two sides of one figure."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.comparison.distribution import as_samples, locate
from harness.comparison.noise import Point, prior
from harness.comparison.shift import Side, alike, rank_p, shift


def side(factor: float = 1.0, control: float = 0.0, n: int = 400, seed: int = 1) -> Side:
    """One night of a figure about 10 ms long."""
    drawn = np.random.default_rng(seed).lognormal(0, 0.2, n)
    samples = as_samples(10_000 * factor * drawn)
    return Side(samples, (Point(locate(samples), control),))


def test_a_driver_that_is_slower() -> None:
    """Half as long again: found, with what it is and between which limits."""
    found = shift(side(), side(1.5, seed=2), prior(1.0))
    assert found.ratio == pytest.approx(1.5, abs=0.05)
    assert found.low < 1.5 < found.high
    assert found.p < 0.001


def test_a_machine_that_is_slower_explains_it() -> None:
    """The operating system's own figures took half as long again, too."""
    found = shift(side(), side(1.5, control=math.log(1.5), seed=2), prior(1.0))
    assert found.plain == pytest.approx(1.5, abs=0.05)
    assert found.machine == pytest.approx(1.5)
    assert found.ratio == pytest.approx(1.0, abs=0.05)
    assert found.p > 0.5


def test_many_samples_of_one_night_are_one_night() -> None:
    """Ranks alone would be sure of 5 %; that two nights differ by so much, they are not."""
    base, new = side(n=20_000), side(1.05, n=20_000, seed=2)
    assert rank_p(base.samples, new.samples) < 1e-50
    assert shift(base, new, prior(1.0)).p > 0.1
    assert alike(base.points, new.points, prior(1.0))


def test_what_would_have_been_found_is_found() -> None:
    """In 95 of 100, at the significance it was asked for."""
    noise = prior(1.0)
    one = shift(side(), side(seed=2), noise)
    ratio = one.detectable(0.01, least=1.1)
    assert 1.1 < ratio < 1.6
    missed = shift(side(), side(ratio / math.exp(1.645 * one.error), seed=2), noise)
    assert missed.p == pytest.approx(0.01, rel=0.6)


def test_ranks_with_ties_are_not_taken_for_exact() -> None:
    """Known values: the exact p of four against four apart, and the normal one with ties."""
    assert rank_p(as_samples([1, 2, 3, 4]), as_samples([5, 6, 7, 8])) == pytest.approx(2 / 70)
    tied = rank_p(as_samples([1, 1, 2, 2]), as_samples([2, 3, 3, 4]))
    assert tied == pytest.approx(0.0556, abs=0.005)
