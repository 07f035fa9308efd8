# SPDX-License-Identifier: GPL-2.0-or-later
"""What the access points are to do of themselves, and when: the orders of one association.

An order waits for a moment of the association, is put off by ``after_ms``, and is carried out once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

Moment = Literal["begin", "associated", "authorized", "echoed", "switched"]
"""begin: the association begins, before the station is told to connect. associated: a station was
let in. authorized: its keys are in use (after each 4-way handshake), or there are none. echoed: a
call ``echo`` has ended. switched: an access point has changed its channel by an order."""

Act = Literal[
    "stop", "start", "move", "switch-channel", "deauthenticate", "disassociate",
    "rekey-pairwise", "rekey-group", "forget-pmks", "bss-transition",
]  # fmt: skip
"""stop: gone without a word, neither beacons nor acknowledgements. start: there again, as one just
switched on. move: the same on another channel, without a word. switch-channel: announced, then
carried out with all stations and keys. deauthenticate, disassociate: every station of it.
rekey-…: new keys for every station of it. forget-pmks: those
that were kept for stations which come back are no more. bss-transition: every station of it
is asked to go elsewhere."""

Announcement = Literal["csa", "ecsa", "csa-action", "ecsa-action"]
"""How a channel switch is told: by the (extended) channel switch announcement element in beacons
and probe responses, or by an action frame."""

MOMENTS: Final[tuple[str, ...]] = get_args(Moment)
ACTS: Final[tuple[str, ...]] = get_args(Act)
ANNOUNCEMENTS: Final[tuple[str, ...]] = get_args(Announcement)
WITH_CHANNEL: Final = frozenset({"move", "switch-channel"})
REASONS: Final[Mapping[str, int]] = {"deauthenticate": 3, "disassociate": 8}
"""Where no other is said: the sender is leaving, or has left (IEEE 802.11-2020, table 9-49)."""


@dataclass(frozen=True, slots=True)
class ApOrder:
    """One order.

    Attributes:
        do: what.
        on, nth: the moment, and which one of the association, from 1.
        after_ms: how much later.
        access_point: which one, from 1.
        channel: of move and switch-channel.
        reason: of deauthenticate and disassociate.
        broadcast: by one frame to all, in place of one to each station.
        count: how many beacons announce a channel switch.
        announce: how it is announced.
        quiet: whether stations are asked to be silent until then.
        candidates: of bss-transition, the access points to go to, from 1; none: all others.
        disassociate_after: of bss-transition, in so many beacon intervals stations are
            disassociated; 0: they are not.
        abridged: of bss-transition, whether other access points are not to be taken.
        place: its place among the orders of its association, from 1; 0: asked for by a call.
    """

    do: Act
    on: Moment = "begin"
    nth: int = 1
    after_ms: int = 0
    access_point: int = 1
    channel: int = 0
    reason: int = 0
    broadcast: bool = False
    count: int = 5
    announce: tuple[Announcement, ...] = ("csa",)
    quiet: bool = False
    candidates: tuple[int, ...] = ()
    disassociate_after: int = 0
    abridged: bool = False
    place: int = 0


class ApOrders:
    """The orders of one association that still wait, and those that are not done yet."""

    def __init__(self, orders: Iterable[ApOrder] = ()) -> None:
        self._orders = tuple(replace(order, place=n) for n, order in enumerate(orders, 1))
        self._seen: Counter[Moment] = Counter()
        self._left = {order.place for order in self._orders}

    @property
    def left(self) -> list[int]:
        """The places of those that were not carried out."""
        return sorted(self._left)

    def due(self, moment: Moment) -> list[ApOrder]:
        """Count a moment; the orders that waited for it."""
        self._seen[moment] += 1
        nth = self._seen[moment]
        return [order for order in self._orders if (order.on, order.nth) == (moment, nth)]

    def done(self, order: ApOrder) -> None:
        """It was carried out."""
        self._left.discard(order.place)
