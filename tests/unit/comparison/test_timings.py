# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of the figures, in words; and how often the words are wrong."""

from __future__ import annotations

import time

import numpy as np
import pytest

from harness.comparison.nights import ALL
from harness.comparison.pairs import pairs
from harness.comparison.timings import FigureChange, TimingChange, judged
from harness.history.model import Test
from tests.unit.comparison.rates import blamed, night
from tests.unit.comparison.simulation import LOADED, QUIET, Lab, Simulated

PLAIN = Test("reference", "hwsim", "acme", "plain")


def lab(seed: int, kind: Lab = QUIET, tests: int = 1) -> Simulated:
    """A lab; with more than one test they have numbers for names."""
    names = ("plain",) if tests == 1 else tuple(f"s{n}" for n in range(tests))
    tested = tuple(Test("reference", "hwsim", "acme", name) for name in names)
    return Simulated(np.random.default_rng(seed), kind, tested)


def words(found: tuple[FigureChange, ...], scenario: str = "plain") -> dict[str, TimingChange]:
    """The words that are worth a line, by figure."""
    quiet = (TimingChange.UNCHANGED, TimingChange.TOO_FEW)
    return {
        one.figure: one.change
        for one in found
        if one.change not in quiet and one.test.scenario == scenario
    }


def test_three_nights_one_of_them_slow() -> None:
    """The right stage and nothing else is a regression, and the night after it is fixed."""
    nights = lab(1)
    history = [nights.night() for _ in range(10)]
    slow, back = nights.night(slower={"m1_to_m2": 1.25}), nights.night()
    found = words(judged(pairs(history[-1:], [slow], history[:-1])))
    assert found.pop("m1_to_m2") is TimingChange.REGRESSION
    assert set(found.values()) <= {TimingChange.FOLLOWS}
    found = words(judged(pairs([slow], [back], history)))
    assert found.pop("m1_to_m2") is TimingChange.FIXED
    assert set(found.values()) <= {TimingChange.FOLLOWS}


def test_what_contains_a_slower_stage_follows_from_it() -> None:
    """And says from which."""
    nights = lab(2)
    history = [nights.night() for _ in range(10)]
    slow = nights.night(slower={"m1_to_m2": 2.0})
    found = judged(pairs(history[-1:], [slow], history[:-1]))
    (whole,) = [one for one in found if one.figure == "handshake"]
    assert whole.change is TimingChange.FOLLOWS
    assert whole.explained_by == ("m1_to_m2",)


def test_a_slow_machine_is_no_slow_driver() -> None:
    """Everything takes half as long again: the lab's figures say so, the driver's are unchanged."""
    nights = lab(3)
    history = [nights.night() for _ in range(10)]
    stages = ("m1_to_m2", "m3_to_m4", "assoc_to_handler", "m4_to_completion", "completion_to_data")
    slow = nights.night(slower=dict.fromkeys(stages, 1.5))
    found = words(judged(pairs(history[-1:], [slow], history[:-1])))
    assert set(found.values()) == {TimingChange.LAB_SLOWER}
    assert set(found) == {"assoc_to_handler", "completion_to_data"}


def test_a_control_alone_makes_no_change_of_the_driver() -> None:
    """The system became much quicker and the driver stayed: that is not a slower driver."""
    nights = lab(4)
    history = [nights.night() for _ in range(30)]
    quick = nights.night(slower={"assoc_to_handler": 0.4, "completion_to_data": 0.4})
    found = words(judged(pairs(history[-1:], [quick], history[:-1])))
    assert set(found.values()) == {TimingChange.LAB_FASTER}


def test_few_associations_of_many_tests_say_together_what_none_says_alone() -> None:
    """Twenty tests of ten associations."""
    nights = lab(5, tests=20)
    history = [nights.night(10) for _ in range(10)]
    slow = nights.night(10, slower={"m1_to_m2": 1.25})
    found = judged(pairs(history[-1:], [slow], history[:-1]))
    assert words(found, ALL)["m1_to_m2"] is TimingChange.REGRESSION


def test_too_few_are_told_as_too_few() -> None:
    """With how many there were, and no percentile where there is no sample."""
    nights = lab(6)
    (one, *_) = judged(pairs([nights.night(9)], [nights.night(9)], []))
    assert (one.change, one.base.n, one.shift) == (TimingChange.TOO_FEW, 9, None)


@pytest.mark.unmeasured
@pytest.mark.parametrize("kind", [QUIET, LOADED])
def test_a_night_without_change_is_quiet(kind: Lab) -> None:
    """Of 40 nights here none is red; docs/comparison.md has the rates over many more."""
    red = 0
    for seed in range(40):
        nights = lab(1000 + seed, kind)
        history = [nights.night() for _ in range(5)]
        found = judged(pairs(history[-1:], [nights.night()], history[:-1]))
        red += any(one.change is TimingChange.REGRESSION for one in found)
    assert red == 0


@pytest.mark.unmeasured
def test_two_nights_of_ten_thousand_associations_take_seconds() -> None:
    """Of the processor, whatever else runs; spread over 50 tests, of which each is compared."""
    nights = lab(7, tests=50)
    base, new = nights.night(200), nights.night(200)
    began = time.process_time()
    found = judged(pairs([base], [new], []))
    assert time.process_time() - began < 5
    assert len(found) == 51 * 10


@pytest.mark.unmeasured
def test_fifteen_percent_are_found_after_two_weeks_of_nights() -> None:
    """With 200 associations a night; and nothing else is blamed."""
    seeds = range(20_000, 20_030)
    slow = [blamed(night(QUIET, seed, before=16, slower={"m1_to_m2": 1.15})) for seed in seeds]
    assert sum(one == {"m1_to_m2"} for one in slow) >= 27
