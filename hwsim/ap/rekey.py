# SPDX-License-Identifier: GPL-2.0-or-later
"""A group rekey: the new key goes to every station, and is used once all have it or are gone.

Source: IEEE 802.11-2020, 12.7.7.4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from hwsim.ap.group_key import GroupKey
from hwsim.ap.station import Station
from hwsim.ap.station_barrier import StationBarrier

Keys = Literal["group", "pairwise"]
"""Which keys of a station are renewed."""


class GroupRekey:
    """Gives stations the next group key, one rekey at a time."""

    def __init__(self, group: GroupKey) -> None:
        self._group = group
        self._barrier = StationBarrier("rekey_group")
        self.done = self._barrier.done
        self.shut_down = self._barrier.shut_down

    def begin(
        self,
        stations: Sequence[Station],
        start: Callable[[Station], None],
        done: Callable[[int], None],
    ) -> None:
        """Give those stations a new key: ``start`` sends it to one.

        ``done`` gets their number at the end. Raises :class:`RequestError` while another is under
        way.
        """

        def end(count: int) -> None:
            self._group.switch()
            done(count)

        self._barrier.check_free()
        self._group.prepare()
        self._barrier.begin(stations, start, end)
