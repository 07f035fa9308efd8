# SPDX-License-Identifier: GPL-2.0-or-later
"""The two clocks of a run: converting between them, ordering across them, tightening the bound.

The air process measures the offset by ping and pong, which bounds it to half a round trip.
Causality narrows that further: the relay stamps a frame before the air reads it, and the air writes
a frame before the relay stamps its delivery.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from harness.evidence.model import ClockModel, FrameRecord

Order = Literal["before", "after"]


def to_guest_ns(clock: ClockModel, air_ns: int) -> int:
    """Air time on the guest clock, good to ``clock.uncertainty_ns``."""
    return air_ns + clock.offset_ns


def to_air_ns(clock: ClockModel, guest_ns: int) -> int:
    """Guest time on the air clock, good to ``clock.uncertainty_ns``."""
    return guest_ns - clock.offset_ns


def order(clock: ClockModel, air_ns: int, guest_ns: int) -> Order | None:
    """Whether an event of the air clock was before or after one of the guest clock.

    None when they are closer together than the uncertainty: then nobody knows.
    """
    difference = to_guest_ns(clock, air_ns) - guest_ns
    if abs(difference) <= clock.uncertainty_ns:
        return None
    return "before" if difference < 0 else "after"


def frame_guest_ns(frame: FrameRecord, clock: ClockModel) -> tuple[int, int]:
    """When a frame crossed the radio port, on the guest clock, and the uncertainty of that (ns)."""
    if frame.guest_ns is not None:
        return frame.guest_ns, 0
    return to_guest_ns(clock, frame.air_ns), clock.uncertainty_ns


def tighten(clock: ClockModel, frames: Iterable[FrameRecord]) -> ClockModel:
    """Narrow the clock model by causality of the frames' stamps.

    Every up frame shows offset >= guest - air, every delivered down frame offset <= guest - air.
    Where the stamps contradict the model (a clock that drifted or jumped), the model comes back
    widened until it covers them, so that no order is claimed that the stamps deny.
    """
    low, high = clock.offset_ns - clock.uncertainty_ns, clock.offset_ns + clock.uncertainty_ns
    stamped = [frame for frame in frames if frame.guest_ns is not None]
    ups = [_difference(frame) for frame in stamped if frame.direction == "up"]
    downs = [_difference(frame) for frame in stamped if frame.direction == "down"]
    tight_low, tight_high = max([low, *ups]), min([high, *downs])
    if tight_low > tight_high:
        tight_low, tight_high = min([low, *downs]), max([high, *ups])
    uncertainty = (tight_high - tight_low + 1) // 2
    return ClockModel(tight_low + uncertainty, uncertainty)


def _difference(frame: FrameRecord) -> int:
    assert frame.guest_ns is not None
    return frame.guest_ns - frame.air_ns
