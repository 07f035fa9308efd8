# SPDX-License-Identifier: GPL-2.0-or-later
"""SA Query: when it asks, when it gives up, and what it makes of bytes."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap.environment import ApEnvironment
from hwsim.ap.network import TU_NS
from hwsim.ap.sa_query import SaQueries, SaQueryAction, parse_sa_query
from hwsim.ap.station import Station
from hwsim.loop import Timer

STATION = Station(b"\2" + bytes(5))


class Around:
    """The part of the environment a query needs, on a clock that only timers move."""

    def __init__(self) -> None:
        self.now = 0
        self.timer: tuple[int, Timer] | None = None
        self.count = 0
        self.sent: list[tuple[int, bytes]] = []

    def now_ns(self) -> int:
        """That clock."""
        return self.now

    def random(self, size: int) -> bytes:
        """Bytes that are told apart."""
        self.count += 1
        return self.count.to_bytes(size, "big")

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> Timer:
        """The one timer there is."""
        timer = Timer(callback)
        self.timer = self.now + delay_ns, timer
        return timer

    def send(self, station: Station, query: SaQueryAction) -> None:
        """Note when it was sent (TU), and its transaction."""
        self.sent.append((self.now // TU_NS, query.transaction))

    def pass_by(self) -> None:
        """Let time pass until no timer is left."""
        while self.timer is not None:
            self.now, timer = self.timer
            self.timer = None
            timer.fire()


def queries() -> tuple[Around, SaQueries]:
    """Queries with what is around them."""
    around = Around()
    environment: ApEnvironment = around  # type: ignore[assignment]
    return around, SaQueries(environment, around.send)


def test_nobody_answers() -> None:
    """Five requests within 1000 TU; the element counts down, and then there is none."""
    around, query = queries()
    assert query.comeback(STATION) == bytes.fromhex("380503e8030000")
    around.now = 400 * TU_NS
    assert query.comeback(STATION) == bytes.fromhex("38050358020000")
    around.pass_by()
    assert [when for when, _ in around.sent] == [0, 201, 402, 603, 804]
    assert query.comeback(STATION) is None
    query.forget(STATION)
    assert query.comeback(STATION) is not None


def test_an_answer_ends_it() -> None:
    """One to any request sent; the next association request begins anew."""
    around, query = queries()
    query.comeback(STATION)
    query.answered(STATION, b"\xff\xff")
    query.answered(STATION, around.sent[0][1])
    around.pass_by()
    assert len(around.sent) == 1
    assert query.comeback(STATION) == bytes.fromhex("380503e8030000")


def test_bodies() -> None:
    """Category 8, request 0 and response 1 (9.6.9); elements may follow."""
    assert parse_sa_query(bytes.fromhex("0800abcd")) == SaQueryAction(0, b"\xab\xcd")
    assert parse_sa_query(bytes.fromhex("0801abcd00")) == SaQueryAction(1, b"\xab\xcd", b"\0")
    assert SaQueryAction(1, b"\xab\xcd").body().hex() == "0801abcd"
    assert [one.name for one in (SaQueryAction(0, b""), SaQueryAction(1, b""))] == [
        "SA Query request", "SA Query response",
    ]  # fmt: skip


@given(st.binary(max_size=8))
def test_rubbish(body: bytes) -> None:
    """Anything else is no SA Query."""
    query = parse_sa_query(body)
    assert query is None or query.body() == body
