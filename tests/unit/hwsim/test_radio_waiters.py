# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that wait for radios: at once, as soon as they come, or not in time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hwsim.loop import Loop
from hwsim.ports.base import Radio
from hwsim.radio_waiters import RadioWaiters
from tests.unit.hwsim.manual_clock import ManualClock
from tests.unit.hwsim.ports.memory_port import MemoryPort

FIRST = Radio(bytes.fromhex("020000000000"), bytes.fromhex("420000000000"))
SECOND = Radio(bytes.fromhex("020000000100"), bytes.fromhex("420000000100"))
NAMED = {
    "relay": 1,
    "radios": [
        {"mac": "02:00:00:00:00:00", "hw": "42:00:00:00:00:00"},
        {"mac": "02:00:00:00:01:00", "hw": "42:00:00:00:01:00"},
    ],
}


class Waiting:
    """Waiters on a port in memory, and the replies they were given."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.loop = Loop()
        self.port = MemoryPort(self.loop)
        self.waiters = RadioWaiters(self.loop, self.port)
        self.port.start(self)  # type: ignore[arg-type]
        self.replies: list[dict[str, Any]] = []

    def on_port_state(self, connected: bool) -> None:
        """Radios came."""
        self.waiters.radios_came()

    def wait(self, radios: int) -> dict[str, Any] | None:
        """Wait for so many radios, for two seconds."""
        return self.waiters.wait(radios, 2, self.replies.append)

    def pass_time(self, seconds: int) -> None:
        """So much time passes."""
        self.clock.now += seconds * 1_000_000_000
        self.loop.turn()


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Waiting]:
    """Nobody waits yet, and there is no radio."""
    waiting = Waiting(ManualClock(monkeypatch))
    yield waiting
    waiting.loop.close()


def test_radios_that_are_there(waiting: Waiting) -> None:
    """They are the answer at once."""
    waiting.port.connect(FIRST, SECOND)
    assert waiting.wait(2) == NAMED
    assert waiting.port.asked == 0


def test_radios_that_come(waiting: Waiting) -> None:
    """The guest is asked; who waits is told when there are enough, and only once."""
    assert waiting.wait(2) is None
    assert waiting.port.asked == 1
    waiting.port.connect(FIRST)
    assert waiting.replies == []
    waiting.port.connect(FIRST, SECOND)
    waiting.pass_time(3)
    assert waiting.replies == [NAMED]


def test_radios_that_do_not_come(waiting: Waiting) -> None:
    """The error has the time waited and what the port says is missing."""
    waiting.wait(2)
    waiting.pass_time(2)
    waiting.port.connect(FIRST, SECOND)
    message = "waited 2 s for 2 radios in memory"
    assert waiting.replies == [{"error": {"code": "timeout", "message": message}}]


def test_a_radio_that_failed_is_not_waited_for(waiting: Waiting) -> None:
    """Who waits is told why at once, and so is who comes later, until there is a radio."""
    assert waiting.wait(1) is None
    waiting.waiters.fail("exec:model: its process ended")
    (told,) = waiting.replies
    assert told["error"] == {"code": "radio-failed", "message": "exec:model: its process ended"}
    assert waiting.wait(1) == told
    waiting.port.connect(FIRST)
    waiting.port.connect()
    assert waiting.wait(1) is None
