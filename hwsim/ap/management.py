# SPDX-License-Identifier: GPL-2.0-or-later
"""Management frames: beacons, probing, authentication, association and their ends.

Source: IEEE 802.11-2020, 9.3.3 (frame formats), 11.1.3 (beacons and TSF), 11.3 (authentication
and association), tables 9-49 (reasons) and 9-50 (status codes).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from hwsim.ap import templates
from hwsim.ap.channel_switch import ChannelSwitch
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.high_efficiency import reduced_neighbour_report
from hwsim.ap.network import TU_NS, Network
from hwsim.ap.power_save import Waiting, tim
from hwsim.ap.security.ft import FAST_TRANSITION
from hwsim.ap.security.mode import AssociationAnswer, AuthFrame, SecurityMode
from hwsim.ap.security.rsne import STATUS_INVALID_ELEMENT, STATUS_SUCCESS
from hwsim.errors import WireError
from hwsim.frames import ELEMENT_SSID, MacHeader, element
from hwsim.records import FrameKind

STATUS_UNSPECIFIED: Final = 1

REASON_NO_LONGER_VALID: Final = 2
REASON_NOT_AUTHENTICATED: Final = 6
REASON_NOT_ASSOCIATED: Final = 7

_SAE: Final = 3
_AID_BITS: Final = 0xC000
_DISASSOCIATION: Final = 10 << 4
_ELEMENT_TIMEOUT: Final = 56
_COMEBACK_TIME: Final = 3
_MAX_SEQUENCE: Final = 4096
_NOTHING: Final = Waiting()


class AssociationRequest(NamedTuple):
    """An association request's elements, and the status we answer unless its security objects.

    ``rsne`` is the RSN (or WPA) element among them; both are empty where the status is not 0.
    """

    elements: bytes
    rsne: bytes
    status: int
    listen_interval: int = 0


class Management:
    """Builds the access point's management frames; knows no stations.

    ``others`` gives the access points of the network beside it. ``dtim_count`` is the last
    beacon's: with 0 it was a DTIM beacon.
    """

    def __init__(
        self, network: Network, security: SecurityMode, start_ns: int,
        others: Callable[[], Iterable[Network]] = tuple,
    ) -> None:  # fmt: skip
        self._start_ns = start_ns
        self._others = others
        self._security = security
        self._switch: ChannelSwitch | None = None
        self._tune(network)
        self._authentication = templates.authentication(network)
        self._association = templates.association_response(network, security)
        self._deauthentication = templates.deauthentication(network)
        self._action = templates.action(network)
        self._beacons = 0
        self.dtim_count = 0
        self._sequence = 0

    def _tune(self, network: Network) -> None:
        self.network = network
        self._security.tune(network)
        head, self._behind_tim = templates.beacon(network, self._security)
        self._beacon = bytearray(head)
        self._probe_response = templates.probe_response(network, self._security)

    @property
    def oci(self) -> bytes:
        """See :attr:`SecurityMode.oci`."""
        return self._security.oci

    def next_sequence(self) -> bytes:
        """The sequence control of the next frame: one counter for all, fragment 0."""
        self._sequence = (self._sequence + 1) % _MAX_SEQUENCE
        return (self._sequence << 4).to_bytes(2, "little")

    def tsf_us(self, air_ns: int) -> int:
        """The timing synchronisation function: microseconds since the access point began."""
        return (air_ns - self._start_ns) // 1000

    def beacon(self, air_ns: int, waiting: Waiting = _NOTHING) -> bytes:
        """The beacon of that time; the DTIM count goes round with every one.

        The first one behind a channel switch is of the new channel, once the switch is done.
        """
        if self._switch is not None and not self._switch.left:
            done = self._switch.done
            self._tune(replace(self.network, channel=self._switch.channel))
            self._switch = None
            done()
        frame = self._beacon
        struct.pack_into("<Q", frame, templates.AT_TIMESTAMP, self.tsf_us(air_ns))
        frame[templates.AT_SEQUENCE : templates.AT_SEQUENCE + 2] = self.next_sequence()
        period = self.network.dtim_period
        self.dtim_count = -self._beacons % period
        told = tim(self.dtim_count, period, waiting)
        self._beacons += 1
        announced = self._announced()
        if self._switch is not None:
            self._switch.left -= 1
        return bytes(frame) + told + self._behind_tim + announced

    def announce(self, switch: ChannelSwitch) -> None:
        """Announce a channel switch from the next beacon on, in place of another one."""
        self._switch = switch

    def _announced(self) -> bytes:
        """What beacons and probe responses say of the moment."""
        switch = self._switch.elements() if self._switch is not None else b""
        return switch + reduced_neighbour_report(self.network, self._others())

    def next_beacon_ns(self, air_ns: int) -> int:
        """The target beacon transmission time that follows ``air_ns``."""
        interval_ns = self.network.beacon_interval_tu * TU_NS
        passed = (air_ns - self._start_ns) // interval_ns
        return self._start_ns + (passed + 1) * interval_ns

    def probe_response(self, receiver: bytes, air_ns: int) -> bytes:
        """A probe response with the TSF of that time."""
        frame = self._addressed(self._probe_response, receiver)
        struct.pack_into("<Q", frame, templates.AT_TIMESTAMP, self.tsf_us(air_ns))
        return bytes(frame) + self._announced()

    def authentication(self, receiver: bytes, answer: AuthFrame) -> bytes:
        """An Authentication frame (9.3.3.11) with that body, to the station ``receiver``."""
        frame = self._addressed(self._authentication, receiver)
        struct.pack_into("<HHH", frame, templates.AT_AUTH_FIELDS, *answer[:3])
        return bytes(frame) + answer.rest

    def association_response(
        self, receiver: bytes, answer: AssociationAnswer, aid: int, *, again: bool
    ) -> bytes:
        """The answer to an association (``again``: reassociation) request."""
        frame = self._addressed(self._association, receiver)
        if again:
            frame[0] = 0x30
        struct.pack_into("<H", frame, templates.AT_ASSOC_STATUS, answer.status)
        if answer.status == STATUS_SUCCESS:
            struct.pack_into("<H", frame, templates.AT_ASSOC_AID, aid | _AID_BITS)
        return bytes(frame) + answer.elements

    def goodbye(self, kind: FrameKind, receiver: bytes, reason: int) -> bytes:
        """A ``deauth`` or ``disassoc`` of the station (or group) ``receiver``, with that reason
        code (table 9-49)."""
        frame = self._addressed(self._deauthentication, receiver)
        if kind == "disassoc":
            frame[0] = _DISASSOCIATION
        if receiver[0] & 1:
            frame[2:4] = b"\0\0"  # nobody acknowledges it
        struct.pack_into("<H", frame, templates.AT_REASON, reason)
        return bytes(frame)

    def action(self, receiver: bytes, body: bytes) -> bytes:
        """An action frame (9.3.3.13) to a station, or to all: then the duration is 0.

        The body begins with the category.
        """
        frame = self._addressed(self._action, receiver)
        if receiver[0] & 1:
            frame[2:4] = b"\0\0"
        return bytes(frame) + body

    def answer(self, received: ReceivedFrame, answer: AuthFrame) -> tuple[bytes, FrameInfo]:
        """The Authentication frame that answers the one received; its record names SAE's two."""
        info = FrameInfo("auth", retry=received.info.retry, detail={"status": answer.status})
        info.detail.update(authentication_detail(answer))
        return self.authentication(received.header.transmitter, answer), info

    def association_answer(
        self, received: ReceivedFrame, answer: AssociationAnswer, aid: int
    ) -> tuple[bytes, FrameInfo]:
        """The (re)association response that answers the request received."""
        header = received.header
        frame = self.association_response(
            header.transmitter, answer, aid, again=header.subtype == 2
        )
        told = {"status": answer.status, **answer.detail}
        return frame, FrameInfo("assoc-resp", retry=received.info.retry, detail=told)

    def refusal(
        self, received: ReceivedFrame, status: int, comeback_tu: int
    ) -> tuple[bytes, FrameInfo]:
        """The refusal of an authentication or association request, with the time to come back
        after if there is one. Raises :class:`WireError` if the request is malformed."""
        if received.info.kind == "auth":
            request = parse_authentication(received)
            sequence = request.sequence + (request.algorithm != _SAE) & 0xFFFF
            answer = AuthFrame(request.algorithm, sequence, status)
            return self.answer(received, answer)
        elements = comeback(comeback_tu) if comeback_tu else b""
        return self.association_answer(received, AssociationAnswer(status, elements), 0)

    def probed(self, frame: bytes, header: MacHeader) -> bool:
        """Whether a probe request is for us: our SSID, or the wildcard unless we hide."""
        ssid = element(frame, ELEMENT_SSID, header.length)
        asked = (self.network.ssid,) if self.network.hidden else (b"", self.network.ssid)
        return ssid is not None and ssid[2:] in asked

    def parse_association_request(self, frame: bytes, header: MacHeader) -> AssociationRequest:
        """The request; its status says what is wrong with it. Raises :class:`WireError`."""
        fixed = 10 if header.subtype == 2 else 4
        if len(frame) < header.length + fixed:
            raise WireError("association request: too short")
        try:
            ssid = element(frame, ELEMENT_SSID, header.length + fixed)
            rsne = self._security.chosen_element(frame[header.length + fixed :])
        except WireError:
            return AssociationRequest(b"", b"", STATUS_INVALID_ELEMENT)
        if ssid is None or ssid[2:] != self.network.ssid:
            return AssociationRequest(b"", b"", STATUS_UNSPECIFIED)
        elements = frame[header.length + fixed :]
        interval = int.from_bytes(frame[header.length + 2 : header.length + 4], "little")
        return AssociationRequest(elements, rsne or b"", STATUS_SUCCESS, interval)

    def _addressed(self, template: bytes, receiver: bytes) -> bytearray:
        frame = bytearray(template)
        frame[templates.AT_RECEIVER : templates.AT_RECEIVER + 6] = receiver
        frame[templates.AT_SEQUENCE : templates.AT_SEQUENCE + 2] = self.next_sequence()
        return frame


