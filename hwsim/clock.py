# SPDX-License-Identifier: GPL-2.0-or-later
"""How the guest's clock stands to the air's: guest = air + offset ± uncertainty.

Every message between the two clocks gives a bound that cannot be wrong, because nothing arrives
before it was sent:

- down, sent at air time ``a``, stamped by the guest at ``g`` later:  offset ≤ g − a
- up, stamped by the guest at ``g``, read at air time ``a`` later:    offset ≥ g − a

A ping/pong pair gives both (so half its round trip bounds the error), a frame one of them. The
best bounds of a sliding window are kept, each loosened with its age by the largest rate
difference of two sane oscillators, so that a drifting guest clock is followed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

WINDOW_NS: Final = 10_000_000_000
"""Bounds older than this are forgotten."""
DRIFT_PPM: Final = 50
"""Allowed rate difference; PC crystals are specified at up to ±50 ppm, calibration adds to it."""
_BUCKET_NS: Final = 250_000_000
"""One best bound is kept per bucket, so that a burst of frames costs no memory."""


@dataclass(frozen=True, slots=True)
class ClockEstimate:
    """guest_ns = air_ns + ``offset_ns`` ± ``uncertainty_ns``, at air time ``air_ns``."""

    offset_ns: int
    uncertainty_ns: int
    air_ns: int


def aged(estimate: ClockEstimate, air_ns: int) -> ClockEstimate:
    """What an estimate is worth at a later time, if nothing was heard since: less with its age."""
    slack_ns = _slack(air_ns - estimate.air_ns)
    return ClockEstimate(estimate.offset_ns, estimate.uncertainty_ns + slack_ns, air_ns)


class ClockEstimator:
    """Collects bounds and says what they leave of the offset."""

    def __init__(self) -> None:
        self._upper = _Bounds()
        self._lower_negated = _Bounds()

    def reset(self) -> None:
        """Forget everything: another guest, or a restored one, is at the other end."""
        self._upper.clear()
        self._lower_negated.clear()

    def sent_down(self, air_ns: int, guest_ns: int) -> None:
        """A message written at ``air_ns`` was later stamped ``guest_ns`` by the guest."""
        self._upper.add(air_ns, guest_ns - air_ns)

    def came_up(self, guest_ns: int, air_ns: int) -> None:
        """A message stamped ``guest_ns`` by the guest was later read at ``air_ns``."""
        self._lower_negated.add(air_ns, air_ns - guest_ns)

    def estimate(self, air_ns: int) -> ClockEstimate | None:
        """The offset at ``air_ns``; ``None`` while one side has no bound.

        Bounds that contradict each other mean that a clock jumped: the older ones are forgotten
        until the rest agree.
        """
        upper, lower = self._upper, self._lower_negated
        upper.forget_old(air_ns)
        lower.forget_old(air_ns)
        while upper and lower:
            high = upper.least(air_ns)
            low = -lower.least(air_ns)
            if low <= high:
                return ClockEstimate((low + high) // 2, (high - low + 1) // 2, air_ns)
            (lower if lower[0][0] <= upper[0][0] else upper).popleft()
        return None


class _Bounds(deque[tuple[int, int]]):
    """Upper bounds as (air time, bound), the oldest first, at most one per bucket of time."""

    def add(self, air_ns: int, bound: int) -> None:
        if self and air_ns - self[-1][0] < _BUCKET_NS:
            self[-1] = (self[-1][0], min(self[-1][1], bound))
        else:
            self.append((air_ns, bound))

    def least(self, air_ns: int) -> int:
        return min(bound + _slack(air_ns - at) for at, bound in self)

    def forget_old(self, air_ns: int) -> None:
        while len(self) > 1 and air_ns - self[0][0] > WINDOW_NS:
            self.popleft()


def _slack(age_ns: int) -> int:
    return max(age_ns, 0) * DRIFT_PPM // 1_000_000
