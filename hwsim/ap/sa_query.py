# SPDX-License-Identifier: GPL-2.0-or-later
"""SA Query: whether a station that seems to associate anew still has its keys.

Source: IEEE 802.11-2020, 11.13 (procedure), 9.6.9 (frames), 11.3.5.3 (an association request of a
station with protected management frames). Times are hostapd's, which are those of the standard's
MIB: a query every 201 TU until 1000 TU have passed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from hwsim.ap.environment import ApEnvironment
from hwsim.ap.management import comeback
from hwsim.ap.network import TU_NS
from hwsim.ap.station import Station
from hwsim.loop import Timer

STATUS_TRY_LATER: Final = 30
"""The association is refused for now; a timeout interval element says until when."""

CATEGORY: Final = 8
REQUEST: Final = 0
RESPONSE: Final = 1
_LIMIT_TU: Final = 1000
_PERIOD_TU: Final = 201


class SaQueryAction(NamedTuple):
    """The body of an SA Query frame: which one, the transaction that it belongs to, elements."""

    action: int
    transaction: bytes
    elements: bytes = b""

    def body(self) -> bytes:
        """The frame's body, category first."""
        return bytes((CATEGORY, self.action)) + self.transaction + self.elements

    @property
    def name(self) -> Literal["SA Query request", "SA Query response"]:
        """As records call it."""
        return "SA Query response" if self.action == RESPONSE else "SA Query request"


def parse_sa_query(body: bytes) -> SaQueryAction | None:
    """The SA Query in an action frame's body; None for any other action."""
    if len(body) < 4 or body[0] != CATEGORY or body[1] not in (REQUEST, RESPONSE):
        return None
    return SaQueryAction(body[1], body[2:4], body[4:])


@dataclass(eq=False)
class _Query:
    """A query under way: transactions sent, when it began, the next request's timer."""

    began_ns: int
    transactions: list[bytes] = field(default_factory=list)
    timer: Timer | None = None
    failed: bool = False


class SaQueries:
    """The queries of one access point, one a station; ``send`` sends one protected."""

    def __init__(
        self, environment: ApEnvironment, send: Callable[[Station, SaQueryAction], None]
    ) -> None:
        self._environment = environment
        self._send = send
        self._queries: dict[Station, _Query] = {}

    def comeback(self, station: Station) -> bytes | None:
        """The element that tells a station to associate later; None once its query has failed.

        A query begins unless one is under way.
        """
        query = self._queries.get(station)
        if query is None:
            query = self._queries[station] = _Query(self._environment.now_ns())
            self._ask(station, query)
        if query.failed:
            return None
        passed_tu = (self._environment.now_ns() - query.began_ns) // TU_NS
        left_tu = max(_LIMIT_TU - passed_tu, 1)
        return comeback(left_tu)

    def answered(self, station: Station, transaction: bytes) -> None:
        """The station has its keys: the association it has stays."""
        query = self._queries.get(station)
        if query is not None and transaction in query.transactions:
            self.forget(station)

    def forget(self, station: Station) -> None:
        """End the station's query: it has left, or associated anew."""
        query = self._queries.pop(station, None)
        if query is not None and query.timer is not None:
            query.timer.cancel()

    def _ask(self, station: Station, query: _Query) -> None:
        passed = self._environment.now_ns() - query.began_ns
        if passed >= _LIMIT_TU * TU_NS:
            query.failed = True
            return
        transaction = self._environment.random(2)
        query.transactions.append(transaction)
        wait_ns = min(_PERIOD_TU * TU_NS, _LIMIT_TU * TU_NS - passed)
        query.timer = self._environment.call_after(wait_ns, lambda: self._ask(station, query))
        self._send(station, SaQueryAction(REQUEST, transaction))
