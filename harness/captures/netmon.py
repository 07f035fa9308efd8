# SPDX-License-Identifier: GPL-2.0-or-later
"""Microsoft Network Monitor's captures (`.cap`), version 2.

Source: the file format's description in the help of Network Monitor 3.4, and how Wireshark reads it
(wiretap/netmon.c): a table of the frames' places at the end, a header of 16 bytes before each, and
from version 2.1 on a trailer behind it, which in 2.3 tells the time in UTC.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BufferedIOBase
from typing import Final

from harness.captures.container import DAMAGED, LARGEST, Interface, Record

MAGIC: Final = b"GMBU"
LINK_NETMON_80211: Final = -6
"""802.11 behind a header of 32 bytes: no LINKTYPE_ has it."""
_LINKS: Final = {0: 1, 1: 1, 6: LINK_NETMON_80211, 0xE080: 105}
"""Network Monitor's media types: Ethernet (0 in some of version 3.4), 802.11, and Message
Analyzer's bare 802.11."""
_LINKTYPE: Final = 0xE000
"""Above it is a LINKTYPE_, of a capture that was converted."""
_NO_PACKETS: Final = (0xFFFC, 0xFFFD, 0xFFFE)
"""What Wireshark passes over without a number: reassembled payload, adapters, and names."""
_UNKNOWN: Final = -1
_HEADER: Final = struct.Struct("<4sBBH8HII")
_FRAME: Final = struct.Struct("<QII")
_TRAILERS: Final = {0: 0, 1: 2, 2: 6}
"""Bytes by the minor version; any later one has 15."""
_UTC_AT: Final = 6
_1601_TO_1970_NS: Final = 134_774 * 86_400 * 1_000_000_000
_MOST_FRAMES: Final = 1 << 24


class Netmon:
    """See :class:`harness.captures.container.Container`; the file is one that can be sought."""

    def __init__(self, stream: BufferedIOBase) -> None:
        self._stream = stream
        self.interfaces: list[Interface] = []
        self.damage = ""
        head = b""
        with contextlib.suppress(*DAMAGED):
            stream.seek(0)
            head = stream.read(_HEADER.size)
        if len(head) < _HEADER.size:
            self.damage = "the file's header is cut off"
            return
        _, self._minor, major, media, *rest = _HEADER.unpack(head)
        self._table_at, self._table_length = rest[8:]
        self._start_ns = _nanoseconds(rest[:8])
        self._media = media
        if major != 2:
            self.damage = f"version {major} of Network Monitor's format; version 2 can be read"

    def records(self) -> Iterator[Record]:
        """See :meth:`harness.captures.container.Container.records`."""
        if self.damage:
            return
        try:
            yield from self._frames()
        except DAMAGED:
            self.damage = "the compressed file is cut or damaged"

    def _frames(self) -> Iterator[Record]:
        """The frames, which stand in the order of the table: so none is read twice."""
        self._stream.seek(self._table_at)
        table = self._stream.read(min(self._table_length, 4 * _MOST_FRAMES))
        dealt_with = 0
        for (at,) in struct.iter_unpack("<I", table[: len(table) & ~3]):
            if at < dealt_with:
                self.damage = f"a frame at byte {at}, inside of one before"
                return
            self._stream.seek(at)
            head = self._stream.read(_FRAME.size)
            if len(head) < _FRAME.size:
                self.damage = "a frame's header is cut off"
                return
            after_us, wire, captured = _FRAME.unpack(head)
            if captured > LARGEST:
                self.damage = f"a frame of {captured} bytes at byte {at}"
                return
            data = self._stream.read(captured + _TRAILERS.get(self._minor, 15))
            if len(data) < captured:
                self.damage = f"the last frame has {len(data)} of {captured} bytes"
                return
            dealt_with = at + len(head) + len(data)
            trailer = data[captured:]
            media = int.from_bytes(trailer[:2], "little") if len(trailer) >= 2 else self._media
            if media not in _NO_PACKETS:
                when = self._when(after_us, trailer)
                yield self._interface(media), when, data, 0, captured, wire

    def _when(self, after_us: int, trailer: bytes) -> int:
        """In nanoseconds since 1970, by the trailer if it tells.

        The microseconds since the start are signed once they are tenths of them, in 64 bits.
        """
        utc = trailer[_UTC_AT : _UTC_AT + 8]
        if len(utc) == 8:
            return int.from_bytes(utc, "little") * 100 - _1601_TO_1970_NS
        tenths = after_us * 10 & 0xFFFFFFFFFFFFFFFF
        tenths -= (tenths >> 63) << 64
        return self._start_ns + tenths * 100

    def _interface(self, media: int) -> int:
        """The interface that stands for a media type."""
        converted = media & 0x0FFF if media & 0xF000 == _LINKTYPE else _UNKNOWN
        link = _LINKS.get(media, converted)
        for index, one in enumerate(self.interfaces):
            if one.link == link:
                return index
        self.interfaces.append(Interface(link))
        return len(self.interfaces) - 1


def _nanoseconds(system_time: list[int]) -> int:
    """A SYSTEMTIME, which is taken for UTC; 0 for what is no date."""
    year, month, _, day, hour, minute, second, ms = system_time
    try:
        when = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return 0
    return int(when.timestamp()) * 1_000_000_000 + ms * 1_000_000
