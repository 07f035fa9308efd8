# SPDX-License-Identifier: GPL-2.0-or-later
"""Timing over nights: percentiles with intervals, and nothing claimed that samples do not say."""

from __future__ import annotations

import math
import random

import pytest

from harness.board.trends import TrendTable, interval_ranks, percentiles

SAME = frozenset({"4a4a"})


def test_a_percentile_is_left_out_where_it_cannot_be_told_from_the_largest() -> None:
    """The median always can."""
    few, more, many = (percentiles([float(one) for one in range(n)]) for n in (5, 20, 100))
    assert [few["p50"] is None, few["p95"], few["p99"]] == [False, None, None]
    assert [more["p95"] is None, more["p99"]] == [False, None]
    assert many["p99"] is not None


def test_the_interval_of_a_median_of_few_has_no_bound() -> None:
    """The extremes of five hold the median with 94 % only; of six with 97 %."""
    assert interval_ranks(5, 50) == (None, None)
    assert interval_ranks(6, 50) == (0, 5)


def test_the_upper_side_of_a_p95_of_few_has_no_bound() -> None:
    """The largest of n is above it with 1 − 0.95ⁿ, which is 97.5 % from n = 72 on."""
    assert interval_ranks(71, 95)[1] is None
    assert interval_ranks(72, 95)[1] == 71


@pytest.mark.parametrize("percent", [50, 95])
def test_the_interval_holds_the_true_percentile_as_often_as_it_says(percent: int) -> None:
    """2,000 draws of 100 of an exponential distribution, whose percentiles are known."""
    rng, held = random.Random(7), 0
    true = -math.log(1 - percent / 100)
    low, high = interval_ranks(100, percent)
    assert low is not None
    assert high is not None
    for _ in range(2000):
        drawn = sorted(rng.expovariate(1) for _ in range(100))
        held += drawn[low] <= true <= drawn[high]
    assert 0.945 <= held / 2000 <= 0.99


def test_series_of_a_test_by_figure_in_units() -> None:
    """Value, distance down, distance up; −1 is unknown."""
    table = TrendTable()
    table.add(3, 10, SAME, {"handshake": [30_000.0] * 6, "unknown": [1.0], "handler": []})
    table.add(3, 11, SAME, {"handshake": [31_000.0]})
    content = table.content()
    assert content["figures"]["handshake"][0] == "handshake"
    assert content["tests"] == {
        3: {
            "handshake": {
                "night": [10, 11],
                "n": [6, 1],
                "p50": [3000, 0, 0, 3100, -1, -1],
                "p95": [-1] * 6,
                "p99": [-1] * 6,
            }
        }
    }


def stepped(environments: list[frozenset[str]]) -> list[list[object]]:
    """The steps of a figure that is 15 % longer from the twentieth of its nights on."""
    table, rng = TrendTable(), random.Random(3)
    for night, environment in enumerate(environments):
        around = 17_000.0 * (1.15 if night >= 20 else 1.0)
        samples = [around * rng.lognormvariate(0, 0.05) for _ in range(20)]
        table.add(0, night, environment, {"m1_to_m2": samples})
    found: list[list[object]] = table.content()["steps"]
    return found


def test_a_step_for_good_is_told_with_its_night_and_both_levels() -> None:
    """15 % longer M1 → M2 from a night on."""
    ((test, figure, night, before, after),) = stepped([SAME] * 40)
    assert (test, figure, night) == (0, "m1_to_m2", 20)
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert 1.12 <= after / before <= 1.18


def test_no_step_is_told_across_environments() -> None:
    """The machine, not the driver, may have become slower."""
    assert stepped([SAME] * 20 + [frozenset({"5d5d"})] * 20) == []
