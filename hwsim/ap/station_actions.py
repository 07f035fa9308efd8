# SPDX-License-Identifier: GPL-2.0-or-later
"""What an access point does upon the action frames of its stations; SA Query is elsewhere.

Sources: IEEE 802.11-2020, 13.5.3 (fast transitions over the DS).
"""

from __future__ import annotations

from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.ft_over_ds import FtRequest, parse_ft_request
from hwsim.ap.network import Network
from hwsim.ap.robust_management import RobustManagement
from hwsim.ap.station import Station


class StationActions:
    """Answers the action frames of the stations of one access point."""

    def __init__(
        self, network: Network, environment: ApEnvironment, robust: RobustManagement
    ) -> None:
        self._network = network
        self._environment = environment
        self._robust = robust

    def receive(self, station: Station | None, body: bytes, info: FrameInfo) -> None:
        """Act on a frame's body; what it is, and why it is ignored, goes to its info."""
        asked = parse_ft_request(body)
        if asked is None:
            return
        info.detail["action"] = "FT request"
        if station is None or station.state == "authenticated":
            info.detail["ignored"] = "not associated"
        else:
            self._pass_on(station, asked, info)

    def _pass_on(self, station: Station, asked: FtRequest, info: FrameInfo) -> None:
        """A transition over the DS: the target is asked, and its answer goes to the station."""
        network = self._network
        if not network.ft.over_ds or asked.station != station.mac:
            info.detail["ignored"] = "station" if network.ft.over_ds else "not over the DS"
            return
        target = asked.target if asked.target != network.bssid else b""
        answer = self._environment.transition(network.ssid, target, station.mac, asked.elements)
        if answer is None:
            info.detail["ignored"] = "no such target"
            return
        body = asked.response(*answer)
        self._robust.send(station, body, action="FT response", status=answer[0])
