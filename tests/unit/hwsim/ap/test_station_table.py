# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of stations: bounded, and with identifiers of its own."""

from __future__ import annotations

from hwsim.ap.station import Station
from hwsim.ap.station_table import MAX_STATIONS, StationTable


def test_it_never_grows_beyond_its_bound() -> None:
    """A full table gives up the station that came first."""
    table = StationTable()
    for number in range(MAX_STATIONS + 3):
        oldest = table.make_room()
        assert [one.mac for one in oldest] == (
            [(number - MAX_STATIONS).to_bytes(6, "big")] if number >= MAX_STATIONS else []
        )
        mac = number.to_bytes(6, "big")
        table[mac] = Station(mac, aid=table.free_aid())
    assert len(table) == MAX_STATIONS


def test_the_lowest_identifier_is_free_again() -> None:
    """From 1 on (9.4.1.8)."""
    table = StationTable()
    for name in (b"a", b"b", b"c"):
        table[name] = Station(name, aid=table.free_aid())
    assert [one.aid for one in table.values()] == [1, 2, 3]
    del table[b"b"]
    assert table.free_aid() == 2
