# SPDX-License-Identifier: GPL-2.0-or-later
"""The access point: what it does with each frame it receives.

The medium uses it in two steps. :meth:`AccessPoint.inspect` says what a frame is (decrypting it if
need be) and changes no station's state; then the medium's rules decide whether the access point
receives the frame; if so :meth:`AccessPoint.receive` acts on it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from hwsim import frames
from hwsim.ap import management
from hwsim.ap.admission import Admission
from hwsim.ap.channel_switch import ChannelSwitch
from hwsim.ap.countermeasures import Countermeasures
from hwsim.ap.datapath import DataPath
from hwsim.ap.echo import EchoResult
from hwsim.ap.enterprise import Enterprise
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.group_key import GroupKey
from hwsim.ap.handshake import HandshakeContext, KeyTemplates
from hwsim.ap.host import Host
from hwsim.ap.inspection import Inspector
from hwsim.ap.management import Management
from hwsim.ap.neighbours import TransitionRequest
from hwsim.ap.network import Network
from hwsim.ap.power_save import PowerSave
from hwsim.ap.rekey import GroupRekey, Keys
from hwsim.ap.robust_management import Parting, RobustManagement
from hwsim.ap.security.modes import SECURITY_MODES
from hwsim.ap.security.rsne import STATUS_SUCCESS
from hwsim.ap.station import State, Station
from hwsim.ap.station_actions import StationActions
from hwsim.ap.station_barrier import StationBarrier
from hwsim.ap.station_table import StationTable
from hwsim.ap.templates import AT_SEQUENCE
from hwsim.ap.timers import Timers
from hwsim.ap.wep_delivery import handshakes_of
from hwsim.errors import RequestError
from hwsim.frames import MacHeader
from hwsim.radius import RadiusClient


class AccessPoint:
    """One access point (a BSS) and the stations it knows.

    ``server`` authenticates stations where the network has 802.1X; without one the access point
    sends no EAP and answers none.
    """

    def __init__(
        self,
        network: Network,
        timers: Timers,
        environment: ApEnvironment,
        server: RadiusClient | None = None,
    ) -> None:
        self._timers = timers
        self._environment = environment = self._power = PowerSave(environment, network)
        self._security = SECURITY_MODES[network.security](network, environment)
        self._management = Management(
            network, self._security, environment.now_ns(),
            partial(environment.neighbours, network.ssid, network.bssid),
        )  # fmt: skip
        self._group = GroupKey(
            environment, self._security.group, self._security.integrity,
            beacons=network.beacon_protection,
        )  # fmt: skip
        protected = self._security.protects_data
        self._path = DataPath(network, self._management, self._group, protected=protected)
        self._rekeys: dict[Keys, GroupRekey | StationBarrier] = {
            "group": GroupRekey(self._group),
            "pairwise": StationBarrier("rekey_pairwise"),
        }
        self._robust = RobustManagement(environment, self._management, self._path, self._group)
        self._stations = known = StationTable()
        self._host = Host(self._path, environment)
        self._handshakes = handshakes_of(self._handshake_context(), self._transmit_eapol)
        self._enterprise = self._new_enterprise(server)
        self._michael = Countermeasures(environment, self._security, self._group, self.part)
        self._admission = self._new_admission()
        self._actions = StationActions(network, environment, self._robust, known, self.part)
        self._inspector = Inspector(network.bssid, self._path, self._security)
        self._air_ns = 0
        self.ignored = 0

    @property
    def network(self) -> Network:
        """What it is like now: a channel switch changes that."""
        return self._management.network

    @property
    def stations(self) -> tuple[Station, ...]:
        """The stations known now, in the order in which they authenticated first."""
        return tuple(self._stations.values())

    @property
    def has_keys(self) -> bool:
        """Whether its stations' data goes under keys that can be renewed."""
        return self._security.choice.renews_keys

    @property
    def busy(self) -> bool:
        """Whether a handshake or an authentication is under way."""
        return self._handshakes.busy or self._enterprise.busy

    def new_association(self) -> None:
        """Forget which messages were seen: repetitions are counted anew."""
        self._inspector.new_association()

    # beacons, and what a person asks for

    def beacon(self, air_ns: int) -> bytes:
        """The beacon for a time of the air's clock (ns), under the next sequence number."""
        beacon = self._management.beacon(air_ns, self._power.waiting)
        return self._group.protected_beacon(beacon)

    def after_beacon(self) -> None:
        """Send what waited for the beacon that has just gone out, if it was a DTIM beacon."""
        if self._management.dtim_count == 0:
            self._power.after_dtim()

    def next_beacon_ns(self, air_ns: int) -> int:
        """When the beacon after ``air_ns`` is due (ns of the air's clock)."""
        return self._management.next_beacon_ns(air_ns)

    def resequenced(self, frame: bytes) -> bytes:
        """The frame under the next sequence number; no cipher covers that (12.5.3.3.3)."""
        return frame[:AT_SEQUENCE] + self._management.next_sequence() + frame[AT_SEQUENCE + 2 :]

    def rekey(self, keys: Keys, done: Callable[[int], None]) -> None:
        """Give every authorized station a new GTK, or a new PTK by another 4-way handshake under
        the same PMK; ``done`` gets their number once all have it.

        Raises :class:`RequestError` in an open network, and while another rekey is under way.
        """
        if not self.has_keys:
            raise RequestError("no-keys", f"rekey_{keys}: the network has no {keys} key to renew")
        start = self._handshakes.start_group if keys == "group" else self._renew
        self._rekeys[keys].begin(self._stations.authorized, start, done)

    def reauthenticate(self, done: Callable[[int], None]) -> None:
        """Authenticate every authorized station by 802.1X again, which gives it a new PMK.

        ``done`` gets their number once all have new keys or have left. Raises
        :class:`RequestError` without a server, and while another one is under way.
        """
        self._enterprise.reauthenticate(self._stations.authorized, done)

    def part(self, parting: Parting, mac: bytes | None = None) -> None:
        """Part with one station, known here or not, or with all (None); see :class:`Parting`."""
        stations = [one for one in self.stations if parting.broadcast or mac in (None, one.mac)]
        if mac is None or parting.broadcast:
            self._robust.part_with_all(parting, stations)
        else:
            self._robust.part(parting, mac, self._stations.get(mac))
        for station in () if parting.forged else stations:
            self._remove(station, parting.reason)

    def deauthenticate(self, mac: bytes, reason: int) -> None:
        """Send a deauthentication to ``mac``, and forget the station if it is a known one."""
        self.part(Parting("deauth", reason), mac)

    def refuse(self, received: ReceivedFrame, status: int, comeback_tu: int) -> None:
        """Answer an authentication or association request with a status, and do nothing else."""
        self._environment.transmit(*self._management.refusal(received, status, comeback_tu))

    def announce_switch(self, switch: ChannelSwitch) -> None:
        """Announce a channel switch from the next beacon on, and carry it out with all stations."""
        for body in switch.actions():
            self._robust.send_to_all(body)
        self._management.announce(switch)

    def ask_to_go(self, request: TransitionRequest) -> None:
        """Ask every connected station to go to another access point."""
        self._actions.ask(request)

    def transition(self, mac: bytes, elements: bytes) -> tuple[int, bytes]:
        """See :meth:`hwsim.ap.environment.ApEnvironment.transition`."""
        return self._admission.transition(mac, elements)

    def forget_pmks(self) -> None:
        """Forget the PMKs that are kept for stations that come back; those in use stay in use."""
        self._security.forget_pmks()

    def hand_over(self, station: Station) -> None:
        """The station associated with another access point: forget what was known of it here."""
        own = self._stations.get(station.mac)
        if own is not None and own is not station:
            self._remove(own, None)

    def echo(
        self, station: Station | None, count: int, timeout_ns: int,
        done: Callable[[EchoResult], None],
    ) -> None:  # fmt: skip
        """Run ARP and ICMP echo to the station; see :mod:`hwsim.ap.echo`."""
        known = station is not None and self._stations.get(station.mac) is station
        self._host.echo(station if known else None, count, timeout_ns, done)

    def vanish(self) -> None:
        """Forget every station without a word, and send nothing more."""
        for station in self.stations:
            self._remove(station, None)
        self.shut_down()

    def shut_down(self) -> None:
        """Cancel what is under way; nothing more is sent."""
        self._host.shut_down()
        self._power.shut_down()
        for procedure in (*self._rekeys.values(), self._enterprise):
            procedure.shut_down()
        for station in self.stations:
            self._forget_keys(station)
        self._stations.clear()

    # frames of stations

    def inspect(self, frame: bytes, header: MacHeader, *, copy: int = 0) -> ReceivedFrame:
        """What a frame is; ``copy`` numbers copies that a rule of the medium made."""
        station = self._stations.get(header.transmitter)
        return self._inspector.inspect(frame, header, station, copy=copy)

    def receive(self, received: ReceivedFrame, air_ns: int) -> None:
        """Act on an inspected frame of the time ``air_ns``; raises :class:`WireError`."""
        self._air_ns = air_ns
        header = received.header
        own = header.receiver == self.network.bssid
        station = self._stations.get(header.transmitter)
        if own and station is not None and station.state != "authenticated":
            self._power.heard(station, received, partial(self._path.null, station))
        if header.type == frames.DATA and own and not self._michael.take(station, received):
            self._receive_data(received, station)
        elif header.type == frames.MANAGEMENT:
            self._receive_management(received, station)

    def transmitted(self, frame: bytes, info: FrameInfo, *, acked: bool) -> None:
        """A frame of this access point was transmitted; ``acked``: the station acknowledged it."""
        station = self._stations.get(frame[4:10])
        if station is None:
            return
        let_in = info.detail.get("status") == STATUS_SUCCESS and station.state == "associated"
        if info.kind == "assoc-resp" and acked and let_in:
            self._secure(station)
        else:
            self._handshakes.transmitted(station, info.kind, acked=acked)

    # management

    def _receive_management(self, received: ReceivedFrame, station: Station | None) -> None:
        kind, header = received.info.kind, received.header
        if kind == "probe-req":
            self._admission.probe(received)
        elif header.receiver != self.network.bssid:
            return
        elif kind == "auth":
            self._admission.authenticate(received)
        elif kind == "assoc-req":
            self._admission.associate(received)
        elif kind in ("deauth", "disassoc"):
            reason = self._robust.receive_parting(station, received)
            if station is not None and reason is not None:
                self._remove(station, reason)
        elif kind == "action":
            body = self._robust.receive_action(station, received)
            if body is not None:
                self._actions.receive(station, body, received.info)

    # authentication by 802.1X, and handshakes

    def _secure(self, station: Station) -> None:
        """What comes after an association: keys, or first an authentication."""
        brought = station.brought
        if brought is not None:
            self._enterprise.stand_by(station)
            self._handshakes.adopt(station, brought.pmk, brought.gtk)
            station.use_candidate()
            self._authorize(station)
            return
        pmk = self._security.pmk(station)
        if pmk is not None:
            self._enterprise.stand_by(station)
            self._begin_handshake(station, pmk)
        elif self._security.choice.credential == "eap":
            self._change(station, "authenticating")
            self._enterprise.begin(station)
        elif self._security.suite is None:
            self._authorize(station)
        else:  # forgotten over many others; never in the clear where there are to be keys
            self.deauthenticate(station.mac, management.REASON_NO_LONGER_VALID)

    def _authenticated(self, station: Station, pmk: bytes) -> None:
        if self._security.suite is not None:
            self._environment.keep_key(pmk, station)
        self._begin_handshake(station, self._security.authenticated(station, pmk))

    def _begin_handshake(self, station: Station, pmk: bytes) -> None:
        self._handshaking(station)
        self._handshakes.start(station, pmk)

    def _renew(self, station: Station) -> None:
        self._handshaking(station)
        self._handshakes.renew(station)

    def _handshaking(self, station: Station) -> None:
        self._inspector.new_handshake(station)
        self._change(station, "handshaking")

    def _transmit_eapol(self, station: Station, pdu: bytes, info: FrameInfo) -> None:
        sealed = not self._security.choice.hands_out_wep_keys
        frame = self._path.for_station(station, frames.SNAP_EAPOL + pdu, info, sealed=sealed)
        self._environment.transmit(frame, info)

    def _transmit_key(self, station: Station, frame: bytearray, info: FrameInfo) -> None:
        frame[4:10] = station.mac
        frame[AT_SEQUENCE : AT_SEQUENCE + 2] = self._management.next_sequence()
        self._environment.transmit(self._path.seal(station, bytes(frame), info), info)

    def _authorize(self, station: Station) -> None:
        self._change(station, "authorized")
        if not self._handshakes.renew_group_key(station):  # else a rekey began after its M3
            self._rekeys["group"].done(station)
        self._rekeys["pairwise"].done(station)
        self._enterprise.done(station)
        self._host.authorized(station)

    # data

    def _receive_data(self, received: ReceivedFrame, station: Station | None) -> None:
        header, info = received.header, received.info
        if station is None or station.state == "authenticated":
            if info.kind != "null":
                self.deauthenticate(header.transmitter, management.REASON_NOT_ASSOCIATED)
            return
        if received.payload is None:
            return
        replay = info.protected and self._path.is_replay(received)
        if received.key is not None:
            self.ignored += self._handshakes.receive(station, received.key, info)
        elif replay:
            info.detail["ignored"] = "packet number"
        elif info.kind in ("eap", "eapol-start", "eapol-logoff"):
            self._enterprise.receive(station, received)
        elif info.kind in ("arp", "icmp"):
            self._host.receive(station, received, self._air_ns)

    # what is built once

    def _handshake_context(self) -> HandshakeContext:
        return HandshakeContext(
            network=self.network, security=self._security, timers=self._timers,
            group=self._group, templates=cache(partial(KeyTemplates, self.network)),
            environment=self._environment, transmit=self._transmit_key,
            authorized=self._authorize, group_done=self._rekeys["group"].done,
            failed=lambda station, reason: self.deauthenticate(station.mac, reason),
        )  # fmt: skip

    def _new_admission(self) -> Admission:
        return Admission(
            environment=self._environment, management=self._management, security=self._security,
            group=self._group, robust=self._robust, stations=self._stations,
            forget_keys=self._forget_keys, left=self._has_left, change=self._change,
            remove=self._remove, turn_away=self.deauthenticate, michael=self._michael,
        )  # fmt: skip

    def _new_enterprise(self, server: RadiusClient | None) -> Enterprise:
        return Enterprise(
            network=self.network, timers=self._timers, server=server,
            expected=self._security.choice.credential == "eap",
            pmk_length=self._security.pmk_length, environment=self._environment,
            send=self._transmit_eapol, succeeded=self._authenticated,
            failed=lambda station, reason: self.deauthenticate(station.mac, reason),
            restarting=self._handshakes.interrupt,
        )  # fmt: skip

    def _forget_keys(self, station: Station) -> None:
        self._handshakes.forget(station)
        self._enterprise.forget(station)
        self._robust.forget(station)
        self._power.forget(station)
        station.forget_keys()

    def _remove(self, station: Station, reason: int | None) -> None:
        self._forget_keys(station)
        self._stations.pop(station.mac, None)
        self._has_left(station)
        self._change(station, "gone", reason)

    def _has_left(self, station: Station) -> None:
        for procedure in (*self._rekeys.values(), self._enterprise):
            procedure.done(station)
        self._host.left(station)

    def _change(self, station: Station, state: State, reason: int | None = None) -> None:
        station.state = state
        self._environment.station_changed(station, reason)
