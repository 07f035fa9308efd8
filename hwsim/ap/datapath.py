# SPDX-License-Identifier: GPL-2.0-or-later
"""Data frames: protected both ways (but in an open network), and the host behind the access point.

The host has the access point's address, answers ARP and ICMP echo, and sends its own (see
:mod:`hwsim.ap.echo`). Sources: IEEE 802.11-2020, 12.5; RFC 826, RFC 792, RFC 1071.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from hwsim.ap import templates
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame, Remake
from hwsim.ap.group_key import GroupKey
from hwsim.ap.management import Management
from hwsim.ap.network import Network
from hwsim.ap.station import Station
from hwsim.ciphers.data_key import MANAGEMENT_TID, DataKey
from hwsim.errors import MichaelError, OtherKeyError, UndecryptableError, WireError
from hwsim.frames import (
    BROADCAST,
    DATA,
    ETHERTYPE_ARP,
    ETHERTYPE_EAPOL,
    ETHERTYPE_IPV4,
    MANAGEMENT,
    SNAP,
    SUBTYPE_NULL_BIT,
    SUBTYPE_QOS_BIT,
)
from hwsim.records import FrameKind
from hwsim.rules.frame_fields import FrameFields

_SNAP_LENGTH: Final = 8
_DATA: Final = DATA << 2
"""The first byte of a data frame's header without QoS."""
_AT_ICMP: Final = _SNAP_LENGTH + 20
_ARP_OPCODE = _SNAP_LENGTH + 6
_ICMP_ECHO: Final = 8
_ICMP_ECHO_REPLY: Final = 0
_PROTOCOL_ICMP: Final = 1


class Icmp(NamedTuple):
    """An ICMP message in an IPv4 packet; ``rest`` begins after type, code and checksum."""

    kind: int
    source: bytes
    destination: bytes
    rest: bytes


