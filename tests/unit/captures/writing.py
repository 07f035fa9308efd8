# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes captures as other tools do: pcap, pcapng and Network Monitor's, and any link layer."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence

from harness.captures.links import Radio
from harness.captures.reader import CapturedFrame
from harness.evidence.packets import Packet

DOT11, RADIOTAP = 105, 127
MICROSECONDS, NANOSECONDS = 0xA1B2C3D4, 0xA1B23C4D
WITH_CHECKSUM = struct.pack("<BxHII4xQB", 0, 25, 1 << 31 | 0b11, 0, 77, 0x10)
"""A radiotap header with two words of presence, TSFT and the flag that a checksum follows."""


def pcap(
    packets: Iterable[Packet],
    link: int = DOT11,
    *,
    order: str = "<",
    magic: int = MICROSECONDS,
    header: bytes = b"",
    checksum: bytes = b"",
) -> bytes:
    """A capture of these packets; `header` stands before each frame, `checksum` behind it."""
    unit_ns = 1 if magic == NANOSECONDS else 1000
    written = [struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, link)]
    for one in packets:
        data = header + one.frame + checksum
        seconds, rest_ns = divmod(one.wall_ns, 10**9)
        written.append(
            struct.pack(f"{order}IIII", seconds, rest_ns // unit_ns, len(data), len(data))
        )
        written.append(data)
    return b"".join(written)


STATION = bytes.fromhex("020000000101")
BSSID = bytes.fromhex("020000000001")
SNAP_EAPOL = bytes.fromhex("aaaa03000000888e")
RSNE = bytes.fromhex("30140100000fac040100000fac040100000fac020000")


def key_pdu(
    info: int, counter: int, data: bytes = b"", *, mic: int = 16, descriptor: int = 2
) -> bytes:
    """An EAPOL-Key PDU with a MIC of so many bytes."""
    body = bytes((descriptor,)) + info.to_bytes(2, "big") + bytes(2) + counter.to_bytes(8, "big")
    body += bytes(32 + 16 + 8 + 8) + b"\xaa" * mic + len(data).to_bytes(2, "big") + data
    return b"\2\3" + len(body).to_bytes(2, "big") + body


def handshake(mic: int = 16) -> tuple[bytes, ...]:
    """M1 to M4, as PDUs."""
    return (
        key_pdu(0x008A, 1, mic=mic),
        key_pdu(0x010A, 1, RSNE, mic=mic),
        key_pdu(0x13CA, 2, bytes(56), mic=mic),
        key_pdu(0x030A, 2, mic=mic),
    )


def data_frame(
    pdu: bytes, *, down: bool, sequence: int = 1, flags: int = 0, header: bytes = b"",
    kind: int = 0x08,
) -> bytes:  # fmt: skip
    """A data frame in the clear with that PDU; `header` stands between addresses and body."""
    receiver, transmitter = (STATION, BSSID) if down else (BSSID, STATION)
    control = bytes((kind, flags | (2 if down else 1), 0, 0))
    counted = (sequence << 4).to_bytes(2, "little")
    return control + receiver + transmitter + BSSID + counted + header + SNAP_EAPOL + pdu


def with_fcs(frame: bytes) -> bytes:
    """The frame with its checksum."""
    return frame + zlib.crc32(frame).to_bytes(4, "little")


def pcapng_block(kind: int, body: bytes, order: str = "<") -> bytes:
    """A block of pcapng around a body."""
    body += bytes(-len(body) % 4)
    length = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + length + body + length


def section(order: str = "<") -> bytes:
    """A section header."""
    body = struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1)
    return pcapng_block(0x0A0D0D0A, body, order)


def interface(link: int, *, resolution: int | None = None, order: str = "<") -> bytes:
    """An interface description, with if_tsresol if it is given."""
    options = b""
    if resolution is not None:
        options = struct.pack(f"{order}HHB3xHH", 9, 1, resolution, 0, 0)
    return pcapng_block(1, struct.pack(f"{order}HHI", link, 0, 0) + options, order)


def enhanced(which: int, ticks: int, data: bytes, order: str = "<") -> bytes:
    """An enhanced packet."""
    sizes = (which, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    return pcapng_block(6, struct.pack(f"{order}IIIII", *sizes) + data, order)


def network_monitor(frames: Sequence[tuple[int, bytes]], media: int = 6, minor: int = 1) -> bytes:
    """A capture of Network Monitor: microseconds since its start, and bytes of each frame."""
    written, places = b"", []
    for after_us, data in frames:
        places.append(128 + len(written))
        written += struct.pack("<QII", after_us & 0xFFFFFFFFFFFFFFFF, len(data), len(data)) + data
        written += media.to_bytes(2, "little") if minor else b""
    start = (2026, 11, 6, 27, 12, 0, 0, 500)
    table_at = 128 + len(written)
    head = struct.pack("<4sBBH8HII", b"GMBU", minor, 2, media, *start, table_at, 4 * len(places))
    return (
        head.ljust(128, b"\0") + written + b"".join(place.to_bytes(4, "little") for place in places)
    )


def captured(number: int, wall_ns: int, frame: bytes, interface: int = 0) -> CapturedFrame:
    """A frame as a reader gives it."""
    return CapturedFrame(number, interface, wall_ns, frame, len(frame), Radio())
