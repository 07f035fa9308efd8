# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets as a network stack sees them: EAPOL of a station's own interface, or 802.11 in a tunnel.

Sources: tcpdump.org/linktypes.html (Ethernet, LINKTYPE_LINUX_SLL and its second version); RFC 791,
8200, 768; TZSP as Wireshark's packet-tzsp.c reads it; OmniPeek's remote header
(packet-peekremote.c); Aruba's encapsulated remote mirroring (packet-aruba_erm.c); RFC 5415, section
4.3 (CAPWAP's header).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final, NamedTuple

from harness.captures.links import AVS, DOT11, PPI, PRISM, RADIOTAP

ETHERNET: Final = 1
COOKED: Final = 113
COOKED_V2: Final = 276

ETHERTYPE_EAPOL: Final = 0x888E
_IPV4: Final = 0x0800
_IPV6: Final = 0x86DD
_VLAN: Final = (0x8100, 0x88A8)
_UDP: Final = 17
_ARPHRD: Final = {801: DOT11, 802: PRISM, 803: RADIOTAP}
"""Linux' hardware types of interfaces in monitor mode, by the link layer of what they hand out."""

_TZSP: Final = {0x12: DOT11, 0x77: PRISM, 0x7F: AVS}
_PEEK_MAGIC: Final = b"\x00\xff\xab\xcd"
_PEEK_LONG: Final = 55
_PEEK_SHORT: Final = 20
_CAPWAP_DOT11: Final = 1


class Payload(NamedTuple):
    """What an Ethernet frame carries, between two addresses; one that is not told is empty."""

    source: bytes
    destination: bytes
    ethertype: int
    begin: int


class Inner(NamedTuple):
    """An 802.11 frame, or a link layer with one, in a tunnel: ``data[begin:end]``.

    ``checksum`` tells whether an FCS is at its end, None where the inner link layer tells.
    """

    link: int
    begin: int
    end: int
    checksum: bool | None = None
    swapped: bool | None = False
    """Whether the two bytes of frame control stand the other way round; None if both may be."""


def payload(link: int, data: bytes, begin: int, end: int) -> Payload | Inner | None:
    """What a packet of an Ethernet or cooked link layer carries; None for what has no header."""
    if link == ETHERNET:
        return _ethernet(data, begin, end)
    if link == COOKED and end - begin >= 16:
        _, hardware, length = struct.unpack_from(">HHH", data, begin)
        (ethertype,) = struct.unpack_from(">H", data, begin + 14)
        source, at = data[begin + 6 : begin + 6 + min(length, 6)], begin + 16
    elif link == COOKED_V2 and end - begin >= 20:
        ethertype, _, _, hardware, _, length = struct.unpack_from(">HHIHBB", data, begin)
        source, at = data[begin + 12 : begin + 12 + min(length, 6)], begin + 20
    else:
        return None
    if hardware in _ARPHRD:
        return Inner(_ARPHRD[hardware], at, end)
    return Payload(source, b"", ethertype, at)


def _ethernet(data: bytes, begin: int, end: int) -> Payload | None:
    at = begin + 12
    while end - at >= 2:
        (ethertype,) = struct.unpack_from(">H", data, at)
        if ethertype not in _VLAN:
            source, destination = data[begin + 6 : begin + 12], data[begin : begin + 6]
            return Payload(source, destination, ethertype, at + 2)
        at += 4
    return None


def tunnelled(data: bytes, ethertype: int, begin: int, end: int) -> Inner | None:
    """The 802.11 frame in a UDP datagram of a tunnel that is known, whole or None."""
    datagram = _datagram(data, ethertype, begin, end)
    if datagram is None:
        return None
    ports, at, end = datagram
    if data[at : at + 4] == _PEEK_MAGIC:
        return _inner_peek(data, at, end)
    for port, read in _TUNNELS.items():
        if port in ports and at < end:
            return read(data, at, end)
    return None


def _datagram(
    data: bytes, ethertype: int, begin: int, end: int
) -> tuple[set[int], int, int] | None:
    """Ports, and where the contents of a UDP datagram are that is not a fragment."""
    if ethertype == _IPV4 and end - begin >= 20:
        header = 4 * (data[begin] & 0x0F)
        (fragment,) = struct.unpack_from(">H", data, begin + 6)
        if data[begin + 9] != _UDP or fragment & 0x3FFF:
            return None
    elif ethertype == _IPV6 and end - begin >= 40 and data[begin + 6] == _UDP:
        header = 40
    else:
        return None
    at = begin + header
    if end - at < 8:
        return None
    source, destination, length = struct.unpack_from(">HHH", data, at)
    return {source, destination}, at + 8, min(end, at + max(length, 8))


def _tzsp(data: bytes, at: int, end: int) -> Inner | None:
    """Four bytes, then tags up to the one that ends them."""
    if end - at < 5 or data[at] != 1:
        return None
    link = _TZSP.get(data[at + 2] << 8 | data[at + 3])
    at += 4
    while link is not None and at < end:
        tag = data[at]
        if tag == 1:
            return Inner(link, at + 1, end, False if link == DOT11 else None)
        at += 1 if tag == 0 else 2 + (data[at + 1] if at + 1 < end else 0)
    return None


def _inner_peek(data: bytes, at: int, end: int) -> Inner | None:
    """The longer header, which has a magic number and its own length."""
    if end - at < _PEEK_LONG:
        return None
    (length,) = struct.unpack_from(">I", data, at + 5)
    return Inner(DOT11, at + length, end, True) if _PEEK_LONG <= length < end - at else None


def _peek(_data: bytes, at: int, end: int) -> Inner | None:
    return Inner(DOT11, at + _PEEK_SHORT, end, True) if end - at > _PEEK_SHORT else None


def _erm(data: bytes, at: int, end: int) -> Inner | None:
    """The packet does not tell which of its forms it has: that by which it is consistent."""
    if end - at >= 8 and data[at : at + 2] == b"\0\0":
        _, length, link = struct.unpack_from("<HHI", data, at)
        if link == DOT11 and 8 <= length < end - at:
            return Inner(PPI, at, end)
    if end - at > 16:
        for order in "<>":
            _, _, captured, wire = struct.unpack_from(f"{order}IIII", data, at)
            if captured == end - at - 16 <= wire:
                return Inner(DOT11, at + 16, end)
    return _peek(data, at, end)


def _capwap(data: bytes, at: int, end: int) -> Inner | None:
    """A data message that carries 802.11 as it is, whole; frame control in either order."""
    if end - at < 8 or data[at] != 0:
        return None
    (word,) = struct.unpack_from(">I", data, at)
    header, binding, native, fragment = (
        word >> 19 & 31,
        word >> 9 & 31,
        word >> 8 & 1,
        word >> 7 & 1,
    )
    begin = at + 4 * header
    if not native or binding != _CAPWAP_DOT11 or fragment or header < 2 or begin + 24 > end:
        return None
    right = _is_frame_control(data[begin], data[begin + 1])
    swapped = None if right else _is_frame_control(data[begin + 1], data[begin])
    if right and not _is_frame_control(data[begin + 1], data[begin]):
        swapped = False
    return Inner(DOT11, begin, end, False, swapped)


def _is_frame_control(first: int, second: int) -> bool:
    """Whether these bytes, in this order, begin a frame of data, or an ordinary one of management
    (IEEE 802.11-2020, 9.2.4.1): version 0; Retry, power management, Protected may be set."""
    kind = first & 0x0F
    return kind == 8 or (kind == 0 and not second & ~0x58)


_TUNNELS: Final[dict[int, Callable[[bytes, int, int], Inner | None]]] = {
    37008: _tzsp,
    5000: _peek,
    5555: _erm,
    5247: _capwap,
}
"""By the UDP port that is usual."""
