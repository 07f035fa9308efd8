# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages that change places: one waits until the next of its kind has passed."""

from __future__ import annotations

from collections.abc import Callable

from hwsim.loop import Loop

Release = Callable[[], None]
"""Lets a message pass."""


class Swap:
    """Holds messages back; one whose next does not come passes after ``limit_ms``."""

    def __init__(self, loop: Loop, limit_ms: int) -> None:
        self._loop = loop
        self._limit_ns = limit_ms * 1_000_000
        self._held: dict[str, list[Release]] = {}

    @property
    def holding(self) -> bool:
        """Whether a message has been held since the start: else there is nothing to take."""
        return bool(self._held)

    def hold(self, kind: str, release: Release) -> None:
        """Hold a message of that kind until it is taken, or for the limit."""
        held = self._held.setdefault(kind, [])
        held.append(release)

        def give_up() -> None:
            if release in held:
                held.remove(release)
                release()

        self._loop.call_after(self._limit_ns, give_up)

    def take(self, kind: str) -> tuple[Release, ...]:
        """Those of that kind that are held: they are to follow the message that passes now."""
        held = self._held.get(kind, [])
        taken = tuple(held)
        held.clear()
        return taken
