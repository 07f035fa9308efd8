# SPDX-License-Identifier: GPL-2.0-or-later
"""A frame of a capture as a message between a station and an access point."""

from __future__ import annotations

import struct
from typing import Final

from harness.captures import CapturedFrame
from harness.captures.key_messages import KeyMessages, parse_key
from harness.captures.msdu import Defragmenter, msdus
from harness.codes import dot11_reason, dot11_status
from harness.field.model import Message, Stage
from hwsim import eap, eapol, frames
from hwsim.errors import WireError
from hwsim.frames import MacHeader

_STAGES: Final[dict[str, Stage]] = {
    "probe-req": "scan", "probe-resp": "scan", "auth": "authentication",
    "assoc-req": "association", "assoc-resp": "association",
    "eap": "EAP", "eapol-start": "EAP", "eapol-logoff": "end",
    "M1": "4-way", "M2": "4-way", "M3": "4-way", "M4": "4-way", "eapol": "4-way",
    "G1": "group", "G2": "group", "deauth": "end", "disassoc": "end",
}  # fmt: skip
_FROM_AUTHENTICATOR: Final = ("M1", "M3", "G1")
_ALGORITHMS: Final = {
    0: "open",
    1: "shared key",
    2: "FT",
    3: "SAE",
    4: "FILS",
    5: "FILS",
    6: "FILS",
}
_REASSOCIATION: Final = (2, 3)
ELEMENTS_AT: Final = {0: 4, 2: 10, 1: 6, 3: 6, 5: 12, 8: 12, 4: 0}
"""Where the elements begin in a management frame's body, by subtype (9.3.3)."""


class Spoken:
    """A message, and between whom: the station's address and the access point's."""

    __slots__ = ("access_point", "message", "station")

    def __init__(self, station: bytes, access_point: bytes, message: Message) -> None:
        self.station = station
        self.access_point = access_point
        self.message = message


class Messages:
    """Names the frames of a capture, given all of it in order."""

    def __init__(self) -> None:
        self._names = KeyMessages()
        self._fragments = Defragmenter()

    def read(self, one: CapturedFrame) -> Spoken | None:
        """The message that a frame is; None for data, control, and what cannot be read."""
        if one.ends is not None:
            return self._eapol(one, one.frame, *one.ends, down=None)
        try:
            header = frames.parse_header(one.frame)
        except WireError:
            return None
        if header.type == frames.MANAGEMENT:
            return _management(one, header)
        if header.type != frames.DATA or header.flags & frames.PROTECTED:
            return None
        body = self._fragments.whole(header, one.frame)
        for msdu in msdus(header, one.frame, body) if body is not None else ():
            if msdu.ethertype == frames.ETHERTYPE_EAPOL:
                both = frames.FROM_DS | frames.TO_DS  # of four addresses, in either direction
                down = None if header.flags & both == both else bool(header.flags & frames.FROM_DS)
                ends = header.transmitter, header.receiver
                return self._eapol(one, msdu.body, *ends, down=down)
        return None

    def _eapol(
        self, one: CapturedFrame, pdu: bytes, sender: bytes, receiver: bytes, *, down: bool | None
    ) -> Spoken | None:
        """An EAPOL PDU; where the header does not tell, who asks is the access point."""
        message = Message(
            number=one.number, wall_ns=one.wall_ns, kind="eapol", down=False, stage="4-way",
            damaged=one.damaged, pdu=pdu,
        )  # fmt: skip
        asks = False
        try:
            if pdu[1:2] == bytes((eapol.EAPOL_KEY_TYPE,)):
                key = parse_key(pdu)
                message.kind = self._names.name(key, sender, receiver)
                message.counter = key.replay_counter
                asks = message.kind in _FROM_AUTHENTICATOR
                message.text = "" if message.kind != "eapol" else _unnamed(key.info)
            else:
                kind, packet = eap.parse_eapol(pdu)
                message.kind = kind
                if packet is not None:
                    told = eap.describe(packet)
                    message.text = " ".join(str(told[part]) for part in _EAP if part in told)
                    asks = packet.code != eap.RESPONSE
        except WireError as error:
            message.text = str(error)
        message.stage = _STAGES.get(message.kind, "4-way")
        message.down = asks if down is None else down
        ends = (receiver, sender) if message.down else (sender, receiver)
        return Spoken(*ends, message)


_EAP: Final = ("code", "eap_type")


def _unnamed(info: int) -> str:
    if info & eapol.INFO_ERROR:
        return "reports a Michael MIC failure"
    if info & eapol.INFO_REQUEST:
        return "asks for a new key"
    return "an EAPOL-Key message of no handshake"


def _management(one: CapturedFrame, header: MacHeader) -> Spoken | None:
    kind = frames.kind_of(header)
    stage = _STAGES.get(kind)
    if stage is None:
        return None
    down = header.transmitter == header.address3 if kind != "probe-req" else False
    body = one.frame[header.length :]
    message = Message(
        number=one.number, wall_ns=one.wall_ns, kind=kind, down=down, stage=stage,
        damaged=one.damaged,
    )  # fmt: skip
    if header.flags & frames.PROTECTED:
        message.text = "encrypted"
    else:
        _describe(message, header.subtype, body)
    ends = (header.receiver, header.transmitter) if down else (header.transmitter, header.receiver)
    return Spoken(*ends, message)


def _describe(message: Message, subtype: int, body: bytes) -> None:
    """Fill in what a management frame in the clear says."""
    try:
        if message.kind in ("deauth", "disassoc"):
            (message.code,) = struct.unpack_from("<H", body)
            message.text = f"reason {dot11_reason(message.code)}"
        elif message.kind == "auth":
            algorithm, step, message.code = struct.unpack_from("<HHH", body)
            name = _ALGORITHMS.get(algorithm, f"algorithm {algorithm}")
            message.text = f"{name}, message {step}" + _status(message.code)
        elif message.kind == "assoc-resp":
            (message.code,) = struct.unpack_from("<H", body, 2)
            message.text = ("again" if subtype in _REASSOCIATION else "") + _status(message.code)
            message.text = message.text.removeprefix(", ")
        elif message.kind == "assoc-req" and subtype in _REASSOCIATION:
            message.text = f"again, before at {frames.mac_text(body[4:10])}"
    except struct.error:
        message.text = "is cut short"
    message.pdu = body[ELEMENTS_AT.get(subtype, 0) :] if "assoc-re" in message.kind else b""


def _status(code: int) -> str:
    return f", status {dot11_status(code)}" if code else ""
