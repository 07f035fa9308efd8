# SPDX-License-Identifier: GPL-2.0-or-later
"""A procedure with several stations is complete when each is done or has left."""

from __future__ import annotations

import pytest

from hwsim.ap.station import Station
from hwsim.ap.station_barrier import StationBarrier
from hwsim.errors import RequestError

ONE, OTHER = Station(b"one"), Station(b"other")


class Ends:
    """A barrier, what was started, and the counts it completed with."""

    def __init__(self) -> None:
        self.barrier = StationBarrier("rekey_group")
        self.started: list[Station] = []
        self.counts: list[int] = []

    def begin(self, *stations: Station) -> None:
        """Begin with these stations."""
        self.barrier.begin(stations, self.started.append, self.counts.append)


def test_it_waits_for_every_station() -> None:
    """Completion comes once, with the last; a station that was not asked changes nothing."""
    ends = Ends()
    ends.begin(ONE, OTHER)
    assert ends.started == [ONE, OTHER]
    ends.barrier.done(Station(b"third"))
    ends.barrier.done(ONE)
    assert ends.counts == []
    ends.barrier.done(OTHER)
    ends.barrier.done(OTHER)
    assert ends.counts == [2]


def test_without_stations_it_is_complete_at_once() -> None:
    """Nobody is waited for."""
    ends = Ends()
    ends.begin()
    assert ends.counts == [0]


def test_one_procedure_at_a_time() -> None:
    """A second one is refused while the first is under way, and goes when it is over."""
    ends = Ends()
    ends.begin(ONE)
    with pytest.raises(RequestError, match="rekey_group: one is under way") as caught:
        ends.begin(OTHER)
    assert caught.value.code == "busy"
    ends.barrier.shut_down()
    assert ends.counts == [1]
    ends.begin(OTHER)
    assert ends.started == [ONE, OTHER]
