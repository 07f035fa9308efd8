# SPDX-License-Identifier: GPL-2.0-or-later
"""All figures of all tests on both sides."""

from __future__ import annotations

import numpy as np
import pytest

from harness.comparison.nights import ALL, Batch
from harness.comparison.pairs import Pair, pairs
from harness.history.model import Test
from tests.unit.comparison.simulation import QUIET, Simulated

TESTS = tuple(Test("reference", "hwsim", "acme", name) for name in ("m4-lost", "plain"))


def lab(seed: int = 5) -> Simulated:
    """A quiet one, with two tests."""
    return Simulated(np.random.default_rng(seed), QUIET, TESTS)


def of(found: list[Pair], scenario: str, figure: str) -> Pair:
    """One pair."""
    (one,) = [x for x in found if (x.test.scenario, x.figure) == (scenario, figure)]
    return one


def test_each_figure_of_each_test_and_of_all_together() -> None:
    """Those of all tests come first."""
    nights = lab()
    found = pairs([nights.night()], [nights.night()], [])
    assert [one.test.scenario for one in found[::10]] == [ALL, "m4-lost", "plain"]
    assert len(found) == 30
    assert all(one.shift for one in found)


def test_the_nights_before_make_the_level_of_the_base() -> None:
    """And what nights differ by: with them a shift is known closer."""
    nights = lab()
    history, base, new = [nights.night() for _ in range(10)], nights.night(), nights.night()
    alone, informed = (of(pairs([base], [new], x), "plain", "m1_to_m2") for x in ([], history))
    assert informed.like_base == 10
    assert alone.shift is not None
    assert informed.shift is not None
    assert informed.shift.error < 0.7 * alone.shift.error
    assert informed.base is not alone.base
    assert len(informed.base.samples) == 200
    assert informed.shift.plain == alone.shift.plain


def test_nights_before_that_are_unlike_the_base_are_not_its_level() -> None:
    """The base was slower than they: what came back is known by it."""
    nights = lab()
    history = [nights.night() for _ in range(6)]
    base, new = nights.night(slower={"m1_to_m2": 1.3}), nights.night()
    found = of(pairs([base], [new], history), "plain", "m1_to_m2")
    assert found.like_base == 0
    assert found.shift is not None
    assert found.before is not None
    assert found.before.p < 0.01
    assert found.shift.ratio == pytest.approx(1 / 1.3, abs=0.08)
    assert found.before.ratio == pytest.approx(1.3, abs=0.12)


def test_too_few_samples_have_no_shift() -> None:
    """And a test that one side lacks has no pair."""
    nights = lab()
    base, new = nights.night(9), nights.night(9)
    new = Batch(new.id, {TESTS[0]: new.timings[TESTS[0]]})
    assert {one.test for one in pairs([base], [new], [])} == {TESTS[0]}
    assert all(one.shift is None for one in pairs([base], [new], []))
