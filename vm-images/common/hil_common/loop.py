# SPDX-License-Identifier: GPL-2.0-or-later
"""A single-threaded event loop: descriptors, timers, and what callbacks defer.

Order of one turn: ready descriptors, due timers, then what was deferred by them. So a callback
gives its answer at once and defers with :meth:`Loop.later` what is less urgent.

asyncio would do the same with a task switch, a context copy and a heap push more per event, and
47 ms of import on a fast machine; under emulation all of that takes twenty times as long, on the
way of every EAPOL frame. Here the path from reading to writing is plain function calls.
"""

from __future__ import annotations

import heapq
import itertools
import select
import time
from collections import deque
from collections.abc import Callable, Iterable

Callback = Callable[[], None]

now_ns = time.monotonic_ns
"""The loop's clock: CLOCK_MONOTONIC in nanoseconds."""

_NOBODY: tuple[Callback | None, Callback | None] = (None, None)


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
    """Descriptors, timers and deferred work of one thread.

    Callbacks must not block; what one raises comes out of `run` or `turn`.
    """

    now_ns = staticmethod(now_ns)
    """The clock that timers are due by."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._watched: dict[int, tuple[Callback | None, Callback | None]] = {}
        self._timers: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()
        self._deferred: deque[Callback] = deque()
        self._running = False

    def watch(
        self, fd: int, on_readable: Callback | None, on_writable: Callback | None = None
    ) -> None:
        """Call back when ``fd`` is readable or hung up, and when it is writable, as far as a
        callback is given (at least one); replaces what was watched for before."""
        events = (select.POLLIN if on_readable else 0) | (select.POLLOUT if on_writable else 0)
        self._watched[fd] = (on_readable, on_writable)
        self._poll.register(fd, events)

    def unwatch(self, fd: int) -> None:
        """Forget ``fd``, which must come before it is closed; one not watched is fine."""
        if self._watched.pop(fd, None) is not None:
            self._poll.unregister(fd)

    def call_at(self, at_ns: int, callback: Callback) -> Timer:
        """Call back at that time of the loop's clock, or as soon after as the loop is free."""
        timer = Timer(callback)
        heapq.heappush(self._timers, (at_ns, next(self._order), timer))
        return timer

    def call_after(self, delay_ns: int, callback: Callback) -> Timer:
        """Call back ``delay_ns`` nanoseconds from now."""
        return self.call_at(self.now_ns() + delay_ns, callback)

    def call_after_s(self, delay_s: float, callback: Callback) -> Timer:
        """Call back ``delay_s`` seconds from now."""
        return self.call_at(self.now_ns() + int(delay_s * 1e9), callback)

    def later(self, callback: Callback) -> None:
        """Call back in this turn of the loop, after everything that is urgent."""
        self._deferred.append(callback)

    def stop(self) -> None:
        """Let :meth:`run` return after this turn."""
        self._running = False

    def run(self) -> None:
        """Turn until :meth:`stop`."""
        self._running = True
        while self._running:
            self._turn(None)

    def turn(self, limit_s: float = 0.0) -> None:
        """Wait for the next thing to happen, at most ``limit_s`` seconds, and deal with it."""
        self._turn(int(limit_s * 1e9))

    def close(self) -> None:
        """Forget every descriptor and timer, so that nothing calls back any more."""
        for fd in list(self._watched):
            self.unwatch(fd)
        self._timers.clear()
        self._deferred.clear()

    def _turn(self, limit_ns: int | None) -> None:
        self._serve(self._poll.poll(in_ms(self._wait_ns(limit_ns))))
        self._run_timers()
        self._run_deferred()

    def _wait_ns(self, limit_ns: int | None) -> int | None:
        """How long the next turn may wait at most; None: until a descriptor is ready."""
        timers = self._timers
        while timers and not timers[0][2].pending:
            heapq.heappop(timers)
        if self._deferred:
            return 0
        if not timers:
            return limit_ns
        due_ns = max(timers[0][0] - self.now_ns(), 0)
        return due_ns if limit_ns is None else min(due_ns, limit_ns)

    def _serve(self, ready: Iterable[tuple[int, int]]) -> None:
        watched = self._watched
        for fd, events in ready:
            on_readable, on_writable = watched.get(fd, _NOBODY)
            if on_writable is not None and (events & select.POLLOUT or on_readable is None):
                on_writable()
                on_readable = watched.get(fd, _NOBODY)[0]  # it may be watched no more
            if on_readable is not None and events & ~select.POLLOUT:
                on_readable()

    def _run_timers(self) -> bool:
        """Run what is due; whether anything was."""
        timers = self._timers
        ran = False
        while timers and timers[0][0] <= self.now_ns():
            timer = heapq.heappop(timers)[2]
            ran = ran or timer.pending
            timer.fire()
        return ran

    def _run_deferred(self) -> None:
        deferred = self._deferred
        while deferred:
            deferred.popleft()()


def in_ms(wait_ns: int | None) -> float | None:
    """A wait in the unit poll(2) takes; None waits without a limit."""
    return None if wait_ns is None else wait_ns / 1e6
