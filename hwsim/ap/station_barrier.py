# SPDX-License-Identifier: GPL-2.0-or-later
"""A procedure run with several stations at once, complete when each is done or has left."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hwsim.ap.station import Station
from hwsim.errors import RequestError


class StationBarrier:
    """Waits until every station of one procedure is done; one procedure at a time.

    ``call`` is the control call that asked for it, as errors name it.
    """

    def __init__(self, call: str) -> None:
        self._call = call
        self._waiting: set[bytes] = set()
        self._complete: Callable[[], None] | None = None

    def check_free(self) -> None:
        """Raise :class:`RequestError` (code ``busy``) while a procedure is under way."""
        if self._complete is not None:
            raise RequestError("busy", f"{self._call}: one is under way")

    def begin(
        self,
        stations: Sequence[Station],
        start: Callable[[Station], None],
        complete: Callable[[int], None],
    ) -> None:
        """``start`` the procedure with each station, then wait.

        ``complete`` is called once, with the number of stations that were started; without any
        station, at once. Raises :class:`RequestError` as :meth:`check_free`.
        """
        self.check_free()
        self._waiting = {station.mac for station in stations}
        self._complete = lambda: complete(len(stations))
        for station in stations:
            start(station)
        self._end_if_done()

    def done(self, station: Station) -> None:
        """The station is done, or has left and will not be; any other station changes nothing."""
        self._waiting.discard(station.mac)
        self._end_if_done()

    def shut_down(self) -> None:
        """Complete now, whoever is not done."""
        self._waiting.clear()
        self._end_if_done()

    def _end_if_done(self) -> None:
        if not self._waiting and self._complete is not None:
            complete, self._complete = self._complete, None
            complete()
