# SPDX-License-Identifier: GPL-2.0-or-later
"""802.1X of an access point: a pass-through per station, and reauthentications of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hwsim.ap.eap_pass_through import REASON_NOT_VALID, EapPassThrough
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.network import Network
from hwsim.ap.station import FrameInfo, ReceivedFrame, Station
from hwsim.ap.station_barrier import StationBarrier
from hwsim.ap.timers import Timers
from hwsim.errors import RequestError
from hwsim.radius import RadiusClient


class Enterprise:
    """Authenticates stations by a RADIUS server; without one it is silent.

    ``succeeded`` gets a station's PMK, ``failed`` the reason to deauthenticate it.
    """

    def __init__(
        self,
        *,
        network: Network,
        timers: Timers,
        server: RadiusClient | None,
        environment: ApEnvironment,
        send: Callable[[Station, bytes, FrameInfo], None],
        succeeded: Callable[[Station, bytes], None],
        failed: Callable[[Station, int], None],
    ) -> None:
        self._network = network
        self._timers = timers
        self._server = server
        self._environment = environment
        self._send = send
        self._succeeded = succeeded
        self._failed = failed
        self._barrier = StationBarrier("reauthenticate")
        self.done = self._barrier.done
        self.shut_down = self._barrier.shut_down

    def begin(self, station: Station) -> None:
        """Authenticate a station that has associated; a silent access point does nothing."""
        if self._server is None:
            return
        station.eap = EapPassThrough(
            station,
            network=self._network,
            timers=self._timers,
            server=self._server,
            environment=self._environment,
            send=self._send,
            succeeded=self._succeeded,
            failed=self._failed,
        )
        station.eap.start()

    def receive(self, station: Station, received: ReceivedFrame) -> None:
        """EAP, EAPOL-Start or EAPOL-Logoff of a station."""
        pass_through, kind = station.eap, received.info.kind
        if pass_through is None:
            silent = self._network.enterprise and self._server is None
            received.info.detail["ignored"] = "silent" if silent else "no 802.1X"
        elif kind == "eapol-logoff":
            self._failed(station, REASON_NOT_VALID)
        elif kind == "eapol-start":
            if station.authenticator is not None and station.authenticator.phase != "done":
                station.authenticator.stop()
            pass_through.eapol_start()
        elif received.eap is not None:
            pass_through.receive(received.eap, received.info)

    def reauthenticate(self, stations: Sequence[Station], done: Callable[[int], None]) -> None:
        """Authenticate those again; ``done`` is told how many, when all have new keys or are gone.

        Raises :class:`RequestError` where there is nobody who could.
        """
        if self._server is None:
            raise RequestError("no-server", "reauthenticate: the network has no 802.1X server")
        self._barrier.begin(stations, _start, done)


def _start(station: Station) -> None:
    if station.eap is not None:
        station.eap.start()
