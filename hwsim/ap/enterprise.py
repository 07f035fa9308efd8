# SPDX-License-Identifier: GPL-2.0-or-later
"""802.1X of an access point: a pass-through per station, and reauthentications of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hwsim.ap.eap_pass_through import REASON_NOT_VALID, EapPassThrough
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.network import Network
from hwsim.ap.station import Station
from hwsim.ap.station_barrier import StationBarrier
from hwsim.ap.timers import Timers
from hwsim.errors import RequestError
from hwsim.radius import RadiusClient


class Enterprise:
    """Authenticates stations by a RADIUS server; without one it is silent.

    ``expected``: the network has 802.1X.

    ``succeeded`` gets a station's PMK of ``pmk_length`` bytes, ``failed`` the reason to
    deauthenticate it, ``restarting`` a station that asks to be authenticated again while something
    else may be under way.
    """

    def __init__(
        self,
        *,
        network: Network,
        timers: Timers,
        server: RadiusClient | None,
        expected: bool,
        pmk_length: int,
        environment: ApEnvironment,
        send: Callable[[Station, bytes, FrameInfo], None],
        succeeded: Callable[[Station, bytes], None],
        failed: Callable[[Station, int], None],
        restarting: Callable[[Station], None],
    ) -> None:
        self._network = network
        self._timers = timers
        self._server = server
        self._expected = expected
        self._pmk_length = pmk_length
        self._environment = environment
        self._send = send
        self._succeeded = succeeded
        self._failed = failed
        self._restarting = restarting
        self._pass_throughs: dict[Station, EapPassThrough] = {}
        self._barrier = StationBarrier("reauthenticate")
        self.done = self._barrier.done
        self.shut_down = self._barrier.shut_down

    @property
    def busy(self) -> bool:
        """Whether an authentication is under way."""
        return any(one.busy for one in self._pass_throughs.values())

    def forget(self, station: Station) -> None:
        """Stop what is under way for a station that associates anew or has left."""
        pass_through = self._pass_throughs.pop(station, None)
        if pass_through is not None:
            pass_through.stop()

    def begin(self, station: Station) -> None:
        """Authenticate a station that has associated; a silent access point does nothing."""
        self.stand_by(station)
        self._start(station)

    def stand_by(self, station: Station) -> None:
        """Be ready to authenticate a station that has associated, and has a PMK for now."""
        if self._server is None or not self._expected:
            return
        self._pass_throughs[station] = EapPassThrough(
            station,
            network=self._network,
            timers=self._timers,
            server=self._server,
            environment=self._environment,
            send=self._send,
            succeeded=self._succeeded,
            failed=self._failed,
            pmk_length=self._pmk_length,
        )

    def receive(self, station: Station, received: ReceivedFrame) -> None:
        """EAP, EAPOL-Start or EAPOL-Logoff of a station."""
        pass_through, kind = self._pass_throughs.get(station), received.info.kind
        if pass_through is None:
            silent = self._expected and self._server is None
            received.info.detail["ignored"] = "silent" if silent else "no 802.1X"
        elif kind == "eapol-logoff":
            self._failed(station, REASON_NOT_VALID)
        elif kind == "eapol-start":
            self._restarting(station)
            pass_through.eapol_start()
        elif received.eap is not None:
            pass_through.receive(received.eap, received.info)

    def reauthenticate(self, stations: Sequence[Station], done: Callable[[int], None]) -> None:
        """Authenticate those again; ``done`` gets their number once all have new keys or have left.

        Raises :class:`RequestError` without a server, and while another one is under way.
        """
        if self._server is None:
            raise RequestError("no-server", "reauthenticate: the network has no 802.1X server")
        self._barrier.begin(stations, self._start, done)

    def _start(self, station: Station) -> None:
        if station in self._pass_throughs:
            self._pass_throughs[station].start()
