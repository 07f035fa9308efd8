# SPDX-License-Identifier: GPL-2.0-or-later
"""Where samples lie, and percentiles with intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.checks.timing import percentile as nearest_rank
from harness.comparison.distribution import as_samples, locate, percentile


def skewed(n: int, seed: int = 1) -> np.ndarray:
    """Latencies about 10 ms with a long tail."""
    return as_samples(10_000 * np.random.default_rng(seed).lognormal(0, 0.4, n))


@pytest.mark.parametrize("percent", [50, 95, 99])
@pytest.mark.parametrize("n", [1, 10, 99, 101, 2000])
def test_a_percentile_is_that_of_the_timing_table(n: int, percent: int) -> None:
    """Nearest rank, within its interval."""
    samples = skewed(n)
    found = percentile(samples, percent)
    assert found.us == nearest_rank(list(samples), percent)
    assert found.low_us <= found.us <= found.high_us


def test_the_interval_is_the_bootstraps() -> None:
    """As 20,000 resamples find it, within what they leave to chance."""
    samples, rng = skewed(300), np.random.default_rng(7)
    drawn = np.sort(rng.choice(samples, (20_000, 300)), axis=1)[:, math.ceil(0.95 * 300) - 1]
    low, high = np.quantile(drawn, (0.025, 0.975), method="inverted_cdf")
    ranks = {value: rank for rank, value in enumerate(samples)}
    found = percentile(samples, 95)
    assert abs(ranks[low] - ranks[found.low_us]) <= 1
    assert abs(ranks[high] - ranks[found.high_us]) <= 1


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Of 1000 nights about 950; of a p95 of 200 skewed samples."""
    truth = 10_000 * math.exp(0.4 * 1.6448536)
    found = [percentile(skewed(200, seed), 95) for seed in range(1000)]
    held = sum(one.low_us <= truth <= one.high_us for one in found)
    assert 920 <= held <= 975


def test_ties_make_a_plain_interval() -> None:
    """A p95 of a figure that nearly always takes the same: no NaN, no warning."""
    found = percentile(as_samples([100.0] * 97 + [500.0] * 3), 95)
    assert (found.us, found.low_us, found.high_us) == (100.0, 100.0, 500.0)


def test_a_location_is_a_ratio_and_heeds_no_stray() -> None:
    """Twice as long is ln 2 further; one association that hung is not seen."""
    samples = skewed(100)
    once, twice = locate(samples), locate(2 * samples)
    assert twice.log_us - once.log_us == pytest.approx(math.log(2))
    assert locate(as_samples([*samples[:-1], 1e9])) == once
    assert locate(as_samples([0.0] * 10)).log_us == 0.0


def test_the_variance_of_a_location_is_what_it_varies_by() -> None:
    """Over 2000 nights."""
    found = [locate(skewed(60, seed)) for seed in range(2000)]
    measured = float(np.var([one.log_us for one in found]))
    assert np.mean([one.variance for one in found]) == pytest.approx(measured, rel=0.1)
