# SPDX-License-Identifier: GPL-2.0-or-later
"""Each access point's beacons at its own times, until they are stopped."""

from __future__ import annotations

import pytest

from hwsim import beacons as beacons_module
from hwsim.beacons import Beacons
from hwsim.loop import Loop
from tests.unit.hwsim.manual_clock import ManualClock


class Point:
    """An access point that sends a beacon every ``interval_ns``."""

    def __init__(self, medium: SentBeacons, name: bytes, interval_ns: int) -> None:
        self.medium = medium
        self.name = name
        self.interval_ns = interval_ns

    def beacon(self, air_ns: int) -> bytes:
        """Its name."""
        return self.name

    def after_beacon(self) -> None:
        """Its name has gone out by now."""
        assert self.medium.sent[-1] == self.name

    def next_beacon_ns(self, air_ns: int) -> int:
        """One interval later."""
        return air_ns + self.interval_ns


class SentBeacons:
    """Stands for the medium."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def broadcast_beacon(self, frame: bytes) -> None:
        """Keep it."""
        self.sent.append(frame)


def test_beacons(monkeypatch: pytest.MonkeyPatch) -> None:
    """One at once, the next when it is due, and none after the end."""
    clock = ManualClock(monkeypatch, beacons_module)
    loop, medium = Loop(), SentBeacons()
    beacons = Beacons(loop, medium)  # type: ignore[arg-type]
    beacons.keep([Point(medium, b"a", 100), Point(medium, b"b", 250)])  # type: ignore[list-item]
    assert medium.sent == [b"a", b"b"]
    for passed_ns in (99, 1, 100, 50):
        clock.now += passed_ns
        loop.turn()
    assert medium.sent == [b"a", b"b", b"a", b"a", b"b"]
    beacons.stop()
    clock.now += 1000
    loop.turn()
    loop.close()
    assert len(medium.sent) == 5
