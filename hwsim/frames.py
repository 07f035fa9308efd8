# SPDX-License-Identifier: GPL-2.0-or-later
"""802.11 frames as bytes: headers, elements, kinds.

Parsing only, with struct, on untrusted input; the only error is :class:`WireError`.
Source: IEEE 802.11-2020, 9.2.4 (frame fields) and 9.4.2 (elements).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from hwsim.errors import WireError
from hwsim.records import FrameKind

BROADCAST: Final = b"\xff" * 6

MANAGEMENT: Final = 0
CONTROL: Final = 1
DATA: Final = 2

TO_DS: Final = 0x01
FROM_DS: Final = 0x02
RETRY: Final = 0x08
POWER_MANAGEMENT: Final = 0x10
MORE_DATA: Final = 0x20
PROTECTED: Final = 0x40
ORDER: Final = 0x80
"""Of QoS data and management frames: HT Control ends the header (9.2.4.1.10)."""

SUBTYPE_NULL_BIT: Final = 0x4
SUBTYPE_QOS_BIT: Final = 0x8

SNAP: Final = b"\xaa\xaa\x03\0\0\0"
"""LLC/SNAP header of RFC 1042; an EtherType follows."""
ETHERTYPE_EAPOL: Final = b"\x88\x8e"
SNAP_EAPOL: Final = SNAP + ETHERTYPE_EAPOL
ETHERTYPE_ARP: Final = b"\x08\x06"
ETHERTYPE_IPV4: Final = b"\x08\x00"

ELEMENT_SSID: Final = 0
ELEMENT_RSN: Final = 48
ELEMENT_VENDOR: Final = 221

_PS_POLL: Final = 10

_MAC_TEXT = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}", re.ASCII)

_MANAGEMENT_KINDS: dict[int, FrameKind] = {
    0: "assoc-req", 1: "assoc-resp", 2: "assoc-req", 3: "assoc-resp", 4: "probe-req",
    5: "probe-resp", 8: "beacon", 10: "disassoc", 11: "auth", 12: "deauth", 13: "action",
}  # fmt: skip


class MacHeader(NamedTuple):
    """The header of a frame. ``length`` is its size in bytes, the body begins there.

    ``transmitter`` and ``address3`` are empty for control frames that have none. ``sequence`` is
    the sequence number without fragment; ``tid`` is 0 for frames without QoS.
    """

    type: int
    subtype: int
    flags: int
    receiver: bytes
    transmitter: bytes
    address3: bytes
    sequence: int
    tid: int
    length: int


def parse_header(frame: bytes) -> MacHeader:
    """The header of an 802.11 frame without radiotap and FCS."""
    size = len(frame)
    if size < 10:
        raise WireError(f"802.11 frame: {size} bytes are too few for a header")
    kind = (frame[0] >> 2) & 3
    subtype = frame[0] >> 4
    flags = frame[1]
    if kind == CONTROL:
        transmitter = frame[10:16] if size >= 16 else b""
        return MacHeader(kind, subtype, flags, frame[4:10], transmitter, b"", 0, 0, min(size, 16))
    length = 24
    tid = 0
    if kind == DATA:
        if flags & 3 == 3:
            length += 6
        if subtype & SUBTYPE_QOS_BIT:
            length += 2
    ht_control = flags & ORDER and (kind == MANAGEMENT or subtype & SUBTYPE_QOS_BIT)
    if ht_control:
        length += 4
    if size < length:
        raise WireError(f"802.11 frame: {size} bytes, its header needs {length}")
    if kind == DATA and subtype & SUBTYPE_QOS_BIT:
        tid = frame[length - (6 if ht_control else 2)] & 0x0F
    sequence = (frame[22] | frame[23] << 8) >> 4
    return MacHeader(
        kind, subtype, flags, frame[4:10], frame[10:16], frame[16:22], sequence, tid, length
    )


def kind_of(header: MacHeader) -> FrameKind:
    """The kind of a frame as far as its header tells: data frames need their payload too."""
    if header.type == MANAGEMENT:
        return _MANAGEMENT_KINDS.get(header.subtype, "other")
    if header.type == DATA:
        return "null" if header.subtype & SUBTYPE_NULL_BIT else "data"
    return "ps-poll" if header.subtype == _PS_POLL else "other"


def elements(body: bytes, offset: int = 0) -> Iterator[tuple[int, bytes]]:
    """The elements (identifier, whole element with its two header bytes) from ``offset`` on.

    Raises :class:`WireError` when one reaches over the end.
    """
    end = len(body)
    while offset < end:
        if end - offset < 2:
            raise WireError("element: one stray byte at the end")
        length = body[offset + 1]
        if offset + 2 + length > end:
            raise WireError(f"element {body[offset]}: length {length} reaches over the end")
        yield body[offset], body[offset : offset + 2 + length]
        offset += 2 + length


def element(body: bytes, identifier: int, offset: int = 0) -> bytes | None:
    """The first element with that identifier, with its two header bytes; ``None`` without one.

    Raises :class:`WireError` when an element before it reaches over the end.
    """
    for found, whole in elements(body, offset):
        if found == identifier:
            return whole
    return None


def vendor_element(body: bytes, kind: bytes, offset: int = 0) -> bytes | None:
    """The first vendor specific element of that OUI and type, with its two header bytes; None
    without one. Raises :class:`WireError` as :func:`element` does."""
    for found, whole in elements(body, offset):
        if found == ELEMENT_VENDOR and whole[2 : 2 + len(kind)] == kind:
            return whole
    return None


def mac_text(address: bytes) -> str:
    """An address as ``02:00:00:00:00:00``; zeros stand for one that the frame does not carry."""
    return (address or bytes(6)).hex(":")


def mac_bytes(text: str) -> bytes:
    """The six bytes of an address such as ``02:00:00:00:00:00``; raises :class:`WireError`."""
    if _MAC_TEXT.fullmatch(text) is None:
        raise WireError(f"{text!r:.40} is no MAC address such as 02:00:00:00:00:01")
    return bytes.fromhex(text.replace(":", ""))
