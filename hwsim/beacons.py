# SPDX-License-Identifier: GPL-2.0-or-later
"""The beacons of access points on the air, each at its own times."""

from __future__ import annotations

from collections.abc import Sequence

from hwsim.ap.access_point import AccessPoint
from hwsim.loop import Loop, Timer, now_ns
from hwsim.medium import Medium


class Beacons:
    """Sends beacons of access points over the medium, until :meth:`stop`."""

    def __init__(self, loop: Loop, medium: Medium) -> None:
        self._loop = loop
        self._medium = medium
        self._timers: dict[AccessPoint, Timer] = {}

    def keep(self, points: Sequence[AccessPoint]) -> None:
        """Have these access points beacon, and no others: those that did not begin now."""
        for point in self._timers.keys() - set(points):
            self._timers.pop(point).cancel()
        for point in points:
            if point not in self._timers:
                self._send(point)

    def stop(self) -> None:
        """Cancel the beacons that are due; :meth:`keep` begins anew."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _send(self, point: AccessPoint) -> None:
        at_ns = now_ns()
        self._medium.broadcast_beacon(point.beacon(at_ns))
        point.after_beacon()
        due_ns = point.next_beacon_ns(at_ns)
        self._timers[point] = self._loop.call_at(due_ns, lambda: self._send(point))
