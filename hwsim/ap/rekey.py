# SPDX-License-Identifier: GPL-2.0-or-later
"""A group rekey: the new key goes to every station, and is used once all have it or are gone.

Source: IEEE 802.11-2020, 12.7.7.4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hwsim.ap.handshake import GroupKey
from hwsim.ap.station import Station
from hwsim.errors import RequestError


class GroupRekey:
    """Keeps count of the stations that have not confirmed the new group key."""

    def __init__(self, group: GroupKey) -> None:
        self._group = group
        self._waiting: set[bytes] = set()
        self._done: Callable[[], None] | None = None

    def begin(self, stations: Sequence[Station], done: Callable[[int], None]) -> None:
        """Give those stations a new key; ``done`` is told at the end how many they were."""
        if self._done is not None:
            raise RequestError("busy", "rekey_group: a group rekey is under way")
        self._group.prepare()
        self._waiting = {station.mac for station in stations}
        self._done = lambda: done(len(stations))
        for station in stations:
            if station.authenticator is not None:
                station.authenticator.start_group()
        self._end()

    def over_for(self, station: Station) -> None:
        """The station has the new key, or needs none any more."""
        self._waiting.discard(station.mac)
        self._end()

    def shut_down(self) -> None:
        """End now, whoever has not answered."""
        self._waiting.clear()
        self._end()

    def _end(self) -> None:
        if not self._waiting and self._done is not None:
            self._group.switch()
            done, self._done = self._done, None
            done()
