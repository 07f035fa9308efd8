# SPDX-License-Identifier: GPL-2.0-or-later
"""A clock with timers in the hand of a test, in the place of a loop."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from hwsim.loop import Timer


class Clock:
    """Shows what the test sets, in ns; timers fire when it goes past them."""

    def __init__(self) -> None:
        self.now = 1_000_000_000
        self._timers: list[tuple[int, int, Timer]] = []
        self._count = itertools.count()

    def now_ns(self) -> int:
        """The time."""
        return self.now

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> Timer:
        """A timer."""
        timer = Timer(callback)
        heapq.heappush(self._timers, (self.now + delay_ns, next(self._count), timer))
        return timer

    def go_on(self, delay_ms: int) -> None:
        """Let so much time pass."""
        until = self.now + delay_ms * 1_000_000
        while self._timers and self._timers[0][0] <= until:
            self.now, _, timer = heapq.heappop(self._timers)
            timer.fire()
        self.now = until
