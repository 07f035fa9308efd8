# SPDX-License-Identifier: GPL-2.0-or-later
"""What is learned of nights between which nothing changed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.comparison.distribution import Location
from harness.comparison.noise import (
    PRIOR_DF,
    Moments,
    Point,
    centre,
    moments,
    prior,
)


def nights(count: int, beta: float, spread: float, seed: int = 3) -> list[Point]:
    """Nights of a machine whose speed varies by 20 %."""
    rng = np.random.default_rng(seed)
    speed, error = rng.normal(0, 0.2, count), rng.normal(0, spread, count)
    return [
        Point(Location(9 + beta * one + more, 0.0001, 200), float(one))
        for one, more in zip(speed, error, strict=True)
    ]


def test_much_history_outweighs_the_prior() -> None:
    """β and the spread come out as they are."""
    points = nights(400, beta=0.6, spread=0.06)
    found = prior(1.0).learn(moments([points]))
    assert found.beta == pytest.approx(0.6, abs=0.03)
    assert math.sqrt(found.rho2 * points[0].expected_variance) == pytest.approx(0.06, rel=0.1)
    assert found.df == PRIOR_DF + 399


def test_without_history_the_prior_stands() -> None:
    """One night says nothing of what nights differ by."""
    assert prior(1.0).learn(moments([nights(1, 0.6, 0.06)])) == prior(1.0)


def test_a_step_between_levels_is_no_noise() -> None:
    """Each level has its own middle."""
    low, high = nights(20, 1.0, 0.01), nights(20, 1.0, 0.01)
    high = [Point(Location(p.location.log_us + 1, 0.0001, 200), p.control) for p in high]
    apart, together = moments([low, high]), moments([[*low, *high]])
    assert apart.yy < together.yy / 4
    assert (apart.df, together.df) == (38, 39)


def test_moments_add_and_subtract() -> None:
    """All tests without one: what the others say."""
    one, two = Moments(1, 2, 3, 4), Moments(10, 20, 30, 40)
    assert one + two == Moments(11, 22, 33, 44)
    assert one + two - two == one


def test_what_others_say_is_believed_less_firmly() -> None:
    """No more than `PRIOR_DF` nights' worth, with the same values."""
    found = prior(1.0).learn(moments([nights(400, 0.6, 0.06)]))
    passed_on = found.as_prior()
    assert (passed_on.beta, passed_on.rho2) == (found.beta, found.rho2)
    assert passed_on.df == PRIOR_DF
    assert passed_on.precision < found.precision


def test_a_machine_far_from_any_seen_makes_a_shift_less_certain() -> None:
    """β was not measured there."""
    found = prior(1.0).learn(moments([nights(10, 1.0, 0.02)]))
    here, there = (centre([Point(Location(9, 0.0001, 200), control)]) for control in (0.0, 1.0))
    assert found.variance(here, there) > 1.4 * found.variance(here, here)


def test_a_night_of_few_associations_weighs_less() -> None:
    """By the inverse of its variance."""
    few, many = Point(Location(10, 0.04, 10), 0), Point(Location(9, 0.0001, 2000), 0)
    assert centre([few, many]).log_us == pytest.approx(9, abs=0.05)
