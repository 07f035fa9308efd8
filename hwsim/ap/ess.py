# SPDX-License-Identifier: GPL-2.0-or-later
"""The access points of one network: same SSID and passphrase, each with its BSSID and channel.

Behind them is one wired network. It learns of a station from the access point that the station
associated with last, and the one before forgets it then: a station that roams need not disassociate
(IEEE 802.11-2020, 4.5.3.4 and 11.3.5.4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from hwsim.ap.access_point import AccessPoint
from hwsim.ap.echo import EchoResult
from hwsim.ap.environment import EssEnvironment, ForwardingEnvironment
from hwsim.ap.network import Network
from hwsim.ap.network_keys import NetworkKeys
from hwsim.ap.rekey import Keys
from hwsim.ap.robust_management import Parting
from hwsim.ap.station import Station
from hwsim.ap.timers import Timers
from hwsim.errors import RequestError
from hwsim.radius import RadiusClient


class Ess(ForwardingEnvironment):
    """An extended service set; it stands between its access points and their environment."""

    def __init__(
        self,
        networks: Sequence[Network],
        timers: Timers,
        environment: EssEnvironment,
        server: RadiusClient | None = None,
    ) -> None:
        super().__init__(environment)
        self._timers = timers
        self._server = server
        self._keys: dict[bytes, NetworkKeys] = {}
        self.points = [AccessPoint(network, timers, self, server) for network in networks]
        self.stopped: set[int] = set()
        """The places, from 1, of access points that are off."""
        self._echoing = False

    def renew(self, place: int, network: Network) -> None:
        """Have another access point in the place of one that has gone; places count from 0."""
        self.points[place] = AccessPoint(network, self._timers, self, self._server)

    @property
    def stations(self) -> tuple[Station, ...]:
        """The stations that any of the access points knows."""
        return tuple(station for point in self.points for station in point.stations)

    @property
    def busy(self) -> bool:
        """Whether a handshake is under way."""
        return any(point.busy for point in self.points)

    @property
    def ignored(self) -> int:
        """How many EAPOL-Key frames were ignored."""
        return sum(point.ignored for point in self.points)

    def new_association(self) -> None:
        """Forget which messages were seen: repetitions are counted anew."""
        for point in self.points:
            point.new_association()

    def echo(self, count: int, timeout_ns: int, done: Callable[[EchoResult], None]) -> None:
        """Run ARP and ICMP echo to each station in turn; see :mod:`hwsim.ap.echo`.

        ``done`` gets what came of it altogether; ``timeout_ns`` is each one's.
        """
        if self._echoing:
            raise RequestError("busy", "echo: another echo is under way")
        waiting = [
            (point, station)
            for point in self.points
            for station in point.stations
            if not self._is_elsewhere(station)
        ]
        results: list[EchoResult] = []

        def next_one(result: EchoResult | None = None) -> None:
            if result is not None:
                results.append(result)
            if waiting:
                point, station = waiting.pop(0)
                point.echo(station, count, timeout_ns, next_one)
                return
            self._echoing = False
            done(reduce(EchoResult.combined_with, results) if results else EchoResult())

        self._echoing = True
        next_one()

    def _is_elsewhere(self, station: Station) -> bool:
        """Whether it has only asked here for a transition, and is at another access point."""
        return station.state == "authenticated" and any(
            other.mac == station.mac and other.state != "authenticated" for other in self.stations
        )

    def rekey(self, keys: Keys, done: Callable[[int], None]) -> None:
        """Renew the group key of each access point (12.7.7.4), or each station's pairwise key.

        ``done`` gets the number of stations once all have it or have left. An open one beside
        others has none to renew.
        """
        points = [one for one in self.points if one.has_keys] or self.points
        one_done = _total(len(points), done)
        for point in points:
            point.rekey(keys, one_done)

    def reauthenticate(self, done: Callable[[int], None]) -> None:
        """Authenticate every station by 802.1X again; ``done`` gets their number."""
        one_done = _total(len(self.points), done)
        for point in self.points:
            point.reauthenticate(one_done)

    def part_with_all(self, parting: Parting) -> None:
        """Deauthenticate or disassociate every station of every access point."""
        for point in self.points:
            point.part(parting)

    def shut_down(self) -> None:
        """Cancel what is under way; nothing more is sent."""
        for point in self.points:
            point.shut_down()

    # what an access point asks (hwsim.ap.environment.ApEnvironment)

    def neighbours(self, ssid: bytes, bssid: bytes) -> tuple[Network, ...]:
        """See :meth:`ApEnvironment.neighbours`."""
        present = (p.network for n, p in enumerate(self.points, 1) if n not in self.stopped)
        return tuple(one for one in present if one.ssid == ssid and one.bssid != bssid)

    def transition(
        self, ssid: bytes, bssid: bytes, mac: bytes, elements: bytes
    ) -> tuple[int, bytes] | None:
        """See :meth:`ApEnvironment.transition`."""
        for place, point in enumerate(self.points, 1):
            network = point.network
            if (network.ssid, network.bssid) == (ssid, bssid) and place not in self.stopped:
                return point.transition(mac, elements)
        return None

    def network_keys(self, ssid: bytes) -> NetworkKeys:
        """See :meth:`ApEnvironment.network_keys`."""
        return self._keys.setdefault(ssid, NetworkKeys())

    def station_changed(self, station: Station, reason: int | None) -> None:
        """Pass the event on; a station that associated is forgotten by the other access points."""
        if station.state == "associated":
            for point in self.points:
                point.hand_over(station)
        super().station_changed(station, reason)


def _total(points: int, done: Callable[[int], None]) -> Callable[[int], None]:
    """A callback for each of so many access points; ``done`` gets the sum of what they are called
    with."""
    counts: list[int] = []

    def one_done(count: int) -> None:
        counts.append(count)
        if len(counts) == points:
            done(sum(counts))

    return one_done
