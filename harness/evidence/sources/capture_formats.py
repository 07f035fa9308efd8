# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets of captures as the field has them: pcap and pcapng, with radiotap or bare 802.11 frames.

A capture that the air of this harness wrote is one of them. The file may come from anywhere: what
cannot be read ends it, as does more than `MOST_BYTES`; no content raises anything but a
`UsageError`.
"""

from __future__ import annotations

import contextlib
import gzip
import logging
import struct
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from harness.errors import UsageError
from harness.evidence.packets import MOST_BYTES, Packet

DOT11: Final = 105
"""LINKTYPE_IEEE802_11: the frame alone, without its checksum."""
RADIOTAP: Final = 127
"""LINKTYPE_IEEE802_11_RADIOTAP: a radiotap header before the frame."""
GZIP: Final = b"\x1f\x8b"
WANTED: Final = (
    "give a run directory, or a capture taken in monitor mode (pcap or pcapng, link type 802.11, "
    "with radiotap or without)"
)

_FLAGS: Final = 1 << 1
_TSFT: Final = 1 << 0
_MORE: Final = 1 << 31
_HAS_CHECKSUM: Final = 0x10
"""Of radiotap's Flags field: the frame has its four bytes of checksum at its end."""


def read_capture(path: Path) -> tuple[Packet, ...]:
    """The packets of a capture in order, numbered from 1 as Wireshark does.

    Raises `UsageError` for a file that is no capture, or has none of the two link types.
    """
    from scapy.error import Scapy_Exception
    from scapy.utils import RawPcapReader  # here: no other source waits for scapy

    logging.getLogger("scapy.runtime").setLevel(logging.CRITICAL)  # what is wrong is told by us
    try:
        with path.open("rb") as file, _content(file) as content, RawPcapReader(content) as reader:
            return tuple(_packets(path, reader))
    except (Scapy_Exception, EOFError, struct.error, gzip.BadGzipFile, zlib.error):
        raise UsageError(f"{path}: is no capture", hint=WANTED) from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", hint="name a capture") from None


def _content(file: BufferedReader) -> AbstractContextManager[BinaryIO]:
    """What the file holds: scapy 2.7 does not see that one which is open already is gzip's."""
    if file.peek(2)[:2] == GZIP:
        return cast("AbstractContextManager[BinaryIO]", gzip.GzipFile(fileobj=file))
    return contextlib.nullcontext(file)


def _packets(path: Path, reader: Any) -> Iterator[Packet]:
    left = MOST_BYTES
    for number, (data, meta) in enumerate(_until_damaged(reader), 1):
        link = getattr(meta, "linktype", getattr(reader, "linktype", None))
        if link not in (DOT11, RADIOTAP):
            raise UsageError(f"{path}: link type {link} has no 802.11 frames", hint=WANTED)
        left -= len(data)
        if left < 0:
            return
        frame = _without_radiotap(data) if link == RADIOTAP else data
        before = len(data) - len(frame)
        yield Packet(number, _when_ns(reader, meta), max(meta.wirelen - before, 0), frame)


def _until_damaged(reader: Iterator[tuple[bytes, Any]]) -> Iterator[tuple[bytes, Any]]:
    """What the library reads, up to the end or to what it cannot read, whatever it raises there."""
    with contextlib.suppress(Exception):
        yield from reader


def _when_ns(reader: Any, meta: Any) -> int:
    """Nanoseconds since 1970."""
    if hasattr(meta, "tshigh"):
        ticks = (meta.tshigh or 0) << 32 | (meta.tslow or 0)
        return ticks * 10**9 // (meta.tsresol or 10**6)
    return int(meta.sec) * 10**9 + int(meta.usec) * (1 if reader.nano else 1000)


def _without_radiotap(data: bytes) -> bytes:
    """The frame behind the header, without its checksum (radiotap.org, Flags)."""
    if len(data) < 8:
        return b""
    length, present = struct.unpack_from("<2xHI", data)
    at, word = 8, present
    while word & _MORE and at + 4 <= len(data):
        (word,) = struct.unpack_from("<I", data, at)
        at += 4
    if present & _TSFT:
        at = -(-at // 8) * 8 + 8
    checksum = present & _FLAGS and at < min(length, len(data)) and data[at] & _HAS_CHECKSUM
    return data[length:-4] if checksum else data[length:]
