# SPDX-License-Identifier: GPL-2.0-or-later
"""Cuts the frames of a security session into its key handshakes.

A session begins with a 4-way handshake. Later ones renew its keys: another 4-way handshake, as
after a reauthentication, and group key handshakes (IEEE 802.11-2020, 12.7.6 and 12.7.7).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.evidence.model import FrameRecord

Kind = Literal["4-way", "group"]
_KINDS: dict[str, Kind] = {
    "M1": "4-way", "M2": "4-way", "M3": "4-way", "M4": "4-way", "G1": "group", "G2": "group",
}  # fmt: skip
_ENDS = {"4-way": "M4", "group": "G2"}
_COPIES = {"copy", "inserted"}
"""What the detail of a frame has that a rule of the scenario sent."""


@dataclass(frozen=True, slots=True)
class KeyHandshake:
    """One key handshake, retransmissions included; ``renewal`` counts those of its kind after the
    one a session begins with, from 1, and is 0 for that one."""

    kind: Kind
    renewal: int
    frames: tuple[FrameRecord, ...]


def key_handshakes(frames: Sequence[FrameRecord]) -> Iterator[KeyHandshake]:
    """The handshakes of a session in order, given its frames in the order of the air clock.

    The first one has all that comes before it and is no key message, such as the association.
    """
    made: list[tuple[Kind, list[FrameRecord]]] = [("4-way", [])]
    latest: dict[Kind, list[FrameRecord]] = {"4-way": made[0][1]}
    for frame in frames:
        kind = _KINDS.get(frame.kind)
        if kind is None:
            made[0][1].append(frame)
            continue
        if kind not in latest or _begins_anew(frame, latest[kind]):
            latest[kind] = []
            made.append((kind, latest[kind]))
        latest[kind].append(frame)
    counts = {"4-way": -1, "group": 0}
    for kind, own in made:
        counts[kind] += 1
        yield KeyHandshake(kind, counts[kind], tuple(own))


def _begins_anew(frame: FrameRecord, before: Sequence[FrameRecord]) -> bool:
    """A first message, no copy or retransmission, after the last message of the one before."""
    if frame.kind not in ("M1", "G1") or frame.retry or _COPIES & frame.detail.keys():
        return False
    end = _ENDS[_KINDS[frame.kind]]
    return any(one.kind == end and one.direction == "up" for one in before)
