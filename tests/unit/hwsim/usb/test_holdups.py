# SPDX-License-Identifier: GPL-2.0-or-later
"""What an adapter leaves unanswered, and for how long."""

from __future__ import annotations

from typing import get_args

from hwsim.adapter_orders import Holdup, Transfers, kinds
from hwsim.usb.holdups import Holdups
from hwsim.usb.redir_wire import CONTROL, Packet
from tests.unit.hwsim.usb.clock import Clock

MS = 1_000_000


class Bench:
    """An adapter's holdups, and the numbers of requests that were passed on, with their times."""

    def __init__(self, *transfers: Transfers, for_ms: int = 100, delay_ms: int | None = None):
        self.clock = Clock()
        self.holdups = Holdups(self.clock)
        self.passed_on: list[tuple[int, int]] = []
        self.began = now = self.clock.now
        delay_ns = None if delay_ms is None else delay_ms * MS
        self.holdups.begin(Holdup(kinds(transfers), now, now + for_ms * MS, delay_ns))

    def ask(self, number: int, kind: Transfers = "control") -> bool:
        """A request; whether it is held up."""
        return self.holdups.hold(kind, Packet(CONTROL, number, b""), self._pass_on)

    def _pass_on(self, packet: Packet) -> None:
        self.passed_on.append((packet.number, (self.clock.now - self.began) // MS))


def test_a_stall_holds_all_until_its_end() -> None:
    """In their order; what comes behind it goes at once."""
    bench = Bench()
    assert bench.ask(1)
    bench.clock.go_on(60)
    assert bench.ask(2)
    bench.clock.go_on(40)
    assert bench.passed_on == [(1, 100), (2, 100)]
    assert not bench.ask(3)


def test_a_slow_one_holds_each_for_its_delay() -> None:
    """Also behind its end, of what came before it."""
    bench = Bench(for_ms=100, delay_ms=30)
    bench.ask(1)
    bench.clock.go_on(10)
    bench.ask(2)
    bench.clock.go_on(85)
    bench.ask(3)
    bench.clock.go_on(200)
    assert bench.passed_on == [(1, 30), (2, 40), (3, 125)]


def test_other_kinds_of_transfers_go_on() -> None:
    """None named are all."""
    bench = Bench("bulk-out")
    assert not bench.ask(1)
    assert bench.ask(2, "bulk-out")
    assert bench.holdups.count("bulk-out") == 1
    assert kinds(()) == frozenset(get_args(Transfers))


def test_of_two_the_longer_one_counts() -> None:
    """And what was held by one is held on by another."""
    bench = Bench("control", for_ms=50)
    now = bench.clock.now
    bench.holdups.begin(Holdup(kinds(["control"]), now, now + 80 * MS))
    bench.ask(1)
    bench.clock.go_on(100)
    assert bench.passed_on == [(1, 80)]


def test_taken_back_forgotten_and_let_go() -> None:
    """What is taken back is passed on by nobody; let go is at once."""
    bench = Bench()
    bench.ask(1)
    bench.ask(2)
    taken = bench.holdups.take_back(1)
    assert taken is not None
    assert taken.number == 1
    assert bench.holdups.take_back(1) is None
    bench.holdups.end()
    assert bench.passed_on == [(2, 0)]
    bench = Bench()
    bench.ask(3)
    bench.holdups.forget()
    bench.clock.go_on(200)
    assert bench.passed_on == []


def test_what_is_forgotten_while_it_is_passed_on_stays_forgotten() -> None:
    """The first one may have the adapter pulled out."""
    bench = Bench()
    passed_on: list[int] = []

    def pull_out(packet: Packet) -> None:
        passed_on.append(packet.number)
        bench.holdups.forget()

    for number in (1, 2):
        bench.holdups.hold("bulk-out", Packet(CONTROL, number, b""), pull_out)
    bench.clock.go_on(200)
    assert passed_on == [1]
