# SPDX-License-Identifier: GPL-2.0-or-later
"""Scales and ticks: pixels from values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.scale import Axis, axis_for, linear_ticks, log_ticks, nice_step, time_rows


def test_linear_axis_maps_ends_and_middle() -> None:
    """The ends are the pixels given; values outside stay at the edge."""
    axis = Axis(0, 10, 100, 200)
    assert [axis.x(value) for value in (0, 5, 10, 99, -1)] == [100, 150, 200, 200, 100]


def test_log_axis_gives_each_decade_the_same_width() -> None:
    """Ten times the value is always the same step to the right."""
    axis = Axis(1, 1000, 0, 300, log=True)
    assert [round(axis.x(value)) for value in (1, 10, 100, 1000)] == [0, 100, 200, 300]
    assert axis.x(0) == 0


@pytest.mark.parametrize(
    ("values", "log", "from_zero"),
    [
        ([1, 60], True, False),
        ([1, 40], False, True),
        ([90, 100], False, False),
        ([0, 60], False, True),
    ],
)
def test_axis_is_chosen_by_the_spread(values: list[float], log: bool, from_zero: bool) -> None:
    """A wide spread is logarithmic; zero is shown where it costs little."""
    axis = axis_for(values, 0, 100)
    assert (axis.log, axis.low == 0) == (log, from_zero)


def test_ticks_are_round_numbers() -> None:
    """1, 2 or 5 times a power of ten."""
    assert linear_ticks(0, 4.7) == (0, 1, 2, 3, 4)
    assert linear_ticks(0.25, 0.62) == (0.3, 0.4, 0.5, 0.6)
    assert log_ticks(8, 130) == (10, 20, 50, 100)
    assert log_ticks(1, 1e6) == (1, 10, 100, 1e3, 1e4, 1e5, 1e6)
    assert [nice_step(raw) for raw in (0.9, 1, 1.1, 3, 6, 70)] == [1, 1, 2, 5, 10, 100]


@given(st.lists(st.floats(0, 1e9, allow_nan=False), min_size=1, max_size=20))
def test_any_values_fit_their_axis(values: list[float]) -> None:
    """Every value lies within the drawing, in order, and there is a tick to read it by."""
    axis = axis_for(values, 12, 448)
    places = [axis.x(value) for value in sorted(values)]
    assert places == sorted(places)
    assert 12 <= places[0] <= places[-1] <= 448
    assert axis.ticks()


def test_time_rows_interpolate_between_rows() -> None:
    """Times of rows sit on rows, others between, those outside near the ends."""
    rows = time_rows([30, 10, 10], 100.0, lambda gap: gap * 2.0, overhang=7, overhang_span=10)
    assert rows.pixels == (100.0, 140.0)
    assert [rows.y(at) for at in (10, 15, 30, 5, 99)] == [100, 110, 140, 96.5, 147]
