# SPDX-License-Identifier: GPL-2.0-or-later
"""The stations an access point knows, by address, in the order in which they came."""

from __future__ import annotations

from typing import Final

from hwsim.ap.station import Station

MAX_STATIONS: Final = 256
"""More stations than radios can make; so the table cannot grow without bound."""

_ROOM: Final = ("gone", "authenticated", "associated", "authenticating", "handshaking")
"""States whose stations make room, in this order; one that has come farther keeps its place."""


class StationTable(dict[bytes, Station]):
    """Stations by address; at most :data:`MAX_STATIONS`."""

    def in_the_way(self) -> Station | None:
        """The station to be forgotten before another one comes: the oldest of those that have come
        least far. None if there is room, or all have keys in use."""
        if not self.full:
            return None
        waiting = [one for one in self.values() if one.state in _ROOM]
        return min(waiting, key=lambda one: _ROOM.index(one.state), default=None)

    @property
    def full(self) -> bool:
        """Whether no other station can come."""
        return len(self) >= MAX_STATIONS

    def free_aid(self) -> int:
        """The lowest association identifier that no station has."""
        used = {station.aid for station in self.values()}
        return next(aid for aid in range(1, MAX_STATIONS + 2) if aid not in used)

    @property
    def authorized(self) -> list[Station]:
        """The stations that may pass data."""
        return [station for station in self.values() if station.state == "authorized"]
