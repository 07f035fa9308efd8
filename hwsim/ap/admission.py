# SPDX-License-Identifier: GPL-2.0-or-later
"""How a station comes in: probe, authentication and association (IEEE 802.11-2020, 11.3).

What of it the security mode decides it is asked; what a station had before goes once it comes anew.
"""

from __future__ import annotations

from collections.abc import Callable

from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.management import (
    REASON_NOT_AUTHENTICATED,
    Management,
    parse_authentication,
)
from hwsim.ap.robust_management import RobustManagement, is_protected
from hwsim.ap.security.mode import AssociationAnswer, SecurityMode
from hwsim.ap.security.rsne import STATUS_SUCCESS
from hwsim.ap.station import State, Station
from hwsim.ap.station_table import StationTable


class Admission:
    """Answers what stations ask for who are to come in.

    Args:
        environment: sends the answers.
        management: makes them.
        security: says who may come in.
        robust: refuses an association that would end one whose frames are protected.
        stations: the table they come into.
        forget_keys: end a station's handshakes, and forget what they led to.
        left: it is with this access point no more, as far as it was.
        change: it has another state.
        turn_away: deauthenticate an address, with a reason.
    """

    def __init__(
        self,
        *,
        environment: ApEnvironment,
        management: Management,
        security: SecurityMode,
        robust: RobustManagement,
        stations: StationTable,
        forget_keys: Callable[[Station], None],
        left: Callable[[Station], None],
        change: Callable[[Station, State], None],
        turn_away: Callable[[bytes, int], None],
    ) -> None:
        self._environment = environment
        self._management = management
        self._security = security
        self._robust = robust
        self._stations = stations
        self._forget_keys = forget_keys
        self._left = left
        self._change = change
        self._turn_away = turn_away

    def probe(self, received: ReceivedFrame) -> None:
        """Answer a probe request that is for this network, or for any that does not hide."""
        if self._management.probed(received.frame, received.header):
            receiver = received.header.transmitter
            frame = self._management.probe_response(receiver, self._environment.now_ns())
            self._environment.transmit(frame, FrameInfo("probe-resp"))

    def authenticate(self, received: ReceivedFrame) -> None:
        """Answer an Authentication frame as the security mode has it; raises
        :class:`hwsim.errors.WireError` if it is malformed."""
        request = parse_authentication(received)
        mac = received.header.transmitter
        answer, authenticated = self._security.authenticate(mac, request)
        if authenticated and not mac[0] & 1 and not is_protected(self._stations.get(mac)):
            self._admit(mac)
        if answer is not None:
            self._environment.transmit(*self._management.answer(received, answer))
        else:
            received.info.detail["ignored"] = "authentication"

    def _admit(self, mac: bytes) -> None:
        station = self._stations.get(mac)
        if station is None:
            for oldest in self._stations.make_room():
                self._forget_keys(oldest)
            number = self._environment.radio_number(mac)
            bssid = self._management.network.bssid
            station = self._stations[mac] = Station(mac, bssid, number)
        self._forget_keys(station)
        self._left(station)
        self._change(station, "authenticated")

    def associate(self, received: ReceivedFrame) -> None:
        """Answer a (re)association request; raises :class:`hwsim.errors.WireError` if it is
        malformed."""
        mac, header = received.header.transmitter, received.header
        station = self._stations.get(mac)
        if station is None:
            self._turn_away(mac, REASON_NOT_AUTHENTICATED)
            return
        request = self._management.parse_association_request(received.frame, header)
        answer = AssociationAnswer(request.status)
        if request.status == STATUS_SUCCESS:
            refusal = self._robust.refusal(station)
            answer = refusal or self._security.associate(mac, request.elements)
        if answer.status == STATUS_SUCCESS:
            self._forget_keys(station)
            self._security.agree(station, request.rsne)
            station.aid = station.aid or self._stations.free_aid()
            self._change(station, "associated")
        told = {"status": answer.status, **answer.detail}
        info = FrameInfo("assoc-resp", retry=received.info.retry, detail=told)
        frame = self._management.association_response(
            mac, answer, station.aid, again=header.subtype == 2
        )
        self._environment.transmit(frame, info)