def comeback(time_tu: int) -> bytes:
    """The timeout interval element with an association comeback time (9.4.2.48), in TU."""
    return bytes((_ELEMENT_TIMEOUT, 5, _COMEBACK_TIME)) + time_tu.to_bytes(4, "little")


def authentication_detail(frame: AuthFrame) -> dict[str, str | int]:
    """What a record says of a message of SAE or of a fast transition beside its status (9.4.1.1,
    12.4.7, 13.8)."""
    if frame.algorithm == FAST_TRANSITION:
        return {"ft": "request" if frame.sequence == 1 else "response"}
    name = {1: "commit", 2: "confirm"}.get(frame.sequence)
    return {"sae": name} if frame.algorithm == _SAE and name is not None else {}


def parse_authentication(received: ReceivedFrame, body: bytes | None = None) -> AuthFrame:
    """What an Authentication frame says, whose record it completes; raises WireError.

    ``body`` is its body in the clear where it is a protected one.
    """
    if body is None:
        body = received.frame[received.header.length :]
    if len(body) < 6:
        raise WireError("authentication: too short")
    algorithm, sequence, status = struct.unpack_from("<HHH", body)
    request = AuthFrame(algorithm, sequence, status, body[6:])
    received.info.detail.update(authentication_detail(request))
    return request


def parse_reason(body: bytes) -> int:
    """The reason of a deauthentication's or disassociation's body; raises :class:`WireError`."""
    if len(body) < 2:
        raise WireError("deauthentication: too short")
    reason: int = struct.unpack_from("<H", body)[0]
    return reason
