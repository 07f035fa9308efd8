# SPDX-License-Identifier: GPL-2.0-or-later
"""802.1X of one station: EAP passed on between it and the RADIUS server.

The access point asks for the identity as soon as the station is associated, as hostapd does, and
again when the station sends EAPOL-Start. What it passes on it does not look into. It sends a
request again when no response comes, the same number of times as a message of the 4-way handshake,
and then says EAP-Failure.

Sources: IEEE 802.1X-2020, 8 (PACP); RFC 3748, 2.3 (pass-through) and 4.3 (retransmission).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from hwsim import eap
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.network import Network
from hwsim.ap.station import Station
from hwsim.ap.timers import Timers
from hwsim.eap import EapPacket
from hwsim.errors import WireError
from hwsim.frames import mac_text
from hwsim.loop import Timer
from hwsim.radius import AccessRequest, Exchange, RadiusClient, RadiusReply
from hwsim.radius.codec import ACCESS_ACCEPT, ACCESS_CHALLENGE, ACCESS_REJECT

REASON_NOT_VALID: Final = 2
REASON_8021X_FAILED: Final = 23

_MAX_IDENTITY: Final = 253


Phase = Literal["idle", "identity", "response", "server", "done"]
"""What is waited for: a response of the station (``identity``: to the first request), or the
server; ``done`` after a success."""


class EapPassThrough:
    """One station's authentications, from its association to the next."""

    def __init__(
        self,
        station: Station,
        *,
        network: Network,
        timers: Timers,
        server: RadiusClient,
        environment: ApEnvironment,
        send: Callable[[Station, bytes, FrameInfo], None],
        succeeded: Callable[[Station, bytes], None],
        failed: Callable[[Station, int], None],
        pmk_length: int,
    ) -> None:
        self._station = station
        self._pmk_length = pmk_length
        self._network = network
        self._timers = timers
        self._server = server
        self._environment = environment
        self._send_eapol = send
        self._succeeded = succeeded
        self._failed = failed
        self._identifier = environment.random(1)[0]
        self._request = b""
        self._user = b""
        self._state: bytes | None = None
        self._tries = 0
        self._timer: Timer | None = None
        self._pending: Exchange | None = None
        self.phase: Phase = "idle"

    @property
    def busy(self) -> bool:
        """Whether an authentication is under way."""
        return self.phase in ("identity", "response", "server")

    def start(self) -> None:
        """Send EAP-Request/Identity; an authentication under way is abandoned."""
        self.stop()
        self._state = None
        self._identifier = (self._identifier + 1) % 256
        self._ask(eap.identity_request(self._identifier), "identity")

    def stop(self) -> None:
        """Cancel what is under way; nothing more is sent."""
        if self._timer is not None:
            self._timer.cancel()
        if self._pending is not None:
            self._server.cancel(self._pending)
            self._pending = None
        self.phase = "idle"

    def eapol_start(self) -> None:
        """The station asks to be authenticated. An unanswered first request is sent again."""
        if self.phase == "identity":
            self._try()
        else:
            self.start()

    def receive(self, packet: EapPacket, info: FrameInfo) -> None:
        """An EAP packet of the station; why it is ignored goes to its info."""
        reason = self._receive(packet)
        if reason is not None:
            info.detail["ignored"] = reason

    def _receive(self, packet: EapPacket) -> str | None:
        if packet.code != eap.RESPONSE:
            return "not a response"
        if self.phase not in ("identity", "response"):
            return "no request is open"
        if packet.identifier != self._identifier:
            return "identifier"
        if self.phase == "identity":
            if packet.type != eap.TYPE_IDENTITY or len(packet.whole) > 5 + _MAX_IDENTITY:
                return "not an identity"
            # RFC 3579, 2.1: the station's address stands in for an empty identity
            self._user = packet.whole[5:] or mac_text(self._station.mac).encode()
        return self._pass_on(packet.whole)

    def _pass_on(self, response: bytes) -> str | None:
        station, network = self._station, self._network
        request = AccessRequest(
            self._user, network.bssid, network.ssid, station.mac, response, self._state
        )
        try:
            pending = self._server.send(request, self._on_reply)
        except WireError as error:
            return str(error)
        if self._timer is not None:
            self._timer.cancel()
        self.phase, self._pending = "server", pending
        return None

    def _on_reply(self, reply: RadiusReply | str) -> None:
        self._pending = None
        if isinstance(reply, str):
            if not self._server.has_trouble:
                self._environment.fault("radius", reply)
            self._fail()
            return
        try:
            self._act_on(reply)
        except WireError as error:
            self._environment.fault("radius", f"the server's answer: {error}")
            self._fail()

    def _act_on(self, reply: RadiusReply) -> None:
        if reply.code == ACCESS_REJECT:
            self._fail()
            return
        packet = eap.parse_eap(reply.eap)
        expected = eap.SUCCESS if reply.code == ACCESS_ACCEPT else eap.REQUEST
        if packet.code != expected:
            raise WireError(f"EAP code {packet.code} in a RADIUS packet of code {reply.code}")
        if reply.code == ACCESS_CHALLENGE:
            self._state, self._identifier = reply.state, packet.identifier
            self._ask(packet.whole, "response")
        elif reply.msk is None:
            raise WireError("Access-Accept without MS-MPPE-Recv-Key")
        elif len(reply.msk) < self._pmk_length:
            raise WireError("Access-Accept without MS-MPPE-Send-Key")
        else:
            self.phase = "done"
            self._send(packet.whole)
            self._succeeded(self._station, reply.msk[: self._pmk_length])

    def _fail(self) -> None:
        self.stop()
        self._send(eap.result_packet(eap.FAILURE, self._identifier))
        self._timer = self._environment.call_after(
            self._timers.eap_failure_to_deauth_ms * 1_000_000,
            lambda: self._failed(self._station, REASON_8021X_FAILED),
        )

    def _ask(self, request: bytes, phase: Phase) -> None:
        self.phase, self._request, self._tries = phase, request, 0
        self._try()

    def _try(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._tries += 1
        if self._tries > self._timers.tries:
            self._fail()
            return
        self._timer = self._environment.call_after(self._timers.eap_ms * 1_000_000, self._try)
        self._send(self._request, retry=self._tries > 1)

    def _send(self, packet: bytes, *, retry: bool = False) -> None:
        info = FrameInfo("eap", retry=retry, detail=eap.describe(eap.parse_eap(packet)))
        self._send_eapol(self._station, eap.in_eapol(packet), info)
