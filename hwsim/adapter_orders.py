# SPDX-License-Identifier: GPL-2.0-or-later
"""What an emulated USB adapter is to do of itself, and when: the orders of one association.

An order waits for a moment of the association or a message on the air, is put off by ``after_ms``,
and is carried out once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

Transfers = Literal["control", "bulk-in", "bulk-out"]
Act = Literal["unplug", "stall", "slow"]
"""unplug: it is pulled out, as by surprise. stall: it leaves transfers unanswered. slow: it answers
each of them later."""
Moment = Literal["begin", "associated", "authorized", "echoed"]
"""As of access points' orders (:data:`hwsim.ap.orders.Moment`)."""
Message = Literal[
    "auth", "assoc-req", "assoc-resp", "eap", "eapol-start", "M1", "M2", "M3", "M4", "G1", "G2",
    "data",
]  # fmt: skip
"""Messages on the air, by their names in rules of the air."""
When = Literal["before", "after"]

TRANSFERS: Final[tuple[str, ...]] = get_args(Transfers)
ACTS: Final[tuple[str, ...]] = get_args(Act)
MOMENTS: Final[tuple[str, ...]] = get_args(Moment)
MESSAGES: Final[tuple[str, ...]] = get_args(Message)
WHEN: Final[tuple[str, ...]] = get_args(When)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbOrder:
    """One order.

    Attributes:
        do: what.
        on, nth: the moment or message, and which one of the association, from 1.
        when: of a message: before the medium carries it, or when it has reached its receiver.
        after_ms: how much later.
        for_ms: how long; of unplug 0 stands for "until the next association".
        transfers: of stall and slow, which ones.
        delay_ms: of slow, how much later each is answered.
        place: its place among the orders of its association, from 1.
    """

    do: Act
    on: Moment | Message = "begin"
    nth: int = 1
    when: When = "after"
    after_ms: int = 0
    for_ms: int = 0
    transfers: frozenset[Transfers] = frozenset()
    delay_ms: int = 0
    place: int = 0


class UsbOrders:
    """The orders of one association, and those that are not carried out yet."""

    def __init__(self, orders: Iterable[UsbOrder] = ()) -> None:
        self._orders = tuple(replace(order, place=n) for n, order in enumerate(orders, 1))
        self._seen: Counter[tuple[str, When]] = Counter()
        self._left = {order.place for order in self._orders}
        self.any = bool(self._orders)

    @property
    def left(self) -> list[int]:
        """The places of those that were not carried out."""
        return sorted(self._left)

    def due(self, event: str, when: When = "after") -> list[UsbOrder]:
        """Count a moment, or a message before or after it; the orders that waited for it."""
        seen = (event, when)
        self._seen[seen] += 1
        nth = self._seen[seen]
        return [one for one in self._orders if (one.on, one.when, one.nth) == (event, when, nth)]

    def done(self, order: UsbOrder) -> None:
        """It was carried out."""
        self._left.discard(order.place)


@dataclass(frozen=True, slots=True)
class Holdup:
    """Transfers of some kinds are held up between two times (ns of the air's clock): all until the
    end of it, or with ``delay_ns`` each so much longer than it would take."""

    transfers: frozenset[Transfers]
    since_ns: int
    until_ns: int
    delay_ns: int | None = None

    def release_ns(self, kind: Transfers, at_ns: int, now_ns: int) -> int:
        """When a transfer that was due at ``at_ns`` may go; not after now if nothing holds it."""
        if kind not in self.transfers:
            return at_ns
        if self.delay_ns is not None:
            return at_ns + self.delay_ns if self.since_ns <= at_ns < self.until_ns else at_ns
        return self.until_ns if self.since_ns <= now_ns < self.until_ns else at_ns


def kinds(names: Iterable[Transfers]) -> frozenset[Transfers]:
    """Some kinds of transfers; none named are all."""
    return frozenset(names) or frozenset(get_args(Transfers))
