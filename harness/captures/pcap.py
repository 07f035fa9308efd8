# SPDX-License-Identifier: GPL-2.0-or-later
"""The classic capture format of libpcap, of any byte order, with micro- or nanoseconds.

Source: draft-ietf-opsawg-pcap (PCAP Capture File Format), sections 4 and 5.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from harness.captures.container import LARGEST, Interface, Record, Window

MAGICS: Final = {
    b"\xd4\xc3\xb2\xa1": ("<", 1000),
    b"\xa1\xb2\xc3\xd4": (">", 1000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
"""The first four bytes of a file, its byte order, and how many nanoseconds a unit of time has."""
_HEADER: Final = 24
_RECORD: Final = 16


class Pcap:
    """See :class:`harness.captures.container.Container`."""

    def __init__(self, window: Window) -> None:
        order, self._unit_ns = MAGICS[window.data[:4]]
        self._window = window
        self._unpack = struct.Struct(f"{order}IIII").unpack_from
        self.interfaces: list[Interface] = []
        self.damage = ""
        if not window.need(_HEADER):
            self.damage = "the file's header is cut off"
            return
        (link,) = struct.unpack_from(f"{order}I", window.data, 20)
        self.interfaces.append(Interface(link & 0xFFFF))  # above it: length of a checksum
        window.at = _HEADER

    def records(self) -> Iterator[Record]:
        """See :meth:`harness.captures.container.Container.records`."""
        window, unpack, unit_ns = self._window, self._unpack, self._unit_ns
        while not self.damage:
            if not window.need(_RECORD):
                if window.left:
                    self.damage = f"{window.left} bytes are left of a packet's header"
                return
            data, at, size = window.data, window.at, len(window.data)
            while at + _RECORD <= size:
                seconds, rest, captured, wire = unpack(data, at)
                begin = at + _RECORD
                end = begin + captured
                if end > size:
                    break
                yield 0, seconds * 1_000_000_000 + rest * unit_ns, data, begin, end, wire
                at = end
            window.at = at
            if at + _RECORD <= size and not self._whole(captured):
                return

    def _whole(self, captured: int) -> bool:
        """Have a packet in memory that reaches over the end of what is there."""
        if captured > LARGEST:
            self.damage = f"a packet of {captured} bytes at byte {self._window.place}"
        elif not self._window.need(_RECORD + captured):
            self.damage = f"the last packet has {self._window.left - _RECORD} of {captured} bytes"
        return not self.damage
