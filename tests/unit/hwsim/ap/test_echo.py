# SPDX-License-Identifier: GPL-2.0-or-later
"""A run of ARP and echoes on a clock of its own: what is sent when, and when it ends."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from hwsim.ap.echo import EchoResult, EchoRun
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.station import Station
from hwsim.ciphers.ccmp import CcmpKey
from hwsim.control.network_requests import networks
from hwsim.loop import Timer
from tests.unit.hwsim.ap.environment import path_of
from tests.unit.hwsim.conftest import NETWORK

MS = 1_000_000


class Time:
    """The part of the environment a run needs, on a clock that only timers move."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.sent: list[tuple[str, int]] = []
        """What was sent, and when (ms)."""
        self._timers: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()

    def random(self, size: int) -> bytes:
        """Bytes."""
        return bytes(size)

    def transmit(self, frame: bytes, info: FrameInfo) -> int:
        """Nobody hears it."""
        self.sent.append((info.kind, self.now_ns // MS))
        return self.now_ns

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> Timer:
        """A timer of this clock."""
        timer = Timer(callback)
        heapq.heappush(self._timers, (self.now_ns + delay_ns, next(self._order), timer))
        return timer

    def pass_by(self) -> None:
        """Let time pass until no timer is left."""
        while self._timers:
            self.now_ns, _, timer = heapq.heappop(self._timers)
            timer.fire()


def silent(count: int, timeout_ms: int) -> tuple[EchoResult, int, list[tuple[str, int]]]:
    """A run to a station that answers nothing: its result, its end (ms), and what was sent."""
    time = Time()
    environment: ApEnvironment = time  # type: ignore[assignment]
    (network,) = networks(NETWORK)
    station = Station(bytes(6), pairwise=CcmpKey(bytes(16)))
    ends: list[tuple[EchoResult, int]] = []
    run = EchoRun(
        station, count=count, timeout_ns=timeout_ms * MS, identifier=7,
        path=path_of(network, environment),
        environment=environment,
        done=lambda result: ends.append((result, time.now_ns // MS)),
    )  # fmt: skip
    run.start()
    time.pass_by()
    ((result, at_ms),) = ends
    return result, at_ms, time.sent


ARP = [("arp", 0), ("arp", 250), ("arp", 500), ("arp", 750)]


def test_the_limit_ends_a_run() -> None:
    """Four ARP requests in vain, then an echo; what was sent by then is the result."""
    result, at_ms, sent = silent(count=2, timeout_ms=1900)
    assert result == EchoResult(sent=1)
    assert at_ms == 1900
    assert sent == [*ARP, ("icmp", 1000)]


def test_an_unanswered_echo_is_followed_by_the_next_one() -> None:
    """A second each; after the last one the run ends before its limit."""
    result, at_ms, sent = silent(count=2, timeout_ms=60_000)
    assert result == EchoResult(sent=2)
    assert at_ms == 3000
    assert sent == [*ARP, ("icmp", 1000), ("icmp", 2000)]


def test_echoes_of_several_stations_add_up() -> None:
    """What is said of all holds only if it held of each."""
    good = EchoResult(2, 2, True, [10, 20], True)
    bad = EchoResult(2, 1, False, [30], False)
    assert good.combined_with(good) == EchoResult(4, 4, True, [10, 20, 10, 20], True)
    silent = EchoResult(2, 0, True)
    assert good.combined_with(silent).protected
    assert silent.combined_with(good).protected
    assert not silent.combined_with(silent).protected
    assert good.combined_with(bad) == EchoResult(4, 3, False, [10, 20, 30], False)
