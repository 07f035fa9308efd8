# SPDX-License-Identifier: GPL-2.0-or-later
"""pcapng: sections of any byte order, several interfaces, each with its own unit of time.

Source: draft-ietf-opsawg-pcapng: section 3.1 (blocks), 3.5 (options), 4.1 to 4.4 (section header,
interface description, enhanced and simple packets), appendix A (the obsolete packet block).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from harness.captures.container import LARGEST, Interface, Record, Window

MAGIC: Final = b"\x0a\x0d\x0d\x0a"
_BYTE_ORDER: Final = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_INTERFACE: Final = 1
_OLD_PACKET: Final = 2
_SIMPLE_PACKET: Final = 3
_ENHANCED_PACKET: Final = 6
_SECTION: Final = 0x0A0D0D0A
_LARGEST_BLOCK: Final = 16 * LARGEST
_MOST_INTERFACES: Final = 4096
_NAME: Final = 2
_LONGEST_NAME: Final = 256
_RESOLUTION: Final = 9
_OFFSET: Final = 14


class Pcapng:
    """See :class:`harness.captures.container.Container`."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.interfaces: list[Interface] = []
        self.damage = ""
        self._first = 0
        self._order = "<"
        self._set_order("<")

    def records(self) -> Iterator[Record]:
        """See :meth:`harness.captures.container.Container.records`."""
        window = self._window
        while self._block_is_there():
            data, at, size = window.data, window.at, len(window.data)
            head, packet, times, first = self._head, self._packet, self._times, self._first
            while at + 12 <= size:
                kind, length = head(data, at)
                if at + length > size or length < 12 or length & 3:
                    break
                if kind == _ENHANCED_PACKET and length >= 32:
                    which, high, low, captured, wire = packet(data, at + 8)
                    begin = at + 28
                    if begin + captured > at + length - 4 or which >= len(times):
                        break
                    unit, ticks, offset_ns = times[which]
                    when = (high << 32 | low) * unit // ticks + offset_ns
                    yield first + which, when, data, begin, begin + captured, wire
                elif kind in _NOT_PASSED_OVER:
                    break
                at += length
            window.at = at
            if at + 12 <= size and self._block_is_there():
                yield from self._other_block()

    def _set_order(self, order: str) -> None:
        self._order = order
        self._head = struct.Struct(f"{order}II").unpack_from
        self._packet = struct.Struct(f"{order}IIIII").unpack_from
        self._times: list[tuple[int, int, int]] = []
        self._first = len(self.interfaces)

    def _block_is_there(self) -> bool:
        """Have the next block whole in memory; False at the end, or with damage."""
        window = self._window
        if self.damage or not window.need(12):
            if window.left and not self.damage:
                self.damage = f"{window.left} bytes are left of a block"
            return False
        if window.data[window.at : window.at + 4] == MAGIC:
            order = _BYTE_ORDER.get(window.data[window.at + 8 : window.at + 12])
            if order is None:
                self.damage = f"a section without byte order at byte {window.place}"
                return False
            if order != self._order:
                self._set_order(order)
        kind, length = self._head(window.data, window.at)
        if length < 12 or length % 4 or length > _LARGEST_BLOCK:
            self.damage = f"a block of {length} bytes at byte {window.place}"
        elif not window.need(length):
            what = "packet" if kind == _ENHANCED_PACKET else "block"
            self.damage = f"the last {what} has {window.left} of {length} bytes"
        return not self.damage

    def _other_block(self) -> Iterator[Record]:
        """Deal with a block that is no well-formed enhanced packet; it is whole in memory."""
        window = self._window
        data, at = window.data, window.at
        kind, length = self._head(data, at)
        body = data[at + 8 : at + length - 4]
        window.at = at + length
        if kind == _SECTION:
            self._set_order(self._order)
        elif kind == _INTERFACE:
            self._on_interface(body)
        elif kind in _OTHER_PACKETS:
            yield from self._on_other_packet(kind, data, at, length)
        elif kind == _ENHANCED_PACKET:
            self.damage = f"a packet that its block does not hold, at byte {window.place - length}"

    def _on_interface(self, body: bytes) -> None:
        if len(body) < 8 or len(self.interfaces) >= _MOST_INTERFACES:
            self.damage = "an interface that cannot be read"
            return
        (link,) = struct.unpack_from(f"{self._order}H", body)
        one = Interface(link)
        for option, value in self._options(body, 8):
            if option == _NAME:
                one.name = value[:_LONGEST_NAME].decode("utf-8", "replace")
            elif option == _RESOLUTION and value:
                exponent = value[0] & 0x7F
                one.ticks_per_s = 2**exponent if value[0] & 0x80 else 10 ** min(exponent, 18)
            elif option == _OFFSET and len(value) == 8:
                (one.offset_s,) = struct.unpack(f"{self._order}q", value)
        self.interfaces.append(one)
        unit, ticks = 1_000_000_000, one.ticks_per_s
        if unit % ticks == 0:
            unit, ticks = unit // ticks, 1
        self._times.append((unit, ticks, one.offset_s * 1_000_000_000))

    def _on_other_packet(self, kind: int, data: bytes, at: int, length: int) -> Iterator[Record]:
        """A simple packet, which has no time, or an obsolete one."""
        order = self._order
        if kind == _SIMPLE_PACKET and length >= 16 and self._times:
            (wire,) = struct.unpack_from(f"{order}I", data, at + 8)
            begin = at + 12
            yield self._first, 0, data, begin, begin + min(wire, length - 16), wire
        elif kind == _OLD_PACKET and length >= 32:
            which, _, high, low, captured, wire = struct.unpack_from(f"{order}HHIIII", data, at + 8)
            begin = at + 28
            if which < len(self._times) and begin + captured <= at + length - 4:
                unit, ticks, offset_ns = self._times[which]
                when = (high << 32 | low) * unit // ticks + offset_ns
                yield self._first + which, when, data, begin, begin + captured, wire

    def _options(self, body: bytes, at: int) -> Iterator[tuple[int, bytes]]:
        while at + 4 <= len(body):
            option, length = struct.unpack_from(f"{self._order}HH", body, at)
            if option == 0:
                return
            yield option, body[at + 4 : at + 4 + length]
            at += 4 + length + -length % 4


_OTHER_PACKETS: Final = (_SIMPLE_PACKET, _OLD_PACKET)
_NOT_PASSED_OVER: Final = (_SECTION, _INTERFACE, *_OTHER_PACKETS)
