# SPDX-License-Identifier: GPL-2.0-or-later
"""The capture's packets and the frame records of a run, matched: which record is which frame.

Wireshark numbers the packets of air.pcapng from 1; the records of events.jsonl count frames only
of stations and answers, beacons have none. Both have the air's time of a frame to the nanosecond,
but for a constant: the capture's is since 1970. The constant is the one by which the records fall
on packets of their length. The file may come from anywhere: what cannot be read matches nothing.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harness.evidence.model import FrameRecord

ENHANCED_PACKET: Final = 6
MOST_BYTES: Final = 256 << 20
"""Of a capture so much is read."""
SAMPLE: Final = 24
"""Records by which the constant is found."""

_HEAD = struct.Struct("<II")
_PACKET = struct.Struct("<IIIII")


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its number in the file from 1, when (ns since 1970), bytes without radiotap."""

    number: int
    wall_ns: int
    length: int
    frame: bytes = field(default=b"", repr=False, compare=False)
    """The 802.11 frame itself, as far as it was captured."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Number of a frame record → number of its packet, and by what the two clocks differ."""

    numbers: dict[int, int] = field(default_factory=dict)
    wall_minus_air_ns: int | None = None


def read_packets(path: Path) -> tuple[Packet, ...]:
    """The packets of a capture that this harness wrote; none if there is no such file."""
    try:
        with path.open("rb") as file:
            return tuple(_packets(file.read(MOST_BYTES)))
    except OSError:
        return ()


def _packets(data: bytes) -> Iterator[Packet]:
    place, number = 0, 0
    while place + 12 <= len(data):
        kind, size = _HEAD.unpack_from(data, place)
        if size < 12 or size % 4 or place + size > len(data):
            return  # cut or damaged from here on
        if kind == ENHANCED_PACKET and size >= 12 + _PACKET.size + 4:
            number += 1
            _, high, low, length, _ = _PACKET.unpack_from(data, place + 8)
            begin = place + 8 + _PACKET.size
            radiotap = int.from_bytes(data[begin + 2 : begin + 4], "little")
            frame = data[begin + radiotap : min(begin + length, place + size - 4)]
            yield Packet(number, high << 32 | low, length - radiotap, frame)
        place += size


def match(packets: Sequence[Packet], frames: Iterable[FrameRecord]) -> Matched:
    """Find the packet of each frame record that has one."""
    records = sorted(frames, key=lambda frame: frame.number)
    by_time = {(packet.wall_ns, packet.length): packet.number for packet in packets}
    offset = _offset(packets, by_time, records[:SAMPLE])
    if offset is None:
        return Matched()
    places = ((one.number, by_time.get((one.air_ns + offset, one.length))) for one in records)
    return Matched({number: place for number, place in places if place is not None}, offset)


def _offset(
    packets: Sequence[Packet], by_time: dict[tuple[int, int], int], sample: Sequence[FrameRecord]
) -> int | None:
    """The constant by which most of the sample fall on packets; None if fewer than half do."""
    votes: Counter[int] = Counter()
    for record in sample[:3]:  # one of them may be missing from the capture
        for packet in packets:
            if packet.length == record.length:
                offset = packet.wall_ns - record.air_ns
                votes[offset] = sum((r.air_ns + offset, r.length) in by_time for r in sample)
    best = max(votes, key=lambda offset: votes[offset], default=None)
    return best if best is not None and 2 * votes[best] >= len(sample) else None
