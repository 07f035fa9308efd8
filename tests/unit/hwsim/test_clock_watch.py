# SPDX-License-Identifier: GPL-2.0-or-later
"""When the clock's estimate is news, and who is told to have stood still."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from hwsim.clock import ClockEstimate
from hwsim.clock_watch import INTERVAL_NS, ClockWatch
from hwsim.loop import Loop
from tests.unit.hwsim.manual_clock import ManualClock
from tests.unit.hwsim.ports.memory_port import MemoryPort


class EstimatingPort(MemoryPort):
    """A port whose estimate the test sets."""

    estimate: ClockEstimate | None = None

    def clock_estimate(self, air_ns: int) -> ClockEstimate | None:
        """As the test has it."""
        return self.estimate


class Watched:
    """A watch and the events it sent."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.loop = Loop()
        self.port = EstimatingPort(self.loop)
        self.events: list[tuple[str, Mapping[str, Any]]] = []
        self.watch = ClockWatch(self.loop, self.port, lambda *event: self.events.append(event))

    def look(self, offset_ns: int, uncertainty_ns: int) -> None:
        """The next look at the clock finds that estimate."""
        self.port.estimate = ClockEstimate(offset_ns, uncertainty_ns, self.clock.now)
        self.clock.now += INTERVAL_NS
        self.loop.turn()


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """A watch that has begun."""
    watched = Watched(ManualClock(monkeypatch))
    yield watched
    watched.loop.close()


def test_no_estimate_is_no_news(watched: Watched) -> None:
    """Before the guest has answered there is nothing to tell."""
    watched.clock.now += INTERVAL_NS
    watched.loop.turn()
    assert watched.events == []


def test_a_change_is_news_by_a_tenth_of_the_error_bound(watched: Watched) -> None:
    """But not by less than 10 µs."""
    watched.look(1_000_000, 500_000)
    watched.look(1_050_000, 500_000)
    watched.look(1_050_001, 500_000)
    watched.look(1_050_001, 50_000)
    watched.look(1_060_001, 50_000)
    offsets = [(event["offset_ns"], event["uncertainty_ns"]) for _, event in watched.events]
    assert offsets == [(1_000_000, 500_000), (1_050_001, 500_000), (1_050_001, 50_000)]


def test_an_air_that_stood_still_says_so_once(watched: Watched) -> None:
    """The loop keeps between which times it did nothing."""
    watched.loop.last_stall = (5, 9)
    watched.look(0, 0)
    watched.look(0, 0)
    stalls = [event for name, event in watched.events if name == "stall"]
    assert stalls == [{"who": "the air", "from_air_ns": 5, "until_air_ns": 9}]
