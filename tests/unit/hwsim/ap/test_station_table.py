# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of stations: bounded, and with identifiers of its own."""

from __future__ import annotations

import pytest

from hwsim.ap.station import State, Station
from hwsim.ap.station_table import MAX_STATIONS, StationTable


def full_of(*states: State) -> StationTable:
    """A full table whose first stations are in these states; the others are authorized."""
    table = StationTable()
    for number in range(MAX_STATIONS):
        mac = number.to_bytes(6, "big")
        state = states[number] if number < len(states) else "authorized"
        table[mac] = Station(mac, state=state, aid=table.free_aid())
    return table


@pytest.mark.parametrize(
    ("states", "place"),
    [
        (("associated", "authenticated", "authenticated"), 1),
        (("handshaking", "associated", "associated"), 1),
        (("authorized", "authorized", "handshaking"), 2),
    ],
)
def test_who_has_come_least_far_makes_room(states: tuple[State, ...], place: int) -> None:
    """The oldest of those: no flood of newcomers takes the place of a station in use."""
    table = full_of(*states)
    found = table.in_the_way()
    assert found is not None
    assert found.mac == place.to_bytes(6, "big")


def test_stations_in_use_keep_their_places() -> None:
    """Though there is no room for another."""
    table = full_of()
    assert (table.full, table.in_the_way()) == (True, None)


def test_nobody_leaves_while_there_is_room() -> None:
    """One place is enough."""
    table = full_of("authenticated")
    del table[(MAX_STATIONS - 1).to_bytes(6, "big")]
    assert (table.full, table.in_the_way()) == (False, None)


def test_the_lowest_identifier_is_free_again() -> None:
    """From 1 on (9.4.1.8)."""
    table = StationTable()
    for name in (b"a", b"b", b"c"):
        table[name] = Station(name, aid=table.free_aid())
    assert [one.aid for one in table.values()] == [1, 2, 3]
    del table[b"b"]
    assert table.free_aid() == 2
