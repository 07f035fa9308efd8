# SPDX-License-Identifier: GPL-2.0-or-later
"""TKIP countermeasures by the clock: a minute between failures, a minute without anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hwsim.ap.countermeasures import PERIOD_NS, Countermeasures
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.group_key import GroupKey
from hwsim.ap.robust_management import Parting
from hwsim.ap.station import Station
from hwsim.frames import parse_header
from tests.unit.hwsim.ap.environment import Quiet, mode_of
from tests.unit.hwsim.ap.test_templates import network

STATION = Station(bytes(6), bytes(6), 0)


class Clock(Quiet):
    """An environment whose time a test moves."""

    at_ns = 1 << 40

    def now_ns(self) -> int:
        """The test's time."""
        return self.at_ns


class Bench:
    """The countermeasures of a network with that group cipher."""

    def __init__(self, group_cipher: str) -> None:
        self.clock = Clock()
        around: Any = self.clock
        security = mode_of(
            replace(network(), security="wpa2-psk", group_cipher=group_cipher), self.clock
        )
        self.group = GroupKey(around, security.group)
        self.parted: list[Parting] = []
        self.measures = Countermeasures(around, security, self.group, self.parted.append)

    def failure(self, after_ns: int = 0, detail: str = "wrong") -> bool:
        """A frame with a wrong Michael MIC, so much later."""
        self.clock.at_ns += after_ns
        frame = b"\x08\x01" + bytes(22)
        info = FrameInfo("data", detail={"michael": detail})
        return self.measures.take(STATION, ReceivedFrame(frame, parse_header(frame), info))


@pytest.fixture
def bench() -> Bench:
    """A group cipher that is TKIP."""
    return Bench("tkip")


def test_two_within_a_minute(bench: Bench) -> None:
    """Everybody goes, the group has another key, and nobody comes in for a minute."""
    key_id = bench.group.key_id
    assert bench.failure()
    assert not bench.parted
    assert bench.failure(PERIOD_NS - 1)
    assert [one.reason for one in bench.parted] == [14]
    assert bench.group.key_id != key_id
    assert bench.measures.active
    bench.clock.at_ns += PERIOD_NS
    assert not bench.measures.active


def test_two_that_are_further_apart(bench: Bench) -> None:
    """Each is the first of its minute."""
    for _ in range(3):
        bench.failure(PERIOD_NS)
    assert not bench.parted


def test_more_of_them_prolong_nothing(bench: Bench) -> None:
    """While nobody is let in, frames on their way change nothing."""
    bench.failure()
    bench.failure(1)
    bench.failure(1)
    assert len(bench.parted) == 1


def test_frames_that_are_none(bench: Bench) -> None:
    """One that is in order, and any where the group has another cipher."""
    assert not bench.failure(detail="")
    other = Bench("ccmp-128")
    assert not other.failure()
