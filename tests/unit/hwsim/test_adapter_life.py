# SPDX-License-Identifier: GPL-2.0-or-later
"""The life of an emulated USB adapter: orders carried out, and what is as new afterwards."""

from __future__ import annotations

import pytest

from hwsim import adapter_life
from hwsim.adapter_life import AdapterLife
from hwsim.adapter_orders import Holdup, UsbOrder, UsbOrders, kinds
from hwsim.loop import Loop
from tests.unit.hwsim.manual_clock import ManualClock

MS = 1_000_000


class Bench:
    """A life, its adapter and what was told, in words."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.clock, self.loop = ManualClock(patch), Loop()
        self.began = self.clock.now
        self.did: list[str] = []
        self.held: list[Holdup] = []
        self.told: list[tuple[str, int, int, int | None]] = []
        self.over: list[bool] = []
        self.life = AdapterLife(self.loop, self, self._tell)

    def unplug(self) -> None:
        """Keep it."""
        self.did.append("unplug")

    def plug(self) -> None:
        """Keep it."""
        self.did.append("plug")

    def hold_up(self, holdup: Holdup) -> None:
        """Keep it."""
        self.held.append(holdup)

    def let_go(self) -> None:
        """Keep it."""
        self.did.append("let go")

    def _tell(self, do: str, order: UsbOrder, at_ns: int, until_ns: int | None) -> None:
        until = None if until_ns is None else (until_ns - self.began) // MS
        self.told.append((do, order.place, (at_ns - self.began) // MS, until))

    def go_on(self, delay_ms: int) -> None:
        """Let so much time pass."""
        self.clock.now += delay_ms * MS
        self.loop.turn()


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """One without orders yet."""
    return Bench(monkeypatch)


def test_pulled_out_and_plugged_in_again(bench: Bench) -> None:
    """Each is told with its time; it is over when the adapter is back."""
    bench.life.begin(UsbOrders([UsbOrder(do="unplug", on="M3", after_ms=5, for_ms=100)]))
    bench.life.when_over(lambda: bench.over.append(True))
    bench.life.moment("M3", "before")
    bench.go_on(10)
    assert bench.did == []
    bench.life.moment("M3")
    bench.go_on(5)
    assert bench.did == ["unplug"]
    assert bench.life.left == []
    assert not bench.life.over
    bench.go_on(100)
    assert bench.did == ["unplug", "plug"]
    assert bench.told == [("unplug", 1, 15, 115), ("plug", 1, 115, None)]
    assert bench.over == [True]


def test_a_stall_and_a_slow_one(bench: Bench) -> None:
    """From now on, for so long."""
    bench.life.begin(UsbOrders([
        UsbOrder(do="stall", for_ms=50, transfers=kinds(())),
        UsbOrder(do="slow", for_ms=60, delay_ms=7, transfers=kinds(["control"])),
    ]))  # fmt: skip
    bench.life.moment("begin")
    now = bench.began
    assert bench.held == [
        Holdup(kinds(()), now, now + 50 * MS),
        Holdup(kinds(["control"]), now, now + 60 * MS, 7 * MS),
    ]
    assert not bench.life.over
    bench.go_on(60)
    assert bench.life.over


def test_with_the_next_association_it_is_as_new(bench: Bench) -> None:
    """Plugged in if it was out, replaced if it was held up, left alone if nothing was done."""
    bench.life.begin(UsbOrders([UsbOrder(do="unplug")]))
    bench.life.moment("begin")
    assert bench.life.over
    assert bench.life.answers_for_radio
    assert bench.life.begin(UsbOrders([UsbOrder(do="stall", for_ms=50, transfers=kinds(()))]))
    assert bench.did == ["unplug", "plug"]
    assert bench.life.answers_for_radio
    bench.life.radio_came()
    assert not bench.life.answers_for_radio
    bench.life.moment("begin")
    bench.life.begin(UsbOrders())
    assert bench.did[2:] == ["let go", "unplug"]
    assert bench.life.answers_for_radio
    bench.go_on(adapter_life.UNPLUGGED_NS // MS)
    assert bench.did[4:] == ["plug"]
    bench.life.radio_came()
    assert not bench.life.begin(UsbOrders())
    assert len(bench.did) == 5


def test_what_is_sent_to_a_station_that_is_gone_counts_for_nothing(bench: Bench) -> None:
    """An access point asks again for a while."""
    stall = UsbOrder(do="stall", on="M3", for_ms=5, transfers=kinds(()))
    bench.life.begin(UsbOrders([UsbOrder(do="unplug", for_ms=50), stall]))
    bench.life.moment("begin")
    bench.life.moment("M3")
    bench.go_on(50)
    bench.life.moment("M3")
    assert bench.held == []
    bench.life.radio_came()
    bench.life.moment("M3")
    assert len(bench.held) == 1


def test_what_cannot_be_done_is_left(bench: Bench) -> None:
    """One that is out cannot be pulled out, and what was put off ends with its association."""
    unplug = UsbOrder(do="unplug")
    bench.life.begin(UsbOrders([unplug, unplug, UsbOrder(do="unplug", after_ms=50)]))
    bench.life.moment("begin")
    assert bench.life.left == [2, 3]
    waits = lambda: bench.over.append(True)  # noqa: E731
    bench.life.when_over(waits)
    bench.life.forget(waits)
    bench.life.when_over(waits)
    bench.life.begin(UsbOrders())
    assert bench.over == [True]
    bench.go_on(100)
    assert bench.did == ["unplug", "plug"]


def test_what_holds_up_one_that_is_out_ends_with_its_association(bench: Bench) -> None:
    """Or the driver would be left without answers in the next one, where nobody ordered it."""
    stall = UsbOrder(do="stall", for_ms=30_000, transfers=kinds(()))
    bench.life.begin(UsbOrders([UsbOrder(do="unplug"), stall]))
    bench.life.moment("begin")
    bench.life.begin(UsbOrders())
    assert bench.did == ["unplug", "let go", "plug"]
    bench.life.radio_came()
    bench.life.begin(UsbOrders())
    assert len(bench.did) == 3


def test_one_that_is_being_replaced_can_be_pulled_out(bench: Bench) -> None:
    """It is out already, and comes back when the order says so."""
    stall = UsbOrder(do="stall", for_ms=50, transfers=kinds(()))
    bench.life.begin(UsbOrders([stall]))
    bench.life.moment("begin")
    bench.life.begin(UsbOrders([UsbOrder(do="unplug", for_ms=2000)]))
    bench.life.moment("begin")
    assert (bench.did, bench.life.left) == (["let go", "unplug"], [])
    bench.go_on(1999)
    assert bench.did[2:] == []
    bench.go_on(1)
    assert bench.did[2:] == ["plug"]
    assert [do for do, *_ in bench.told] == ["stall", "unplug", "plug"]


def test_a_replacement_that_was_cut_short_plugs_nothing_in_later(bench: Bench) -> None:
    """As when a run ends and the next one begins at once."""
    bench.life.begin(UsbOrders([UsbOrder(do="stall", for_ms=50, transfers=kinds(()))]))
    bench.life.moment("begin")
    bench.life.begin(UsbOrders())
    bench.go_on(100)
    bench.life.begin(UsbOrders([UsbOrder(do="unplug")]))
    bench.life.moment("begin")
    assert bench.did == ["let go", "unplug", "plug", "unplug"]
    bench.go_on(1000)
    assert len(bench.did) == 4