class DataPath:
    """Turns payloads into frames for a station and frames of a station into payloads.

    ``protected``: the network has keys, without which no data passes.
    """

    def __init__(
        self, network: Network, management: Management, group: GroupKey, *, protected: bool
    ) -> None:
        self._own_ip = network.ap_ip.packed
        self._first_ip = network.station_ip
        self.protected = protected
        self._management = management
        self._group = group
        self._header = templates.data_header(network)
        self._arp_request = templates.arp(network, reply=False)
        self._arp_reply = templates.arp(network, reply=True)
        self._echo_request = templates.echo_request(network)

    def carries(self, station: Station) -> bool:
        """Whether data may pass: a key is in use; in an open network, the station is authorized."""
        return station.pairwise is not None if self.protected else station.state == "authorized"

    def seal(self, station: Station, frame: bytes, info: FrameInfo) -> bytes:
        """The frame (header and payload) under the station's pairwise key, if it has one."""
        header, payload = (
            frame[: templates.DATA_HEADER_LENGTH],
            frame[templates.DATA_HEADER_LENGTH :],
        )
        if station.qos and frame[0] == _DATA:
            header = with_qos(header)
        info.remake = _remaking(station.pairwise, header, payload[:_SNAP_LENGTH], info)
        if station.pairwise is None:
            return header + payload
        key = station.pairwise
        key.tx_pn += 1
        info.protected, info.pn = True, key.tx_pn
        return key.protect(header, payload, key.tx_pn)

    def for_station(
        self, station: Station, payload: bytes, info: FrameInfo, *, sealed: bool = True
    ) -> bytes:
        """A data frame to one station, under its pairwise key if it has one and ``sealed``.

        ``payload`` begins with LLC/SNAP; protection is noted in ``info``.
        """
        frame = self._addressed(station.mac) + payload
        return self.seal(station, frame, info) if sealed else frame

    def for_all(self, payload: bytes, info: FrameInfo) -> bytes:
        """A broadcast data frame, under the group key if there is one; its duration is 0."""
        header = self._addressed(BROADCAST)
        header = header[:2] + b"\0\0" + header[4:]
        if not self.protected:
            return header + payload
        self._group.tx_pn += 1
        info.protected, info.pn = True, self._group.tx_pn
        return self._group.cipher.protect(header, payload, info.pn)

    def null(self, station: Station) -> bytes:
        """A Null frame to one station: nothing waits for it."""
        header = self._addressed(station.mac)
        frame = bytearray(with_qos(header) if station.qos else header)
        frame[0] |= SUBTYPE_NULL_BIT << 4
        return bytes(frame)

    def open(self, station: Station | None, received: ReceivedFrame) -> None:
        """Decrypt a protected frame into ``received.payload``; what failed goes to its info."""
        info, header = received.info, received.header
        info.protected = True
        keys = (station.pairwise, station.candidate, station.former) if station else ()
        info.detail["decrypt"] = "no key"
        for key in keys:
            if key is None:
                continue
            try:
                info.pn = key.packet_number(received.frame, header.length)
                received.payload, received.opened_by = key.open(received.frame, header.length), key
            except (UndecryptableError, WireError) as error:
                info.detail["decrypt"] = "failed"
                if isinstance(error, MichaelError):
                    info.detail["michael"] = "wrong"
                elif isinstance(error, OtherKeyError) and error.named:
                    info.detail["key_id"] = error.named
            else:
                del info.detail["decrypt"]
                if key.key_id:
                    info.detail["key_id"] = key.key_id
                return

    def is_replay(self, received: ReceivedFrame) -> bool:
        """Whether a decrypted frame's packet number is no new one; its info says so.

        A number that comes again under the same key is what a reinstalled key looks like from
        the outside. Copies made by a rule of the medium do not count.
        """
        pn, key = received.info.pn, received.opened_by
        if pn is None or key is None or not key.counts:
            return False
        header = received.header
        counter = MANAGEMENT_TID if header.type == MANAGEMENT else header.tid
        last = key.rx_pn.get(counter, 0)
        if pn > last:
            key.rx_pn[counter] = pn
            return False
        if not received.duplicate:
            received.info.detail["pn_check"] = "repeated" if pn == last else "went back"
            received.info.detail["pn_last"] = last
        return True

    def ip_of(self, station: Station) -> bytes:
        """The station's address: the guest's first radio has the network's, others count on."""
        return (self._first_ip + station.number).packed

    def arp_request(self, station: Station) -> bytes:
        """LLC/SNAP and an ARP request for the station's IP address."""
        return self._arp_request[: _SNAP_LENGTH + 24] + self.ip_of(station)

    def arp_reply_to(self, request: bytes) -> bytes | None:
        """Our answer to an ARP request (LLC/SNAP first), if it asks for our address."""
        if len(request) < _SNAP_LENGTH + 28 or _opcode(request) != 1:
            return None
        if request[_SNAP_LENGTH + 24 : _SNAP_LENGTH + 28] != self._own_ip:
            return None
        asker = request[_SNAP_LENGTH + 8 : _SNAP_LENGTH + 18]
        return self._arp_reply[: _SNAP_LENGTH + 18] + asker

    def is_arp_answer(self, payload: bytes, station: Station) -> bool:
        """Whether an ARP payload is a reply that holds the station's address."""
        return (
            len(payload) >= _SNAP_LENGTH + 28
            and _opcode(payload) == 2
            and payload[_SNAP_LENGTH + 14 : _SNAP_LENGTH + 18] == self.ip_of(station)
        )

    def echo_request(self, station: Station, identifier: int, sequence: int) -> bytes:
        """LLC/SNAP, IPv4 and an ICMP echo request to the station, checksums right."""
        packet = bytearray(self._echo_request)
        ip = memoryview(packet)[_SNAP_LENGTH:_AT_ICMP]
        ip[16:20] = self.ip_of(station)
        ip[10:12] = b"\0\0"
        struct.pack_into(">H", ip, 10, checksum(bytes(ip)))
        struct.pack_into(">HHH", packet, _AT_ICMP + 2, 0, identifier, sequence)
        struct.pack_into(">H", packet, _AT_ICMP + 2, checksum(packet[_AT_ICMP:]))
        return bytes(packet)

    def echo_reply_to(self, request: Icmp) -> bytes | None:
        """Our answer to an ICMP echo request, if it is for our address."""
        if request.kind != _ICMP_ECHO or request.destination != self._own_ip:
            return None
        icmp = bytearray(b"\0\0\0\0" + request.rest)
        struct.pack_into(">H", icmp, 2, checksum(icmp))
        ip = bytearray(self._echo_request[_SNAP_LENGTH:_AT_ICMP])
        struct.pack_into(">H", ip, 2, len(ip) + len(icmp))
        ip[10:12] = b"\0\0"
        ip[16:20] = request.source
        struct.pack_into(">H", ip, 10, checksum(ip))
        return SNAP + ETHERTYPE_IPV4 + bytes(ip) + bytes(icmp)

    def echo_answer(self, station: Station, icmp: Icmp, identifier: int) -> int | None:
        """The sequence number of an echo reply of the station to our requests, or ``None``."""
        if icmp.kind != _ICMP_ECHO_REPLY or icmp.source != self.ip_of(station):
            return None
        if icmp.destination != self._own_ip or icmp.rest[4:] != templates.ECHO_PAYLOAD:
            return None
        answered, sequence = struct.unpack_from(">HH", icmp.rest)
        return sequence if answered == identifier else None

    def _addressed(self, receiver: bytes) -> bytes:
        return self._header[:4] + receiver + self._header[10:22] + self._management.next_sequence()


