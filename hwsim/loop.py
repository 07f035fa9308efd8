# SPDX-License-Identifier: GPL-2.0-or-later
"""A single-threaded event loop that answers first and tidies up afterwards.

Order of one turn: ready descriptors, due timers, then what was deferred by them. So a callback
writes its answer to the radio at once and defers records, events and the capture with
:meth:`Loop.later`. Work that can wait longer (file writes, garbage collection) is given to
:meth:`Loop.when_idle`, which runs it once nothing has happened for a moment.

asyncio would do the same with a task switch, a context copy and a heap push more per frame; here
the path from ``recv`` to ``send`` is plain function calls.
"""

from __future__ import annotations

import heapq
import itertools
import selectors
import time
from collections import deque
from collections.abc import Callable
from typing import Final

Callback = Callable[[], None]

now_ns = time.monotonic_ns
"""The air's clock: host CLOCK_MONOTONIC in nanoseconds."""

QUIET_NS: Final = 5_000_000
"""So long must nothing happen before idle work runs."""
LATE_NS: Final = 1_000_000_000
"""A loop that comes later than this to what is due, or a guest to its answer, stood still."""
IDLE_LIMIT_NS: Final = 1_000_000_000
"""Idle work runs after this long at the latest, busy or not."""


class Timer:
    """A callback due at a time; :meth:`cancel` is safe at any time and any number of times."""

    __slots__ = ("_callback",)

    def __init__(self, callback: Callback) -> None:
        self._callback: Callback | None = callback

    def cancel(self) -> None:
        """The callback will not run (any more)."""
        self._callback = None

    @property
    def pending(self) -> bool:
        """Whether the callback is still to run."""
        return self._callback is not None

    def fire(self) -> None:
        """Run the callback unless cancelled; it runs once."""
        callback, self._callback = self._callback, None
        if callback is not None:
            callback()


class Loop:
    """Descriptors, timers, deferred and idle work of the one thread."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()
        self._deferred: deque[Callback] = deque()
        self._idle: deque[Callback] = deque()
        self._idle_since_ns = 0
        self._running = False
        self.late_ns = (0, 0)
        """Between which times this loop did nothing though it should have; the latest such time."""

    @staticmethod
    def now_ns() -> int:
        """The air's clock."""
        return now_ns()

    def watch(self, fd: int, on_readable: Callback, on_writable: Callback | None = None) -> None:
        """Call back when ``fd`` is readable, and when writable if that is given; replaces."""
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if on_writable else 0)
        data = (on_readable, on_writable)
        if fd in self._selector.get_map():
            self._selector.modify(fd, events, data)
        else:
            self._selector.register(fd, events, data)

    def unwatch(self, fd: int) -> None:
        """Forget ``fd``; one that is not watched is fine."""
        if fd in self._selector.get_map():
            self._selector.unregister(fd)

    def call_at(self, at_ns: int, callback: Callback) -> Timer:
        """Call back at that time of the air's clock, or as soon after as the loop is free."""
        timer = Timer(callback)
        heapq.heappush(self._timers, (at_ns, next(self._order), timer))
        return timer

    def call_after(self, delay_ns: int, callback: Callback) -> Timer:
        """Call back ``delay_ns`` from now."""
        return self.call_at(now_ns() + delay_ns, callback)

    def later(self, callback: Callback) -> None:
        """Call back in this turn of the loop, after everything that is urgent."""
        self._deferred.append(callback)

    def when_idle(self, callback: Callback) -> None:
        """Call back when nothing has happened for a moment, or after ``IDLE_LIMIT_NS``."""
        if not self._idle:
            self._idle_since_ns = now_ns()
        self._idle.append(callback)

    def stop(self) -> None:
        """Let :meth:`run` return after this turn."""
        self._running = False

    def run(self) -> None:
        """Turn until :meth:`stop`; what a callback raises comes out here."""
        self._running = True
        while self._running:
            self.turn()

    def turn(self) -> None:
        """Wait for the next thing to happen, and deal with it."""
        wait_s, began_ns = self._wait_s(), now_ns()
        ready = self._selector.select(wait_s)
        if wait_s is not None:
            self._note_late(began_ns + int(wait_s * 1e9))
        woke_ns = now_ns()
        for key, events in ready:
            on_readable, on_writable = key.data
            if events & selectors.EVENT_WRITE and on_writable is not None:
                on_writable()
            if events & selectors.EVENT_READ:
                on_readable()
        due = self._run_timers()
        deferred = self._deferred
        while deferred:
            deferred.popleft()()
        if self._idle and (not (ready or due) or self._idle_overdue()):
            self._run_idle()
        self._note_late(woke_ns)

    def _note_late(self, due_ns: int) -> None:
        at_ns = now_ns()
        if at_ns - due_ns > LATE_NS:
            self.late_ns = (due_ns, at_ns)

    def close(self) -> None:
        """Release the selector."""
        self._selector.close()

    def _wait_s(self) -> float | None:
        timers = self._timers
        while timers and not timers[0][2].pending:
            heapq.heappop(timers)
        if self._deferred or not self._running:
            return 0
        wait_ns = timers[0][0] - now_ns() if timers else None
        if self._idle:
            wait_ns = QUIET_NS if wait_ns is None else min(wait_ns, QUIET_NS)
        return None if wait_ns is None else max(wait_ns, 0) / 1e9

    def _run_timers(self) -> bool:
        timers = self._timers
        ran = False
        while timers and timers[0][0] <= now_ns():
            timer = heapq.heappop(timers)[2]
            ran = ran or timer.pending
            timer.fire()
        return ran

    def _idle_overdue(self) -> bool:
        return now_ns() - self._idle_since_ns > IDLE_LIMIT_NS

    def _run_idle(self) -> None:
        work, self._idle = self._idle, deque()
        for callback in work:
            callback()
