# SPDX-License-Identifier: GPL-2.0-or-later
"""Bounded waits that can tell what they waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from harness.errors import PeerGone, TooSlow

T = TypeVar("T")


class Limit(float):
    """A limit in seconds that knows where it is set; ``name`` is "" where it is a constant."""

    name: str

    def __new__(cls, seconds: float, name: str = "") -> Limit:
        """`seconds` under a name such as "[limits] command_s"."""
        limit = super().__new__(cls, seconds)
        limit.name = name
        return limit


class Deadline:
    """A named limit on the monotonic clock; `state` is the last thing seen of what is awaited."""

    def __init__(self, awaited: str, limit_s: float) -> None:
        self.awaited = awaited
        self.limit_s = limit_s
        self.state = "nothing yet"
        self._start_s = time.monotonic()

    @property
    def waited_s(self) -> float:
        """Seconds since the wait began."""
        return time.monotonic() - self._start_s

    @property
    def remaining_s(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.limit_s - self.waited_s)

    @property
    def expired(self) -> bool:
        """Whether the limit has passed."""
        return self.waited_s >= self.limit_s

    def too_slow(self, *, hint: str = "") -> TooSlow:
        """The error to raise when the limit has passed: it names a limit that can be set."""
        name = getattr(self.limit_s, "name", "")
        where = f"{name} = {self.limit_s:g} is the limit; lab.toml sets it" if name else ""
        hint = "; ".join(part for part in (hint, where) if part)
        return TooSlow(self.awaited, self.waited_s, self.state, hint=hint)

    def gone(self, *, hint: str = "") -> PeerGone:
        """The error to raise when what is awaited can no longer come."""
        return PeerGone(self.awaited, self.waited_s, self.state, hint=hint)

    def poll(self, probe: Callable[[], T | None], *, every_s: float = 0.02) -> T:
        """The first result of `probe` that is not None; raises `TooSlow` at the limit.

        For things that can only be looked at, not waited on. `probe` may set `state`, and raises
        what ends the wait early.
        """
        while True:
            found = probe()
            if found is not None:
                return found
            if self.expired:
                raise self.too_slow()
            time.sleep(min(every_s, self.remaining_s))
