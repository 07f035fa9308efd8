# SPDX-License-Identifier: GPL-2.0-or-later
"""The stations an access point knows, by address, in the order in which they came."""

from __future__ import annotations

from typing import Final

from hwsim.ap.station import Station

MAX_STATIONS: Final = 256
"""More stations than radios can make; so the table cannot grow without bound."""


class StationTable(dict[bytes, Station]):
    """Stations by address; at most :data:`MAX_STATIONS`."""

    def make_room(self) -> tuple[Station, ...]:
        """Take out the oldest station if the table is full; it is returned."""
        return (self.pop(next(iter(self))),) if len(self) >= MAX_STATIONS else ()

    def free_aid(self) -> int:
        """The lowest association identifier that no station has."""
        used = {station.aid for station in self.values()}
        return next(aid for aid in range(1, MAX_STATIONS + 2) if aid not in used)

    @property
    def authorized(self) -> list[Station]:
        """The stations that may pass data."""
        return [station for station in self.values() if station.state == "authorized"]
