# SPDX-License-Identifier: GPL-2.0-or-later
"""What a file of packets is, whatever its format: records of interfaces, in their order.

Three million records of a field's capture go through here, so a record is a plain tuple and its
bytes stay where they were read until somebody wants them.
"""

from __future__ import annotations

import contextlib
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Final, Protocol

Record = tuple[int, int, bytes, int, int, int]
"""Index of the interface; nanoseconds since 1970; a buffer, and where the captured bytes begin and
end in it; how many bytes the packet had when it was captured whole."""

CHUNK: Final = 1 << 20
"""Bytes read at a time."""
DAMAGED: Final = (EOFError, zlib.error, gzip.BadGzipFile)
"""What the stream of a compressed file raises that is cut, or is none."""
LARGEST: Final = 1 << 20
"""No packet of any link layer is as long: what claims to be is damage."""


@dataclass(slots=True)
class Interface:
    """What a file says of an interface."""

    link: int
    """LINKTYPE_ of tcpdump.org/linktypes.html."""
    name: str = ""
    ticks_per_s: int = 1_000_000
    offset_s: int = 0
    """Seconds to be added to its times."""


class Container(Protocol):
    """A file of packets, which is read once, from its beginning."""

    @property
    def interfaces(self) -> list[Interface]:
        """Those that were described so far."""

    @property
    def damage(self) -> str:
        """What ended it before its end, in words; empty if nothing did, or has yet."""

    def records(self) -> Iterator[Record]:
        """The packets. Damage ends them."""


class Window:
    """A stream, read in chunks: the part of it that is in memory.

    ``data`` is the part, ``at`` the place in it up to which it was dealt with.
    """

    def __init__(self, stream: BufferedIOBase) -> None:
        self._stream = stream
        self.data = b""
        self.at = 0
        self.passed = 0
        """Bytes of the stream before ``data``."""

    def need(self, count: int) -> bool:
        """Have so many bytes from ``at`` on in memory; False if the stream ends before."""
        while len(self.data) - self.at < count:
            more = self._read(max(CHUNK, count))
            if not more:
                return False
            self.passed += self.at
            self.data = self.data[self.at :] + more
            self.at = 0
        return True

    def _read(self, count: int) -> bytes:
        """A compressed file may be cut or damaged: what was read before stays."""
        parts = []
        with contextlib.suppress(*DAMAGED):
            while count > 0 and (part := self._stream.read1(count)):
                parts.append(part)
                count -= len(part)
        return b"".join(parts)

    @property
    def left(self) -> int:
        """Bytes in memory that were not dealt with."""
        return len(self.data) - self.at

    @property
    def place(self) -> int:
        """How far into the stream ``at`` is."""
        return self.passed + self.at
