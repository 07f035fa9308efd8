# SPDX-License-Identifier: GPL-2.0-or-later
"""One thread, one poll: readers, writers, timers and calls for the next round.

asyncio would do the same, but costs 47 ms of import and several function calls more per event on
a fast machine, and twenty times that under emulation, on the way of every EAPOL frame.
"""

from __future__ import annotations

import heapq
import select
import time
from collections import deque
from collections.abc import Callable

Callback = Callable[[], None]


class Timer:
    """A call due at a time; `cancel` makes it void."""

    __slots__ = ("callback", "due_s")

    def __init__(self, due_s: float, callback: Callback) -> None:
        self.due_s = due_s
        self.callback: Callback | None = callback

    def cancel(self) -> None:
        """Void the timer; harmless when it is over."""
        self.callback = None

    def __lt__(self, other: Timer) -> bool:
        return self.due_s < other.due_s


class Loop:
    """The event loop. Callbacks must not block; what they raise ends the service."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._readers: dict[int, Callback] = {}
        self._writers: dict[int, Callback] = {}
        self._timers: list[Timer] = []
        self._soon: deque[Callback] = deque()
        self._running = False

    def add_reader(self, fd: int, callback: Callback) -> None:
        """Call `callback` whenever `fd` is readable or hung up."""
        self._readers[fd] = callback
        self._watch(fd)

    def add_writer(self, fd: int, callback: Callback) -> None:
        """Call `callback` whenever `fd` takes bytes."""
        self._writers[fd] = callback
        self._watch(fd)

    def remove_writer(self, fd: int) -> None:
        """Stop watching `fd` for room to write."""
        if self._writers.pop(fd, None) is not None:
            self._watch(fd)

    def remove(self, fd: int) -> None:
        """Forget `fd`; must come before it is closed."""
        known = self._readers.pop(fd, None), self._writers.pop(fd, None)
        if any(known):
            self._poll.unregister(fd)

    def call_later(self, delay_s: float, callback: Callback) -> Timer:
        """Call `callback` once, `delay_s` seconds from now."""
        timer = Timer(time.monotonic() + delay_s, callback)
        heapq.heappush(self._timers, timer)
        return timer

    def call_soon(self, callback: Callback) -> None:
        """Call `callback` when the present callback is done, before waiting again."""
        self._soon.append(callback)

    def stop(self) -> None:
        """Let `run` return after the present round."""
        self._running = False

    def run(self) -> None:
        """Serve until `stop`."""
        self._running = True
        while self._running:
            self.run_once()

    def run_once(self, limit_s: float = 3600.0) -> None:
        """Wait for the next thing to happen, at most `limit_s`, and serve it."""
        for fd, _mask in self._poll.poll(self._wait_ms(limit_s)):
            self._serve(fd, _mask)
        self._run_due()
        while self._soon:
            self._soon.popleft()()

    def _serve(self, fd: int, mask: int) -> None:
        if mask & ~select.POLLOUT:
            reader = self._readers.get(fd)
            if reader is not None:
                reader()
            elif fd in self._writers:
                self._writers[fd]()
        if mask & select.POLLOUT:
            writer = self._writers.get(fd)
            if writer is not None:
                writer()

    def _watch(self, fd: int) -> None:
        mask = (select.POLLIN if fd in self._readers else 0) | (
            select.POLLOUT if fd in self._writers else 0
        )
        if mask:
            self._poll.register(fd, mask)
        else:
            self._poll.unregister(fd)

    def _wait_ms(self, limit_s: float) -> float:
        if self._soon:
            return 0
        while self._timers and self._timers[0].callback is None:
            heapq.heappop(self._timers)
        if not self._timers:
            return limit_s * 1000
        return max(0.0, min(limit_s, self._timers[0].due_s - time.monotonic())) * 1000

    def _run_due(self) -> None:
        now_s = time.monotonic()
        while self._timers and self._timers[0].due_s <= now_s:
            callback = heapq.heappop(self._timers).callback
            if callback is not None:
                callback()
