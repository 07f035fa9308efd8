# SPDX-License-Identifier: GPL-2.0-or-later
"""What data frames in the clear carry: MSDUs, out of fragments, aggregates, and any header.

Source: IEEE 802.11-2020, 9.2.4.4 (sequence control), 9.2.4.5.9 (A-MSDU Present), 9.3.2.2 (A-MSDU),
10.5 (defragmentation).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, NamedTuple

from hwsim import frames
from hwsim.frames import MacHeader

_MORE_FRAGMENTS: Final = 0x04
_AMSDU: Final = 0x80
_MOST_OPEN: Final = 256
"""Frames of which fragments are kept; one more, and the oldest is given up."""
_MOST_FRAGMENTS: Final = 16
_LONGEST: Final = 11_454
"""Bytes of the longest MPDU (9.2.4.7.1)."""


class Msdu(NamedTuple):
    """What a data frame carries: its EtherType, and what follows it."""

    ethertype: bytes
    body: bytes


class Defragmenter:
    """Keeps fragments until the last one of their frame is there."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[bytes, bytes, int, int], list[bytes]] = OrderedDict()

    def whole(self, header: MacHeader, frame: bytes) -> bytes | None:
        """The body of the frame that this one is, or ends; None while fragments are lacking."""
        number = frame[22] & 0x0F
        more = header.flags & _MORE_FRAGMENTS
        body = frame[header.length :]
        if not more and not number:
            return body
        key = (header.transmitter, header.receiver, header.tid, header.sequence)
        parts = self._open.pop(key, [])
        if number == len(parts) - 1 and header.flags & frames.RETRY:
            self._open[key] = parts  # again, as its acknowledgement was lost
            return None
        if number != len(parts) or len(frame) > _LONGEST:
            return None
        parts.append(body)
        if not more:
            return b"".join(parts)
        if len(parts) < _MOST_FRAGMENTS:
            self._open[key] = parts
        while len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)
        return None


def msdus(header: MacHeader, frame: bytes, body: bytes) -> Iterator[Msdu]:
    """The MSDUs in a data frame's body; what has no LLC and SNAP header is passed over."""
    qos = header.subtype & frames.SUBTYPE_QOS_BIT
    control_at = 24 + 6 * (header.flags & 3 == 3)
    if not (qos and frame[control_at] & _AMSDU):
        yield from _one(body)
        return
    at = 0
    while at + 14 <= len(body):
        length = body[at + 12] << 8 | body[at + 13]
        yield from _one(body[at + 14 : at + 14 + length])
        at += 14 + length + -(14 + length) % 4


def _one(content: bytes) -> Iterator[Msdu]:
    if content[:6] == frames.SNAP and len(content) >= 8:
        yield Msdu(content[6:8], content[8:])
