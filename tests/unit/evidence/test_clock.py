# SPDX-License-Identifier: GPL-2.0-or-later
"""The two clocks: conversion, order, and tightening by causality."""

from __future__ import annotations

from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from harness.evidence import ClockModel, FrameRecord, order, tighten, to_air_ns, to_guest_ns
from harness.evidence.clock import frame_guest_ns

MAC = "02:00:00:00:00:00"


def frame(direction: Literal["up", "down"], air_ns: int, guest_ns: int | None) -> FrameRecord:
    """A frame with these stamps."""
    return FrameRecord(
        1, 1, direction, "data", air_ns, guest_ns, MAC, MAC, 60, True, True, None, False, False,
        None, None, None, {},
    )  # fmt: skip


def test_conversion_goes_both_ways() -> None:
    """guest = air + offset."""
    clock = ClockModel(1000, 5)
    assert to_guest_ns(clock, 50) == 1050
    assert to_air_ns(clock, 1050) == 50


def test_order_is_not_claimed_within_the_uncertainty() -> None:
    """Beyond the bound there is an order, within it there is none."""
    clock = ClockModel(0, 100)
    assert order(clock, 0, 101) == "before"
    assert order(clock, 201, 100) == "after"
    assert order(clock, 0, 100) is None
    assert order(clock, 100, 100) is None


def test_frame_stamp() -> None:
    """The relay's stamp is exact; without it the air's is used with the bound."""
    clock = ClockModel(1000, 7)
    assert frame_guest_ns(frame("up", 10, 1005), clock) == (1005, 0)
    assert frame_guest_ns(frame("down", 10, None), clock) == (1010, 7)


def test_causality_narrows() -> None:
    """An up frame bounds the offset from below, a down frame from above."""
    frames = [frame("up", 100, 1080), frame("down", 200, 1210), frame("down", 0, None)]
    assert tighten(ClockModel(1000, 50), frames) == ClockModel(995, 15)


def test_contradiction_widens() -> None:
    """Stamps that deny the model widen it until it covers them."""
    clock = tighten(ClockModel(1000, 10), [frame("up", 0, 1100)])
    assert clock.offset_ns - clock.uncertainty_ns <= 990
    assert clock.offset_ns + clock.uncertainty_ns >= 1100


@given(
    st.integers(-(10**12), 10**12),
    st.integers(0, 10**6),
    st.integers(-(10**6), 10**6),
    st.lists(st.tuples(st.booleans(), st.integers(0, 10**9), st.integers(0, 10**6))),
)
def test_truth_stays_covered(
    truth: int, uncertainty: int, error: int, frames: list[tuple[bool, int, int]]
) -> None:
    """With honest stamps, the true offset stays within the bound, which never grows."""
    clock = ClockModel(truth + max(-uncertainty, min(uncertainty, error)), uncertainty)
    stamped = [
        frame("up", at + delay, at + truth) if up else frame("down", at, at + delay + truth)
        for up, at, delay in frames
    ]
    better = tighten(clock, stamped)
    assert better.uncertainty_ns <= clock.uncertainty_ns
    assert abs(better.offset_ns - truth) <= better.uncertainty_ns
