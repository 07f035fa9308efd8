# SPDX-License-Identifier: GPL-2.0-or-later
"""The air's event loop: the shared one, with idle work and a memory of when it stood still.

A callback writes its answer to the radio at once and defers records, events and the capture with
:meth:`Loop.later`. Work that can wait longer (file writes, garbage collection) is given to
:meth:`Loop.when_idle`, which runs it once nothing has happened for a moment.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from hil_common import loop as shared
from hil_common.loop import Callback, Timer, in_ms, now_ns

__all__ = ["LATE_NS", "Callback", "Loop", "Timer", "now_ns"]

QUIET_NS: Final = 5_000_000
"""So long must nothing happen before idle work runs."""
LATE_NS: Final = 1_000_000_000
"""A loop that comes later than this to what is due, or a guest to its answer, stood still."""
IDLE_LIMIT_NS: Final = 1_000_000_000
"""Idle work runs after this long at the latest, busy or not."""


class Loop(shared.Loop):
    """The shared loop with idle work, and with `last_stall`."""

    def __init__(self) -> None:
        super().__init__()
        self._idle: deque[Callback] = deque()
        self._idle_since_ns = 0
        self._next: list[Callback] = []
        self.last_stall = (0, 0)
        """From when until when (ns) it last did nothing though something was due; zeros: never."""

    def next_turn(self, callback: Callback) -> None:
        """Call back in the next turn, after what is ready by then has been served."""
        self._next.append(callback)

    def when_idle(self, callback: Callback) -> None:
        """Call back when nothing has happened for a moment, or after ``IDLE_LIMIT_NS``."""
        if not self._idle:
            self._idle_since_ns = self.now_ns()
        self._idle.append(callback)

    def _turn(self, limit_ns: int | None) -> None:
        wait_ns, began_ns = self._wait_ns(limit_ns), self.now_ns()
        put_off, self._next = self._next, []
        ready = self._poll.poll(in_ms(wait_ns))
        if wait_ns is not None:
            self._note_late(began_ns + wait_ns)
        woke_ns = self.now_ns()
        self._serve(ready)
        due = self._run_timers()
        for callback in put_off:
            callback()
        self._run_deferred()
        if self._idle and (not (ready or due or put_off) or self._idle_overdue()):
            self._run_idle()
        self._note_late(woke_ns)

    def _wait_ns(self, limit_ns: int | None) -> int | None:
        if self._next:
            return 0
        if self._idle:
            limit_ns = QUIET_NS if limit_ns is None else min(limit_ns, QUIET_NS)
        return super()._wait_ns(limit_ns)

    def _note_late(self, due_ns: int) -> None:
        at_ns = self.now_ns()
        if at_ns - due_ns > LATE_NS:
            self.last_stall = (due_ns, at_ns)

    def _idle_overdue(self) -> bool:
        return self.now_ns() - self._idle_since_ns > IDLE_LIMIT_NS

    def _run_idle(self) -> None:
        work, self._idle = self._idle, deque()
        for callback in work:
            callback()
