# SPDX-License-Identifier: GPL-2.0-or-later
"""The order of handler calls: one at a time on each queue, and each adapter has a queue."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from hil_common.loop import Timer

Arguments = dict[str, Any]
Done = Callable[[Arguments], None]


class Caller(Protocol):
    """Calls a handler of the DLL."""

    def call(
        self,
        function: str,
        arguments: Arguments,
        done: Done | None = None,
        dropped: Callable[[], None] | None = None,
    ) -> None:
        """Call `function`; `done` gets the result, or `dropped` is called if none comes."""


@dataclass(frozen=True)
class HandlerCall:
    """A handler to call; `done` gets its result, or `dropped` is called if there will be none."""

    function: str
    arguments: Arguments
    done: Done | None = None
    dropped: Callable[[], None] | None = None


class CallQueue:
    """One adapter's handler calls (a Caller).

    Attributes:
        waiting: what is to be called, in its order.
        current: what was called and has not returned.
        since_s: when that was, on time.monotonic's clock.
        watchdog: ends the wait for it.
    """

    def __init__(self, enqueue: Callable[[CallQueue, HandlerCall], None]) -> None:
        self._enqueue = enqueue
        self.waiting: deque[HandlerCall] = deque()
        self.current: HandlerCall | None = None
        self.since_s = 0.0
        self.watchdog: Timer | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing of it is under way or waits."""
        return self.current is None and not self.waiting

    def call(
        self,
        function: str,
        arguments: Arguments,
        done: Done | None = None,
        dropped: Callable[[], None] | None = None,
    ) -> None:
        """Call a handler when its turn comes; see HandlerCall."""
        self._enqueue(self, HandlerCall(function, arguments, done, dropped))

    def disarm(self) -> None:
        """What was waited for has come."""
        if self.watchdog is not None:
            self.watchdog.cancel()
            self.watchdog = None

    def clear(self) -> list[HandlerCall]:
        """Nothing will be answered any more; what was outstanding."""
        self.disarm()
        outstanding = [*([self.current] if self.current else []), *self.waiting]
        self.waiting.clear()
        self.current = None
        return outstanding
