# SPDX-License-Identifier: GPL-2.0-or-later
"""RADIUS packets of EAP ↔ bytes.

Not scapy's layer: it dissects the EAP inside too, in milliseconds, knows no MPPE keys, and what it
accepts is not checked. Our tests hold this codec to it.

Sources: RFC 2865 (packets, attributes), RFC 3579 (EAP-Message, Message-Authenticator), RFC 2548,
2.4.2 and 2.4.3 (MS-MPPE-Send-Key, MS-MPPE-Recv-Key), RFC 3580 (what an 802.11 access point sends).
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Final, Literal, get_args

from hwsim.errors import WireError

ACCESS_REQUEST: Final = 1
ACCESS_ACCEPT: Final = 2
ACCESS_REJECT: Final = 3
ACCESS_CHALLENGE: Final = 11

USER_NAME: Final = 1
FRAMED_MTU: Final = 12
STATE: Final = 24
VENDOR_SPECIFIC: Final = 26
CALLED_STATION_ID: Final = 30
CALLING_STATION_ID: Final = 31
NAS_IDENTIFIER: Final = 32
NAS_PORT_TYPE: Final = 61
EAP_MESSAGE: Final = 79
MESSAGE_AUTHENTICATOR: Final = 80

PORT_TYPE_80211: Final = 19
MTU: Final = 1400
"""Bytes of EAP that fit one frame with room to spare (RFC 3580, 3.10)."""

_EAP_FAILURE: Final = 4
_MICROSOFT: Final = 311
_MPPE_SEND_KEY: Final = 16
_MPPE_RECV_KEY: Final = 17
_HALF: Final = 32
"""Bytes of half an MSK."""
_HEADER: Final = 20
_MAX_PACKET: Final = 4096
_MAX_VALUE: Final = 253
_KEY_BLOCK: Final = 16
_EMPTY_AUTHENTICATOR = bytes((MESSAGE_AUTHENTICATOR, 18)) + bytes(16)


TroubleKind = Literal["late", "rejects", "silent", "forged"]
"""late: every answer comes later. rejects: the first answer is an Access-Reject. silent: no answer
comes. forged: the Response Authenticator of every answer is wrong, as of somebody who has not the
secret, and is to be dropped (RFC 2865, 3)."""
TROUBLE_KINDS: Final[tuple[TroubleKind, ...]] = get_args(TroubleKind)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a scenario wants wrong with a server; ``delay_ms`` is how much later answers come."""

    kind: TroubleKind
    delay_ms: int = 0


@dataclass(frozen=True, slots=True)
class RadiusServer:
    """A RADIUS server's address, UDP port and shared secret; ``repr`` leaves the secret out."""

    address: IPv4Address
    port: int
    secret: bytes = field(repr=False)
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """What an Access-Request carries: an EAP response, and between which stations it was sent.

    ``bssid`` and ``station`` are six-byte addresses, ``eap`` is a whole EAP packet. ``state`` is
    the State attribute of the Access-Challenge that is answered, ``None`` in the first request.
    """

    user: bytes
    bssid: bytes
    ssid: bytes
    station: bytes
    eap: bytes
    state: bytes | None = None


@dataclass(frozen=True, slots=True)
class RadiusReply:
    """A reply whose authenticators verified.

    ``code`` is Access-Accept, -Reject or -Challenge, ``eap`` the EAP packet for the station.
    ``msk`` (64 bytes, 32 of a server that tells no more) comes with an Access-Accept only;
    ``repr`` leaves it out.
    """

    code: int
    eap: bytes
    state: bytes | None
    msk: bytes | None = field(default=None, repr=False)


def encode_request(
    request: AccessRequest, identifier: int, authenticator: bytes, secret: bytes
) -> bytes:
    """The Access-Request under that identifier and random Request Authenticator (16 bytes).

    Raises :class:`WireError` if it, or one of its attributes, is longer than RADIUS allows.
    """
    station, bssid = _id_of(request.station), _id_of(request.bssid)
    attributes = [
        (USER_NAME, request.user),
        (NAS_IDENTIFIER, b"hil"),
        (CALLED_STATION_ID, bssid + b":" + request.ssid),
        (CALLING_STATION_ID, station),
        (NAS_PORT_TYPE, struct.pack(">I", PORT_TYPE_80211)),
        (FRAMED_MTU, struct.pack(">I", MTU)),
    ]
    if request.state is not None:
        attributes.append((STATE, request.state))
    attributes += [
        (EAP_MESSAGE, request.eap[at : at + _MAX_VALUE])
        for at in range(0, len(request.eap), _MAX_VALUE)
    ]
    body = b"".join(_attribute(kind, value) for kind, value in attributes) + _EMPTY_AUTHENTICATOR
    head = struct.pack(">BBH", ACCESS_REQUEST, identifier, _HEADER + len(body)) + authenticator
    packet = head + body
    if len(packet) > _MAX_PACKET:
        raise WireError(f"RADIUS: a request of {len(packet)} bytes; {_MAX_PACKET} are allowed")
    return packet[:-16] + hmac.digest(secret, packet, "md5")


def encode_reject(identifier: int, authenticator: bytes, secret: bytes) -> bytes:
    """The Access-Reject that answers the request with that identifier and authenticator, with an
    EAP-Failure and both codes right (RFC 2865, 3; RFC 3579, 3.2)."""
    failure = struct.pack(">BBH", _EAP_FAILURE, identifier, 4)
    body = _attribute(EAP_MESSAGE, failure) + _EMPTY_AUTHENTICATOR
    head = struct.pack(">BBH", ACCESS_REJECT, identifier, _HEADER + len(body))
    code = hmac.digest(secret, head + authenticator + body, "md5")
    body = body[:-16] + code
    return head + _md5(head + authenticator + body + secret) + body


