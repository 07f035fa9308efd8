# SPDX-License-Identifier: GPL-2.0-or-later
"""How a station comes in: probe, authentication and association (IEEE 802.11-2020, 11.3).

What of it the security mode decides it is asked; what a station had before goes once it comes anew.
"""

from __future__ import annotations

from collections.abc import Callable

from hwsim.ap.countermeasures import Countermeasures
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.group_key import GroupKey
from hwsim.ap.management import (
    REASON_NOT_AUTHENTICATED,
    STATUS_UNSPECIFIED,
    AssociationRequest,
    Management,
    parse_authentication,
)
from hwsim.ap.pairwise_keys import BroughtKeys
from hwsim.ap.robust_management import RobustManagement, is_protected
from hwsim.ap.security.ft import FAST_TRANSITION
from hwsim.ap.security.mode import AssociationAnswer, AuthFrame, FastKeys, SecurityMode
from hwsim.ap.security.rsne import STATUS_NO_ROOM, STATUS_SUCCESS
from hwsim.ap.station import State, Station
from hwsim.ap.station_table import StationTable
from hwsim.ap.wmm import qos_info, uapsd_of


class Admission:
    """Answers what stations ask for who are to come in.

    Args:
        environment: sends the answers.
        management: makes them.
        security: says who may come in.
        group: the keys a station is given that brings its own.
        robust: refuses an association that would end one whose frames are protected.
        stations: the table they come into.
        forget_keys: end a station's handshakes, and forget what they led to.
        left: it is with this access point no more, as far as it was.
        change: it has another state.
        remove: forget it, for a reason if there is one.
        turn_away: deauthenticate an address, with a reason.
        michael: as long as they are active, nobody comes in.
    """

    def __init__(
        self,
        *,
        environment: ApEnvironment,
        management: Management,
        security: SecurityMode,
        group: GroupKey,
        robust: RobustManagement,
        stations: StationTable,
        forget_keys: Callable[[Station], None],
        left: Callable[[Station], None],
        change: Callable[[Station, State], None],
        remove: Callable[[Station, int | None], None],
        turn_away: Callable[[bytes, int], None],
        michael: Countermeasures,
    ) -> None:
        self._environment = environment
        self._management = management
        self._security = security
        self._group = group
        self._robust = robust
        self._stations = stations
        self._forget_keys = forget_keys
        self._left = left
        self._change = change
        self._remove = remove
        self._turn_away = turn_away
        self._michael = michael

    def probe(self, received: ReceivedFrame) -> None:
        """Answer a probe request that is for this network, or for any that does not hide."""
        if self._management.probed(received.frame, received.header):
            receiver = received.header.transmitter
            frame = self._management.probe_response(receiver, self._environment.now_ns())
            self._environment.transmit(frame, FrameInfo("probe-resp"))
            self._security.expect(receiver)

    def authenticate(self, received: ReceivedFrame) -> None:
        """Answer an Authentication frame as the security mode has it; raises
        :class:`hwsim.errors.WireError` if it is malformed."""
        request = parse_authentication(received, self._security.authentication_body(received))
        mac = received.header.transmitter
        if self._michael.active:
            self._environment.transmit(*self._management.refusal(received, STATUS_UNSPECIFIED, 0))
            return
        answer, authenticated = self._security.authenticate(mac, request)
        comes_in = authenticated and not mac[0] & 1 and not is_protected(self._stations.get(mac))
        if comes_in and not self._admit(mac):
            self._environment.transmit(*self._management.refusal(received, STATUS_NO_ROOM, 0))
        elif answer is not None:
            self._environment.transmit(*self._management.answer(received, answer))
        else:
            received.info.detail["ignored"] = "authentication"

    def transition(self, mac: bytes, elements: bytes) -> tuple[int, bytes]:
        """Status and elements of the answer to the first message of a station's transition that
        came over the DS."""
        answer, authenticated = self._security.authenticate(
            mac, AuthFrame(FAST_TRANSITION, 1, STATUS_SUCCESS, elements)
        )
        comes_in = authenticated and not mac[0] & 1 and mac not in self._stations
        if comes_in and not self._admit(mac):
            return STATUS_NO_ROOM, b""
        return (answer.status, answer.rest) if answer is not None else (STATUS_SUCCESS, b"")

    def _admit(self, mac: bytes) -> bool:
        """Know the station from now on; False if there is no room for another."""
        station = self._stations.get(mac)
        if station is None:
            if (other := self._stations.in_the_way()) is not None:
                self._remove(other, None)
            if self._stations.full:
                return False
            number = self._environment.radio_number(mac)
            bssid = self._management.network.bssid
            station = self._stations[mac] = Station(mac, bssid, number)
        self._forget_keys(station)
        self._left(station)
        self._change(station, "authenticated")
        return True

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
            proven = self._security.proves_itself(mac, request.elements)
            refusal = None if proven else self._robust.refusal(station)
            answer = refusal or self._security.associate(mac, request.elements)
        if answer.fast is not None:
            answer = self._with_keys(station, request, answer, answer.fast)
        elif answer.status == STATUS_SUCCESS:
            self._let_in(station, request)
            self._change(station, "associated")
        answered = self._management.association_answer(received, answer, station.aid)
        self._environment.transmit(*answered)

    def _let_in(self, station: Station, request: AssociationRequest) -> None:
        self._forget_keys(station)
        self._security.agree(station, request.rsne)
        station.aid = station.aid or self._stations.free_aid()
        network, info = self._management.network, qos_info(request.elements)
        station.qos = network.wmm and info is not None
        station.uapsd = uapsd_of(info) if network.uapsd and info is not None else None
        station.listen_interval = request.listen_interval

    def _with_keys(
        self,
        station: Station,
        request: AssociationRequest,
        answer: AssociationAnswer,
        fast: FastKeys,
    ) -> AssociationAnswer:
        """Let a station in that brings its keys; the answer, with the group's.

        Of a request that comes again the keys stay as they are in use: to begin them anew would be
        to use packet numbers twice (CVE-2017-13082).
        """
        again = station.brought is not None and station.brought.keys == fast.keys
        if not again:
            self._let_in(station, request)
            assert station.cipher is not None
            station.keys = fast.keys
            station.candidate = station.cipher.key(fast.keys.tk, 0)
        given = self._group.given(integrity=station.protects_management)
        station.brought = BroughtKeys(fast.pmk, fast.keys, given[0].key)
        if not again:
            self._change(station, "associated")
        return answer._replace(elements=fast.elements(given))
