# SPDX-License-Identifier: GPL-2.0-or-later
"""What was measured in a night, made into points."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.comparison.distribution import as_samples
from harness.comparison.nights import (
    ALL,
    Batch,
    control_figures,
    located,
    point,
    pooled,
    with_all_tests,
)
from harness.history.model import Test

PLAIN, LOST = (Test("reference", "hwsim", "acme", name) for name in ("plain", "m4-lost"))
WHOLE = Test("reference", "hwsim", "acme", ALL)
SYSTEM = {
    "assoc_to_handler": as_samples([5000.0] * 20),
    "completion_to_data": as_samples([7e3] * 20),
}


def batch(name: str = "n1", **figures: np.ndarray) -> Batch:
    """A night with one test."""
    return Batch(name, {PLAIN: figures})


def test_a_figure_goes_with_its_control() -> None:
    """The mean of the operating system's, in logarithms."""
    place = located([batch(m1_to_m2=as_samples([9e3] * 20), **SYSTEM)])[("n1", PLAIN)]
    control = control_figures([place])
    assert control == ("assoc_to_handler", "completion_to_data")
    found = point(place, "m1_to_m2", control)
    assert found is not None
    assert found.control == pytest.approx((math.log(5e3) + math.log(7e3)) / 2)
    lab = point(place, "assoc_to_handler", control)
    assert lab is not None
    assert lab.control == 0.0


def test_a_control_is_known_on_both_sides() -> None:
    """An open network has fewer figures; a night without samples has no say."""
    full, less = (
        {**SYSTEM, "handler": as_samples([9e2] * 20)},
        {"handler": as_samples([9e2] * 20)},
    )
    places = located([batch("n1", **full), batch("n2", **less)])
    assert control_figures(places.values()) == ()
    assert control_figures([*list(places.values())[:1], {}]) == tuple(SYSTEM)


def test_too_few_samples_make_no_point() -> None:
    """Nine."""
    place = located([batch(handler=as_samples([1.0] * 9))])[("n1", PLAIN)]
    assert point(place, "handler", ()) is None


def test_samples_of_several_nights_are_put_together() -> None:
    """In order."""
    some = [batch(f"n{of}", handler=as_samples(range(of, 22, 2))) for of in (1, 2)]
    assert list(pooled(some, PLAIN, "handler")) == list(range(1, 22))
    assert list(pooled([], PLAIN, "handler")) == []


def test_all_tests_together_compare_within_tests() -> None:
    """One test takes ten times as long; what counts is that both became 20 % longer, though the new
    night has more of the quick one."""
    rng = np.random.default_rng(1)

    def night(name: str, factor: float, quick: int) -> Batch:
        return Batch(
            name,
            {
                PLAIN: {"handler": as_samples(factor * 1e3 * rng.lognormal(0, 0.1, quick))},
                LOST: {"handler": as_samples(factor * 1e4 * rng.lognormal(0, 0.1, 50))},
            },
        )

    base, new = with_all_tests(two := [night("n1", 1.0, 50), night("n2", 1.2, 500)], two)
    places = located([base, new])
    before, after = (places[(name, WHOLE)]["handler"].log_us for name in ("n1", "n2"))
    assert math.exp(after - before) == pytest.approx(1.2, rel=0.03)


def test_one_test_alone_is_not_told_twice() -> None:
    """There is nothing to put together."""
    one = batch(handler=as_samples([1.0] * 20))
    assert with_all_tests([one], [one]) == [one]
