# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames delivered by a port alone: how many at a time, how long each takes, and a guest that takes
none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hwsim import port_meter
from hwsim.errors import RequestError
from hwsim.loop import Loop
from hwsim.port_meter import SILENT_NS, PortMeter
from hwsim.ports.base import Radio
from hwsim.ports.shared import OWN_TAGS
from tests.unit.hwsim.manual_clock import ManualClock
from tests.unit.hwsim.ports.memory_port import MemoryPort

RADIO = Radio(bytes.fromhex("020000000000"), bytes.fromhex("420000000000"))
ASKED = {"frames": 5, "window": 2, "size": 100, "freq_mhz": 2412}


class SilentPort(MemoryPort):
    """A port that reports when the test says so."""

    def __init__(self, loop: Loop) -> None:
        super().__init__(loop)
        self.tags: list[int] = []

    def deliver(
        self, radio: bytes, frame: bytes, *,
        freq_mhz: int, rate_kbps: int, signal_dbm: int, tag: int,
    ) -> int:  # fmt: skip
        """Keep its tag."""
        self.tags.append(tag)
        return super().deliver(
            radio, frame, freq_mhz=freq_mhz, rate_kbps=rate_kbps, signal_dbm=signal_dbm, tag=0
        )


class Metered:
    """A meter on a port with one radio, and what it replied."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.loop = Loop()
        self.port = SilentPort(self.loop)
        self.meter = PortMeter(self.loop, self.port)
        self.port.start(self)  # type: ignore[arg-type]
        self.port.connect(RADIO)
        self.replies: list[dict[str, Any]] = []

    def on_port_state(self, connected: bool) -> None:
        """The radio came."""

    def ask(self, **asked: object) -> None:
        """Begin to measure."""
        assert self.meter.call({**ASKED, **asked}, self.replies.append) is None

    def take(self, errno: int = 0, after_us: int = 100) -> None:
        """The guest takes the oldest frame that it has not taken, so much later."""
        self.clock.now += after_us * 1000
        self.meter.on_delivered(self.port.tags.pop(0), errno)


@pytest.fixture
def metered(monkeypatch: pytest.MonkeyPatch) -> Iterator[Metered]:
    """Nothing is measured yet."""
    made = Metered(ManualClock(monkeypatch, port_meter))
    yield made
    made.loop.close()


def test_so_many_are_on_their_way_and_each_has_its_time(metered: Metered) -> None:
    """One more follows each that is taken; each is for the radio, of the size asked for."""
    metered.ask()
    for _ in range(4):
        assert len(metered.port.tags) == 2
        metered.take()
    assert metered.replies == []
    metered.take(errno=22)
    assert metered.replies == [
        {"seconds": 0.0005, "refused": 1, "took_us": [100.0, 200.0, 200.0, 200.0]}
    ]
    frames = [one.frame for one in metered.port.delivered]
    assert {len(frame) for frame in frames} == {100}
    assert {frame[4:10] for frame in frames} == {RADIO.mac}
    assert len({frame[22:24] for frame in frames}) == 5, "each has a sequence number of its own"


def test_its_tags_are_no_mediums(metered: Metered) -> None:
    """And reports on frames of others are passed over."""
    metered.ask()
    assert min(metered.port.tags) > OWN_TAGS
    metered.meter.on_delivered(7, 0)
    assert len(metered.port.tags) == 2


def test_a_guest_that_takes_nothing_is_given_up(metered: Metered) -> None:
    """With what it had taken; then another call may come, and late reports are nobody's."""
    metered.ask()
    with pytest.raises(RequestError, match="another one is under way"):
        metered.ask()
    metered.clock.now += SILENT_NS - 1
    metered.take(after_us=0)
    for _ in range(2):
        metered.clock.now += SILENT_NS
        metered.loop.turn()
    (reply,) = metered.replies
    assert reply["error"]["code"] == "timeout"
    assert "nothing was taken for 5 s; 1 of 5 frames were" in reply["error"]["message"]
    metered.take()
    metered.port.tags.clear()
    metered.ask()
    assert len(metered.port.tags) == 2


def test_without_a_radio_there_is_nothing_to_measure(metered: Metered) -> None:
    """What is missing is said."""
    metered.port.connect()
    with pytest.raises(RequestError, match="no radio; "):
        metered.ask()


@pytest.mark.parametrize("wrong", [{"window": 65}, {"size": 10}, {"frames": 0}, {"more": 1}])
def test_what_cannot_be_asked_for(metered: Metered, wrong: dict[str, int]) -> None:
    """Bounds keep an answer to one line, and a frame to what a station takes."""
    with pytest.raises(RequestError):
        metered.ask(**wrong)
