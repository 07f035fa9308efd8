# SPDX-License-Identifier: GPL-2.0-or-later
"""Something started with several stations, that is over when each has done it or is gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hwsim.ap.station import Station
from hwsim.errors import RequestError


class Round:
    """Keeps count of the stations that are not done; ``call`` names it in errors."""

    def __init__(self, call: str) -> None:
        self._call = call
        self._waiting: set[bytes] = set()
        self._done: Callable[[], None] | None = None

    def check_free(self) -> None:
        """Raise :class:`RequestError` while a round is under way."""
        if self._done is not None:
            raise RequestError("busy", f"{self._call}: one is under way")

    def begin(
        self,
        stations: Sequence[Station],
        start: Callable[[Station], None],
        done: Callable[[int], None],
    ) -> None:
        """``start`` it with each station; ``done`` is told at the end how many they were."""
        self.check_free()
        self._waiting = {station.mac for station in stations}
        self._done = lambda: done(len(stations))
        for station in stations:
            start(station)
        self._end()

    def over_for(self, station: Station) -> None:
        """The station has done it, or need not any more."""
        self._waiting.discard(station.mac)
        self._end()

    def shut_down(self) -> None:
        """End now, whoever is not done."""
        self._waiting.clear()
        self._end()

    def _end(self) -> None:
        if not self._waiting and self._done is not None:
            done, self._done = self._done, None
            done()