def _remaking(key: DataKey | None, header: bytes, head: bytes, info: FrameInfo) -> Remake | None:
    """What makes the whole frame anew of what makes its PDU anew, its header, and the ``head``
    between them: under the same packet number, since one of the two is sent at most."""
    remade = info.remake
    if remade is None:
        return None

    def remake(fields: FrameFields, told: FrameInfo) -> bytes:
        payload = head + remade(fields, told)
        if key is None or told.pn is None:
            return header + payload
        return key.protect(header, payload, told.pn)

    return remake


def with_qos(header: bytes) -> bytes:
    """The header of a data frame with a QoS control field: best effort, as all data here is."""
    return bytes((header[0] | SUBTYPE_QOS_BIT << 4,)) + header[1:] + bytes(2)


def payload_kind(payload: bytes) -> FrameKind:
    """The kind of a data payload that begins with LLC/SNAP: eapol, arp, icmp, or data."""
    if payload[:6] != SNAP:
        return "data"
    ethertype = payload[6:8]
    if ethertype == ETHERTYPE_EAPOL:
        return "eapol"
    if ethertype == ETHERTYPE_ARP:
        return "arp"
    return "data" if parse_icmp(payload) is None else "icmp"


def parse_icmp(payload: bytes) -> Icmp | None:
    """The ICMP message in a payload that begins with LLC/SNAP, or ``None``."""
    if payload[6:8] != ETHERTYPE_IPV4 or len(payload) < _AT_ICMP or payload[8] >> 4 != 4:
        return None
    ip = payload[_SNAP_LENGTH:]
    header_length = (ip[0] & 0x0F) * 4
    total = ip[2] << 8 | ip[3]
    if header_length < 20 or not header_length + 8 <= total <= len(ip):
        return None
    fragment = (ip[6] << 8 | ip[7]) & 0x3FFF
    if ip[9] != _PROTOCOL_ICMP or fragment or checksum(ip[:header_length]):
        return None
    icmp = ip[header_length:total]
    if checksum(icmp):
        return None
    return Icmp(icmp[0], ip[12:16], ip[16:20], icmp[4:])


def checksum(data: bytes | bytearray) -> int:
    """The Internet checksum (RFC 1071); 0 over data that holds a right one."""
    if len(data) % 2:
        data = data + b"\0"
    total: int = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _opcode(arp: bytes) -> int:
    return arp[_ARP_OPCODE] << 8 | arp[_ARP_OPCODE + 1]
