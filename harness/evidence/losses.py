# SPDX-License-Identifier: GPL-2.0-or-later
"""What evidence lacks, seen in the evidence itself: times, ends, frame numbers. Pure.

The parser sees gaps in sequence numbers; what is here needs more than one line to be seen. None of
it raises, and none of it blames anybody: a record that contradicts the others is left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from harness.evidence import names
from harness.evidence.connection import found_no_network
from harness.evidence.model import (
    LOSSES,
    AssociationEvidence,
    DamageKind,
    IhvRecord,
    TraceDamage,
)

FOREVER_NS: Final = (1 << 64) - 1
OVERTAKING_NS: Final = 1_000_000_000
"""How far a thread may fall behind others between taking a record's time and writing it."""
_ENDS: Final = frozenset({"unload", "exception", "host"})


def in_time(
    process: int, records: Sequence[IhvRecord]
) -> tuple[Sequence[IhvRecord], tuple[TraceDamage, ...]]:
    """The records of a process, in order of sequence, whose times do not contradict that order.

    Times of one thread never run back, those of several threads by no more than a second. Where
    they do, the longest run of records with rising times stands, and the rest is left out.
    """
    if not _contradict(records):
        return records, ()
    stands = _rising([record.t_ns for record in records])
    kept = [records[place] for place in stands]
    seqs = [record.seq for record in kept]
    damage = []
    for record in records:
        place = bisect_right(seqs, record.seq)
        if place and kept[place - 1] is record:
            continue
        around = (
            kept[place - 1].t_ns if place else 0,
            kept[place].t_ns if place < len(kept) else FOREVER_NS,
        )
        message = f"record {record.seq} of process {process} has a time out of its order"
        damage.append(TraceDamage(DamageKind.OUT_OF_TIME, message, 0, process, *around))
    return kept, tuple(damage)


def _contradict(records: Sequence[IhvRecord]) -> bool:
    newest: dict[int, int] = {}
    newest_ns = 0
    for record in records:
        runs_back = record.kind != "exception" and record.t_ns < newest.get(record.tid, 0)
        if runs_back or record.t_ns + OVERTAKING_NS < newest_ns:
            return True
        newest[record.tid] = record.t_ns
        newest_ns = max(newest_ns, record.t_ns)
    return False


def _rising(values: Sequence[int]) -> list[int]:
    """Places of a longest subsequence that never falls (patience sorting)."""
    tops: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        pile = bisect_right(tops, value)
        before.append(places[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [value]
        places[pile : pile + 1] = [place]
    found, place = [], places[-1] if places else -1
    while place >= 0:
        found.append(place)
        place = before[place]
    return found[::-1]


def unended(
    records: Iterable[IhvRecord], *, service_tells: bool = False
) -> tuple[TraceDamage, ...]:
    """The loss behind the last record of a finished trace that does not show how it ends.

    An earlier process that went without notice is no loss: the trace goes on behind it. With
    `service_tells` the guest's WLAN service writes the last record of every process.
    """
    ends = {"host"} if service_tells else _ENDS
    last_ns: dict[int, int] = {}
    ended: set[int] = set()
    for record in records:
        last_ns[record.process] = max(last_ns.get(record.process, 0), record.t_ns)
        if record.kind in ends:
            ended.add(record.process)
    newest = max(last_ns, default=None)
    if newest is None:
        return (TraceDamage(DamageKind.NO_END, "the trace is empty", 0, None, 0, FOREVER_NS),)
    if newest in ended:
        return ()
    message = f"the trace ends before process {newest} does: what came after is missing"
    return (TraceDamage(DamageKind.NO_END, message, 0, newest, last_ns[newest], FOREVER_NS),)


def association_losses(association: AssociationEvidence) -> tuple[TraceDamage, ...]:
    """What an association lacks of frames, of other lines, and of its part of the trace."""
    found = []
    if missing := _missing_frames(association):
        which = _numbers(missing)
        found.append((DamageKind.FRAME_GAP, f"records of {which} are missing"))
    if association.unread_lines:
        what = f"{association.unread_lines} lines of the air or of agent.exe could not be read"
        found.append((DamageKind.UNREAD_LINE, what))
    called = bool(association.ihv) or found_no_network(association)
    if association.connect_ns and not called and association.lab_fault is None:
        found.append((DamageKind.NOT_SHOWN, "the IHV trace shows nothing of it"))
    return tuple(
        TraceDamage(kind, f"association {association.index}: {what}", association=association.index)
        for kind, what in found
    )


def _missing_frames(association: AssociationEvidence) -> list[int]:
    seen = {frame.number for frame in association.frames}
    if association.frame_span is None:
        return []
    first, last = association.frame_span
    if last - first > len(seen) + len(association.frames_due) + 100_000:
        return [first + 1, last]  # numbers that cannot be true
    return [
        number
        for number in range(first + 1, last + 1)
        if number not in seen and number not in association.frames_due
    ]


def _numbers(missing: list[int]) -> str:
    if len(missing) == 1:
        return f"frame {missing[0]}"
    return f"{len(missing)} frames ({missing[0]} to {missing[-1]})"


def explained(
    damage: Iterable[TraceDamage], more: Iterable[TraceDamage]
) -> tuple[TraceDamage, ...]:
    """All damage; of returns without entries those that a known loss explains lose no more."""
    known = tuple(damage)
    lost = [item for item in known if item.kind in LOSSES and item.until_ns is not None]

    def is_explained(item: TraceDamage) -> bool:
        if item.kind is not DamageKind.UNMATCHED_RETURN or item.until_ns is None:
            return False
        return any(
            one.process in (None, item.process) and (one.from_ns or 0) <= item.until_ns
            for one in lost
        )

    found = (*known, *more)
    lost += [item for item in found if item.kind is DamageKind.OUT_OF_TIME]
    return tuple(replace(item, until_ns=None) if is_explained(item) else item for item in found)


def losses(
    associations: Iterable[AssociationEvidence], damage: Iterable[TraceDamage]
) -> dict[int | None, tuple[str, ...]]:
    """What is missing, in words, by the association it is missing from; None: from the run."""
    found: dict[int | None, dict[str, None]] = {}
    known = tuple(associations)
    for item in damage:
        if item.missing:
            for place in _places(known, item):
                found.setdefault(place, {})[item.message] = None
    return {place: tuple(messages) for place, messages in found.items()}


def _shows_its_end(association: AssociationEvidence) -> bool:
    """The last thing in its part of the trace is what ends an association, or its process."""
    last = association.ihv[-1] if association.ihv else None
    if last is None or last.kind in _ENDS:
        return last is not None
    return last.kind == "return" and last.function in (names.ADAPTER_RESET, names.DEINIT_ADAPTER)


def _places(associations: Iterable[AssociationEvidence], item: TraceDamage) -> list[int | None]:
    if item.association is not None:
        return [item.association]
    if item.until_ns is None:
        return [] if item.kind in LOSSES else [None]
    from_ns, until_ns = item.from_ns or 0, item.until_ns
    hit: list[int | None] = [
        one.index
        for one in associations
        if one.connect_ns
        and from_ns <= one.end_ns
        and until_ns >= one.connect_ns
        and not (item.kind is DamageKind.NO_END and _shows_its_end(one))
    ]
    return hit or [None]
