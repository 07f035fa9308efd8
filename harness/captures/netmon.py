# SPDX-License-Identifier: GPL-2.0-or-later
"""Microsoft Network Monitor's captures (`.cap`), version 2.

Source: the file format's description in the help of Network Monitor 3.4, and how Wireshark reads it
(wiretap/netmon.c): a table of the frames' places at the end, a header of 16 bytes before each.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, Final

from harness.captures.container import LARGEST, Interface, Record

MAGIC: Final = b"GMBU"
LINK_NETMON_80211: Final = -6
"""802.11 behind a header of 32 bytes: no LINKTYPE_ has it."""
_LINKS: Final = {1: 1, 6: LINK_NETMON_80211}
"""Network Monitor's media types: Ethernet, and 802.11."""
_UNKNOWN: Final = -1
_HEADER: Final = struct.Struct("<4sBBH8HII")
_FRAME: Final = struct.Struct("<qII")
_MOST_FRAMES: Final = 1 << 24


class Netmon:
    """See :class:`harness.captures.container.Container`; the file is one that can be sought."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.interfaces: list[Interface] = []
        self.damage = ""
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
        self._stream.seek(self._table_at)
        table = self._stream.read(min(self._table_length, 4 * _MOST_FRAMES))
        for (at,) in struct.iter_unpack("<I", table[: len(table) & ~3]):
            self._stream.seek(at)
            head = self._stream.read(_FRAME.size)
            if len(head) < _FRAME.size:
                self.damage = "a frame's header is cut off"
                return
            after_us, wire, captured = _FRAME.unpack(head)
            if captured > LARGEST:
                self.damage = f"a frame of {captured} bytes at byte {at}"
                return
            data = self._stream.read(captured + 2)
            media = self._media
            if (self._minor >= 1) and len(data) == captured + 2:
                media = int.from_bytes(data[captured:], "little")
            if len(data) < captured:
                self.damage = f"the last frame has {len(data)} of {captured} bytes"
                return
            when = self._start_ns + after_us * 1000
            yield self._interface(media), when, data, 0, captured, wire

    def _interface(self, media: int) -> int:
        """The interface that stands for a media type."""
        link = _LINKS.get(media, _UNKNOWN)
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
