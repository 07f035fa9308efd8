# SPDX-License-Identifier: GPL-2.0-or-later
"""What keeps an adapter from answering its host for a time: it stalls, or it is slow.

A request that is held up is not given to the chip before its time: on USB that looks like a device
that answers NAK. Those of one kind keep their order. The host may take a request back meanwhile,
and the chip never hears of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from hwsim.adapter_orders import Holdup, Transfers
from hwsim.loop import Timer
from hwsim.usb.redir_wire import Packet


class Clock(Protocol):
    """The loop, as far as it is needed here (:class:`hwsim.loop.Loop`)."""

    def now_ns(self) -> int:
        """The time."""

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> Timer:
        """Call back in so many ns."""


class _Held(NamedTuple):
    at_ns: int
    packet: Packet
    pass_on: Callable[[Packet], None]


class Holdups:
    """Those of one adapter, and the requests of its host that they hold."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._holdups: list[Holdup] = []
        self._held: dict[Transfers, deque[_Held]] = {}

    def begin(self, holdup: Holdup) -> None:
        """One more."""
        self._holdups.append(holdup)

    def end(self) -> None:
        """Hold nothing up any more; what was held is passed on."""
        self._holdups.clear()
        for kind in tuple(self._held):
            self._pass_on(kind)

    def forget(self) -> None:
        """The host is not interested any more in what was held, also while it is passed on."""
        for queue in self._held.values():
            queue.clear()

    def count(self, kind: Transfers) -> int:
        """How many requests of that kind are held."""
        return len(self._held.get(kind, ()))

    def wait_ns(self, kind: Transfers, at_ns: int) -> int:
        """How long a transfer that is due at ``at_ns`` has to wait yet; 0: not at all."""
        if not self._holdups:
            return 0
        now_ns = self._clock.now_ns()
        self._holdups = [one for one in self._holdups if _lasts(one, at_ns, now_ns)]
        due = (one.release_ns(kind, at_ns, now_ns) for one in self._holdups)
        return max(max(due, default=0) - now_ns, 0)

    def hold(self, kind: Transfers, packet: Packet, pass_on: Callable[[Packet], None]) -> bool:
        """Whether a request is held up; then ``pass_on`` gets it when it is not any more."""
        at_ns = self._clock.now_ns()
        first = not self.count(kind)
        wait_ns = self.wait_ns(kind, at_ns)
        if first and not wait_ns:
            return False
        self._held.setdefault(kind, deque()).append(_Held(at_ns, packet, pass_on))
        if first:
            self._clock.call_after(wait_ns, lambda: self._pass_on(kind))
        return True

    def take_back(self, number: int) -> Packet | None:
        """The host takes a request back: the one that was held under that number, if any was."""
        for queue in self._held.values():
            for one in queue:
                if one.packet.number == number:
                    queue.remove(one)
                    return one.packet
        return None

    def _pass_on(self, kind: Transfers) -> None:
        """Pass on what is held no more, in its order, and come again for what is."""
        queue = self._held.get(kind, deque())
        while queue:
            wait_ns = self.wait_ns(kind, queue[0].at_ns)
            if wait_ns:
                self._clock.call_after(wait_ns, lambda: self._pass_on(kind))
                return
            held = queue.popleft()
            held.pass_on(held.packet)


def _lasts(holdup: Holdup, at_ns: int, now_ns: int) -> bool:
    """Whether it may still hold something: a slow one does behind its end, for its delay."""
    return max(now_ns, at_ns) < holdup.until_ns + (holdup.delay_ns or 0)
