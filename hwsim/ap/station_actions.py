# SPDX-License-Identifier: GPL-2.0-or-later
"""Action frames between an access point and its stations; SA Query is elsewhere.

Sources, all IEEE 802.11-2020: 13.5.3 (fast transitions over the DS), 11.21.7 (BSS transition
management), 11.10.10 (neighbour reports).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.ft_over_ds import FtRequest, parse_ft_request
from hwsim.ap.neighbours import (
    TransitionRequest,
    is_neighbour_request,
    is_query,
    neighbour_response,
    parse_response,
)
from hwsim.ap.network import TU_NS, Network
from hwsim.ap.robust_management import Parting, RobustManagement
from hwsim.ap.station import Station
from hwsim.ap.station_table import StationTable
from hwsim.frames import ELEMENT_SSID, elements

REASON_BSS_TRANSITION: Final = 12
_NO_SSID: Final = b""


class StationActions:
    """Asks and answers the stations of one access point; ``part`` parts with one of them."""

    def __init__(
        self,
        network: Network,
        environment: ApEnvironment,
        robust: RobustManagement,
        stations: StationTable,
        part: Callable[[Parting, bytes], None],
    ) -> None:
        self._network = network
        self._environment = environment
        self._robust = robust
        self._stations = stations
        self._part = part
        self._token = 0

    def ask(self, request: TransitionRequest) -> None:
        """Ask connected stations to go elsewhere; who is still there when disassociation was said
        to be imminent is disassociated then."""
        for station in self._stations.authorized:
            self._token = self._token % 255 + 1
            self._ask(station, request, self._token)

    def _ask(self, station: Station, request: TransitionRequest, token: int) -> None:
        self._robust.send(station, request.body(token), action="BTM request", token=token)
        if request.disassociation_tbtt:
            wait_tu = request.disassociation_tbtt * self._network.beacon_interval_tu
            self._environment.call_after(wait_tu * TU_NS, lambda: self._send_away(station))

    def _send_away(self, station: Station) -> None:
        if self._stations.get(station.mac) is station:
            self._part(Parting("disassoc", REASON_BSS_TRANSITION), station.mac)

    def receive(self, station: Station | None, body: bytes, info: FrameInfo) -> None:
        """Act on a frame's body; what it is, and why it is ignored, goes to its info.

        Raises :class:`hwsim.errors.WireError` for broken elements.
        """
        name = _name(body)
        if name is None:
            return
        info.detail["action"] = name
        if station is None or station.state == "authenticated":
            info.detail["ignored"] = "not associated"
            return
        asked, answer = parse_ft_request(body), parse_response(body)
        if asked is not None:
            self._pass_on(station, asked, info)
        elif answer is not None:
            info.detail.update(answer.detail)
        elif is_query(body):
            self._query(station, body[2], info)
        else:
            self._report(station, body, info)

    def _query(self, station: Station, token: int, info: FrameInfo) -> None:
        if self._network.bss_transition:
            self._ask(station, TransitionRequest(self._others(self._network.ssid)), token)
        else:
            info.detail["ignored"] = "not offered"

    def _report(self, station: Station, body: bytes, info: FrameInfo) -> None:
        if not self._network.neighbour_reports:
            info.detail["ignored"] = "not offered"
            return
        wanted = (whole[2:] for one, whole in elements(body, 3) if one == ELEMENT_SSID)
        others = self._others(next(wanted, _NO_SSID) or self._network.ssid)
        answer = neighbour_response(body[2], others)
        self._robust.send(station, answer, action="neighbour report", neighbours=len(others))

    def _others(self, ssid: bytes) -> tuple[Network, ...]:
        return self._environment.neighbours(ssid, self._network.bssid)

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


def _name(body: bytes) -> str | None:
    """What records call an action frame of a station; None for one that is not acted on."""
    if parse_ft_request(body) is not None:
        return "FT request"
    if parse_response(body) is not None:
        return "BTM response"
    if is_query(body):
        return "BTM query"
    return "neighbour request" if is_neighbour_request(body) else None
