# SPDX-License-Identifier: GPL-2.0-or-later
"""A group rekey: the new key goes to every station, and is used once all have it or are gone.

Source: IEEE 802.11-2020, 12.7.7.4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hwsim.ap.handshake import GroupKey
from hwsim.ap.rounds import Round
from hwsim.ap.station import Station


class GroupRekey:
    """Gives stations the next group key, one rekey at a time."""

    def __init__(self, group: GroupKey) -> None:
        self._group = group
        self._round = Round("rekey_group")
        self.over_for = self._round.over_for
        self.shut_down = self._round.shut_down

    def begin(self, stations: Sequence[Station], done: Callable[[int], None]) -> None:
        """Give those stations a new key; ``done`` is told at the end how many they were."""

        def end(count: int) -> None:
            self._group.switch()
            done(count)

        self._round.check_free()
        self._group.prepare()
        self._round.begin(stations, _start, end)


def _start(station: Station) -> None:
    if station.authenticator is not None:
        station.authenticator.start_group()
