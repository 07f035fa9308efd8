# SPDX-License-Identifier: GPL-2.0-or-later
"""The offset of the guest's clock, and that its error bound holds."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from hwsim.clock import ClockEstimator

OFFSET = 5_000_000_000
MS = 1_000_000


def test_half_a_round_trip() -> None:
    """One ping of 2 ms bounds the error by 1 ms."""
    clock = ClockEstimator()
    clock.sent_down(1000 * MS, 1000 * MS + OFFSET + 1 * MS)
    clock.came_up(1001 * MS + OFFSET, 1002 * MS)
    estimate = clock.estimate(1002 * MS)
    assert estimate is not None
    assert abs(estimate.offset_ns - OFFSET) <= estimate.uncertainty_ns
    assert abs(estimate.uncertainty_ns - 1 * MS) < 1000


def test_one_side_says_nothing() -> None:
    """Frames of one direction bound the offset on one side only."""
    clock = ClockEstimator()
    clock.came_up(OFFSET, 0)
    assert clock.estimate(0) is None


def test_reset_forgets() -> None:
    """Another guest begins without the old one's bounds."""
    clock = ClockEstimator()
    clock.sent_down(0, OFFSET)
    clock.came_up(OFFSET, 0)
    clock.reset()
    assert clock.estimate(0) is None


def test_a_jump_is_followed() -> None:
    """A guest clock that jumped makes old bounds contradict new ones; the new ones win."""
    clock = ClockEstimator()
    for ms in range(0, 3000, 300):
        clock.sent_down(ms * MS, ms * MS + OFFSET + MS)
        clock.came_up(ms * MS + OFFSET, ms * MS + MS)
    jumped = OFFSET + 60_000 * MS
    for ms in range(3000, 6000, 300):
        clock.sent_down(ms * MS, ms * MS + jumped + MS)
        clock.came_up(ms * MS + jumped, ms * MS + MS)
    estimate = clock.estimate(6000 * MS)
    assert estimate is not None
    assert abs(estimate.offset_ns - jumped) <= estimate.uncertainty_ns


@given(st.integers(0, 2**32), st.integers(-45, 45))
def test_the_bound_holds(seed: int, drift_ppm: int) -> None:
    """With random delays both ways and a drifting guest, the truth is within the bound."""
    chance = random.Random(seed)
    clock = ClockEstimator()

    def guest(air_ns: int) -> int:
        return air_ns + OFFSET + air_ns * drift_ppm // 1_000_000

    now = 0
    for _ in range(60):
        now += chance.randrange(1, 800) * MS
        clock.sent_down(now, guest(now + chance.randrange(50_000, 20 * MS)))
        now += 25 * MS
        clock.came_up(guest(now - chance.randrange(50_000, 20 * MS)), now)
    estimate = clock.estimate(now)
    assert estimate is not None
    # Bounds count from when a message was sent or read; the truth moves a little in between.
    slack = 25 * MS * 50 // 1_000_000
    assert abs(estimate.offset_ns - (guest(now) - now)) <= estimate.uncertainty_ns + slack


def test_many_frames_cost_no_memory() -> None:
    """A burst keeps its best bound only."""
    clock = ClockEstimator()
    for number in range(10_000):
        clock.came_up(number + OFFSET - (5000 - number) ** 2, number)
    assert len(clock._lower_negated) == 1