def identifier_of(packet: bytes) -> int:
    """The identifier of a packet, by which its exchange is found; raises :class:`WireError`."""
    if len(packet) < _HEADER:
        raise WireError(f"RADIUS: {len(packet)} bytes hold no header")
    return packet[1]


def parse_reply(packet: bytes, authenticator: bytes, secret: bytes) -> RadiusReply:
    """The reply to the request with that authenticator; raises :class:`WireError`.

    A reply whose Response Authenticator or Message-Authenticator does not fit, or that lacks the
    latter, is no reply of the server's (RFC 2865, 3; RFC 3579, 3.2).
    """
    code, size = packet[0], packet[2] << 8 | packet[3]
    if not _HEADER <= size <= min(len(packet), _MAX_PACKET):
        raise WireError(f"RADIUS: length {size}, {len(packet)} bytes there")
    if code not in (ACCESS_ACCEPT, ACCESS_REJECT, ACCESS_CHALLENGE):
        raise WireError(f"RADIUS: code {code} is no answer to an Access-Request")
    packet = packet[:size]
    asked = packet[:4] + authenticator + packet[_HEADER:]
    if not hmac.compare_digest(_md5(asked + secret), packet[4:_HEADER]):
        raise WireError("RADIUS: the Response Authenticator does not verify")
    attributes = _attributes(packet)
    _verify(attributes, asked, secret)
    state = next((value for kind, _, value in attributes if kind == STATE), None)
    eap = b"".join(value for kind, _, value in attributes if kind == EAP_MESSAGE)
    msk = _msk(attributes, authenticator, secret) if code == ACCESS_ACCEPT else None
    return RadiusReply(code, eap, state, msk)


def decrypt_key(salted: bytes, authenticator: bytes, secret: bytes) -> bytes:
    """The key in an MS-MPPE key attribute: salt (2 bytes), then what 2.4.2 makes of the key."""
    salt, cipher = salted[:2], salted[2:]
    if len(salt) < 2 or not cipher or len(cipher) % _KEY_BLOCK:
        raise WireError(f"RADIUS: an MPPE key attribute of {len(salted)} bytes")
    plain, before = b"", authenticator + salt
    for at in range(0, len(cipher), _KEY_BLOCK):
        block = cipher[at : at + _KEY_BLOCK]
        plain += bytes(a ^ b for a, b in zip(block, _md5(secret + before), strict=True))
        before = block
    if plain[0] > len(plain) - 1:
        raise WireError("RADIUS: an MPPE key attribute does not decrypt")
    return plain[1 : 1 + plain[0]]


def _msk(
    attributes: list[tuple[int, int, bytes]], authenticator: bytes, secret: bytes
) -> bytes | None:
    """The MSK: what the peer receives with is its first half, what it sends with the second (RFC
    3580, 3.16; RFC 5216, 2.3). None without the first."""
    halves = {
        vendor_type: decrypt_key(salted, authenticator, secret)[:_HALF]
        for vendor, vendor_type, salted in _vendor_attributes(attributes)
        if vendor == _MICROSOFT and vendor_type in (_MPPE_SEND_KEY, _MPPE_RECV_KEY)
    }
    first, second = halves.get(_MPPE_RECV_KEY, b""), halves.get(_MPPE_SEND_KEY, b"")
    if len(first) < _HALF:
        return None
    return first + second if len(second) == _HALF else first


def _vendor_attributes(
    attributes: list[tuple[int, int, bytes]],
) -> Iterator[tuple[int, int, bytes]]:
    """Vendor, type and value of what Vendor-Specific attributes hold.

    One of them may hold several (RFC 2865, 5.26); one of another form ends its list.
    """
    for kind, _, value in attributes:
        if kind != VENDOR_SPECIFIC or len(value) < 4:
            continue
        vendor, at = int.from_bytes(value[:4], "big"), 4
        while at + 2 <= len(value):
            end = at + value[at + 1]
            if end < at + 2 or end > len(value):
                break
            yield vendor, value[at], value[at + 2 : end]
            at = end


def _verify(attributes: list[tuple[int, int, bytes]], asked: bytes, secret: bytes) -> None:
    """Check the Message-Authenticator over the packet with the request's authenticator in it."""
    for kind, offset, value in attributes:
        if kind == MESSAGE_AUTHENTICATOR and len(value) == 16:
            zeroed = asked[:offset] + bytes(16) + asked[offset + 16 :]
            if hmac.compare_digest(hmac.digest(secret, zeroed, "md5"), value):
                return
            raise WireError("RADIUS: the Message-Authenticator does not verify")
    raise WireError("RADIUS: an answer without Message-Authenticator")


def _attributes(packet: bytes) -> list[tuple[int, int, bytes]]:
    """Type, offset of the value, and value of each attribute."""
    found, at = [], _HEADER
    while at < len(packet):
        length = packet[at + 1] if at + 1 < len(packet) else 0
        if length < 2 or at + length > len(packet):
            raise WireError(f"RADIUS: attribute {packet[at]} of length {length} at byte {at}")
        found.append((packet[at], at + 2, packet[at + 2 : at + length]))
        at += length
    return found


def _attribute(kind: int, value: bytes) -> bytes:
    if len(value) > _MAX_VALUE:
        raise WireError(f"RADIUS: attribute {kind} of {len(value)} bytes")
    return bytes((kind, 2 + len(value))) + value


def _id_of(address: bytes) -> bytes:
    """An address as RFC 3580, 3.20, writes it."""
    return address.hex("-").upper().encode()


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
