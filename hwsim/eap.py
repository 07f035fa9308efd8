# SPDX-License-Identifier: GPL-2.0-or-later
"""EAP packets and the EAPOL packets that carry them or ask for them.

The access point passes EAP on and looks at no more than the header. Sources: RFC 3748, section 4
(packets) and 5 (types); IEEE 802.1X-2020, 11.3 (EAPOL).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from hwsim.errors import WireError
from hwsim.records import FrameKind

EAPOL_EAP: Final = 0
EAPOL_START: Final = 1
EAPOL_LOGOFF: Final = 2
_EAPOL_VERSION: Final = 2

REQUEST: Final = 1
RESPONSE: Final = 2
SUCCESS: Final = 3
FAILURE: Final = 4
TYPE_IDENTITY: Final = 1

_CODES: Final = {REQUEST: "Request", RESPONSE: "Response", SUCCESS: "Success", FAILURE: "Failure"}
_TYPES: Final = {
    1: "Identity", 2: "Notification", 3: "Nak", 4: "MD5-Challenge", 6: "GTC", 13: "TLS",
    18: "SIM", 21: "TTLS", 23: "AKA", 25: "PEAP", 26: "MSCHAPv2", 43: "FAST", 52: "PWD",
    55: "TEAP", 254: "expanded",
}  # fmt: skip
"""Names of IANA's registry of EAP method types."""


class EapPacket(NamedTuple):
    """An EAP packet; ``type`` is ``None`` for success and failure, ``whole`` without padding."""

    code: int
    identifier: int
    type: int | None
    whole: bytes


def parse_eap(data: bytes) -> EapPacket:
    """The EAP packet at the start of ``data``; raises :class:`WireError`."""
    if len(data) < 4:
        raise WireError(f"EAP: {len(data)} bytes hold no header")
    code, identifier, length = data[0], data[1], data[2] << 8 | data[3]
    if code not in _CODES:
        raise WireError(f"EAP: code {code} is unknown")
    typed = code in (REQUEST, RESPONSE)
    if not (5 if typed else 4) <= length <= len(data):
        raise WireError(f"EAP: length {length}, {len(data)} bytes there")
    return EapPacket(code, identifier, data[4] if typed else None, data[:length])


def parse_eapol(payload: bytes) -> tuple[FrameKind, EapPacket | None]:
    """The kind of an EAPOL PDU that is no key frame, and its EAP packet.

    Raises :class:`WireError` when it is malformed; a type that is not ours is ``eapol``.
    """
    if len(payload) < 4:
        raise WireError(f"EAPOL: {len(payload)} bytes hold no header")
    end = 4 + (payload[2] << 8 | payload[3])
    if end > len(payload):
        raise WireError(f"EAPOL: body of {end - 4} bytes, {len(payload) - 4} there")
    if payload[1] == EAPOL_START:
        return "eapol-start", None
    if payload[1] == EAPOL_LOGOFF:
        return "eapol-logoff", None
    if payload[1] == EAPOL_EAP:
        return "eap", parse_eap(payload[4:end])
    return "eapol", None


def describe(packet: EapPacket) -> dict[str, str | int]:
    """What a frame's record tells of an EAP packet: code, identifier and the type's name."""
    described: dict[str, str | int] = {"code": _CODES[packet.code], "identifier": packet.identifier}
    if packet.type is not None:
        described["eap_type"] = _TYPES.get(packet.type, f"type {packet.type}")
    return described


def in_eapol(eap: bytes) -> bytes:
    """An EAPOL PDU of type EAPOL-EAP (IEEE 802.1X-2020, 11.3) that carries that EAP packet."""
    return bytes((_EAPOL_VERSION, EAPOL_EAP)) + len(eap).to_bytes(2, "big") + eap


def identity_request(identifier: int) -> bytes:
    """An EAP-Request of type Identity (RFC 3748, 5.1), without a displayable message."""
    return bytes((REQUEST, identifier, 0, 5, TYPE_IDENTITY))


def result_packet(code: int, identifier: int) -> bytes:
    """An EAP-Success or EAP-Failure, as ``code`` says; it has no data (RFC 3748, 4.2)."""
    return bytes((code, identifier, 0, 4))
