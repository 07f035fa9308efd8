# SPDX-License-Identifier: GPL-2.0-or-later
"""Change points in a history of nights."""

from __future__ import annotations

import numpy as np
import pytest

from harness.comparison.steps import levels, steps


def history(*levels_us: tuple[float, int], seed: int = 1, spread: float = 0.03) -> np.ndarray:
    """Nightly medians: level after level, each of so many nights."""
    middle = np.concatenate([np.full(nights, level) for level, nights in levels_us])
    return middle * np.random.default_rng(seed).lognormal(0, spread, len(middle))


def test_a_level_that_changed_for_good_and_came_back() -> None:
    """Both, within a night or two of where they were, with both levels."""
    found = steps(history((17_000, 20), (20_000, 20), (17_000, 20)))
    assert [round(one.at, -1) for one in found] == [20, 40]
    assert found[0].ratio == pytest.approx(20 / 17, rel=0.04)
    assert found[1].after_us == pytest.approx(17_000, rel=0.03)


def test_a_stray_night_is_no_step() -> None:
    """However far off."""
    nights = history((17_000, 40))
    nights[20] *= 10
    assert steps(nights) == []


def test_a_step_has_a_minimum_magnitude() -> None:
    """5 % are shown when they are asked for, and a small difference when it is long enough."""
    nights = history((1000, 30), (1050, 30), spread=0.005)
    assert steps(nights) == []
    assert len(steps(nights, least=1.03)) == 1
    assert steps(nights, least=1.03, least_us=100) == []


def test_histories_without_change_have_no_steps() -> None:
    """Of 300 none, though nights scatter by 4 %."""
    assert [n for n in range(300) if steps(history((9000, 60), seed=n, spread=0.04))] == []


@pytest.mark.parametrize("nights", [0, 1, 5])
def test_a_short_history_is_one_level(nights: int) -> None:
    """And none at all is none."""
    values = history((9000, nights))
    assert steps(values) == []
    assert len(levels(np.log(values))) == min(1, nights)


def test_equal_nights_are_one_level() -> None:
    """There is nothing to scale by."""
    assert steps([9000.0] * 30) == []
    assert len(levels(np.zeros(30))) == 1
