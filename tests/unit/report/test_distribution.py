# SPDX-License-Identifier: GPL-2.0-or-later
"""Geometry of the distribution plots."""

from __future__ import annotations

import pytest

from harness.report import distribution as module
from harness.report.distribution import distribution, quantile
from harness.report.scale import Axis


def numbered(values: list[float]) -> list[tuple[str, float]]:
    """Values as those of associations 1, 2, …"""
    return [(f"association {number}", value) for number, value in enumerate(values, 1)]


def test_nothing_to_draw() -> None:
    """No value, no plot; a value that is no number is no value."""
    assert distribution([]) is None
    assert distribution(numbered([float("nan")])) is None


def test_few_values_are_points_only() -> None:
    """A handful of values makes no box and no histogram, and every point is there."""
    plot = distribution(numbered([1000, 2000, 4000]))
    assert plot is not None
    assert (plot.bars, plot.box, plot.n) == ((), None, 3)
    assert [point.title for point in plot.points] == [
        "association 1: 1.00 ms", "association 2: 2.00 ms", "association 3: 4.00 ms",
    ]  # fmt: skip
    assert [tick.label for tick in plot.ticks] == ["0", "1 ms", "2 ms", "3 ms", "4 ms"]


def test_golden_geometry() -> None:
    """Points of a linear axis from zero stand where 0…4160 µs over 436 px puts them."""
    plot = distribution(numbered([1000, 2000, 4000]))
    assert plot is not None
    assert [(point.x, point.y) for point in plot.points] == [
        (116.8, 70.0), (221.6, 70.0), (431.2, 70.0),
    ]  # fmt: skip


def test_box_then_histogram_then_no_points() -> None:
    """More values earn more drawing; too many points give way to the histogram."""

    def parts(count: int) -> tuple[bool, bool, bool]:
        plot = distribution(numbered([1000.0 + n for n in range(count)]))
        assert plot is not None
        return bool(plot.points), plot.box is not None, bool(plot.bars)

    assert parts(module.BOX_FROM - 1) == (True, False, False)
    assert parts(module.BOX_FROM) == (True, True, False)
    assert parts(module.HISTOGRAM_FROM) == (True, True, True)
    assert parts(module.POINTS_UP_TO + 1) == (False, True, True)


def test_histogram_counts_every_value_once() -> None:
    """Bar counts add up, the tallest bar fills the height, none leaves the drawing."""
    values = [float(n % 17) * 100 + 1000 for n in range(200)]
    bars = module.histogram(values, Axis(0, 3000, 12, 448))
    assert sum(int(bar.title.split(" ")[0]) for bar in bars) == 200
    assert min(bar.y for bar in bars) == 8.0
    assert all(abs(bar.y + bar.height - 72) < 0.11 for bar in bars)


def test_equal_values_are_drawn() -> None:
    """No spread is no division by zero: one bar, one place."""
    plot = distribution(numbered([500.0] * 30))
    assert plot is not None
    assert len(plot.bars) == 1
    assert len({point.x for point in plot.points}) == 1


def test_uncertainty_is_to_scale() -> None:
    """The bracket is as wide as twice the uncertainty on the axis of the values."""
    plot = distribution(numbered([1000, 2000, 4000]), uncertainty_us=100)
    assert plot is not None
    assert plot.uncertainty is not None
    assert plot.uncertainty[1] - plot.uncertainty[0] == pytest.approx(200 * 436 / 4160, abs=0.11)
    assert plot.uncertainty_label == "± 100 µs"


def test_quantiles_interpolate() -> None:
    """The same definition as numpy's default."""
    assert [quantile([1, 2, 3, 4], share) for share in (0, 0.25, 0.5, 1)] == [1, 1.75, 2.5, 4]
    assert quantile([7], 0.99) == 7
