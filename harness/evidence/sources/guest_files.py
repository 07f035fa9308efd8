# SPDX-License-Identifier: GPL-2.0-or-later
"""What was fetched from a Windows guest beside the trace: its event log and its crash dumps.

They bear witness; a run has them or not. One that is not what was sealed is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from harness.evidence.crashes import CrashDump, DriverVerifier, merged, told_by_events
from harness.evidence.event_log import LogEvent, WallClock, by_association, placed
from harness.evidence.losses import FOREVER_NS
from harness.evidence.model import DamageKind, RunEvidence, TraceDamage
from harness.evidence.sources.base import EVENT_LOG
from harness.evidence.sources.crash_dumps import DUMPS, MAX_BYTES, dump_files, read_dump
from harness.evidence.sources.event_xml import MAX_BYTES as MAX_LOG
from harness.evidence.sources.event_xml import read_event_xml
from harness.evidence.sources.seal import FileSeal


@dataclass(frozen=True, slots=True)
class GuestFiles:
    """What is in them, and what could not be read."""

    events: tuple[LogEvent, ...] = ()
    dumps: tuple[CrashDump, ...] = ()
    damage: tuple[TraceDamage, ...] = ()


def read_guest_files(folder: Path, sealed: Mapping[str, FileSeal]) -> GuestFiles:
    """The files of a run's folder; never raises."""
    events: tuple[LogEvent, ...] = ()
    dumps: list[CrashDump] = []
    damage: list[TraceDamage] = []
    if (folder / EVENT_LOG).is_file():
        try:
            data = _begin(folder / EVENT_LOG, MAX_LOG + 1)
        except OSError as error:
            damage.append(TraceDamage(DamageKind.EVENT_LOG, f"{EVENT_LOG}: {error.strerror}"))
        else:
            if len(data) > MAX_LOG or _is_as_sealed(data, sealed.get(EVENT_LOG)):
                found = read_event_xml(data, EVENT_LOG)
                events, damage = found.events, [*damage, *found.damage]
    for path in dump_files(folder):
        name = f"{DUMPS}/{path.name}"
        try:
            data = _begin(path, MAX_BYTES + 1)
            if len(data) > MAX_BYTES or _is_as_sealed(data, sealed.get(name)):
                dumps.append(read_dump(data, name))
        except (OSError, ValueError) as error:
            damage.append(TraceDamage(DamageKind.CRASH_DUMP, f"{name}: {error}"))
    return GuestFiles(events, tuple(dumps), tuple(damage))


def _begin(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _is_as_sealed(data: bytes, seal: FileSeal | None) -> bool:
    return seal is None or hashlib.sha256(data).hexdigest() == seal.sha256


def _within(
    crashes: Sequence[CrashDump], connects: Sequence[int], place: int
) -> tuple[CrashDump, ...]:
    """Those from the connect of an association on to the next one's."""
    until_ns = connects[place + 1] if place + 1 < len(connects) else FOREVER_NS
    return tuple(
        one for one in crashes if one.t_ns is not None and connects[place] <= one.t_ns < until_ns
    )


def with_guest_files(
    evidence: RunEvidence,
    files: GuestFiles,
    clocks: Sequence[WallClock],
    verifier: DriverVerifier | None,
) -> RunEvidence:
    """A run's evidence with what they tell of it, put on the guest clock. Pure."""
    events = placed(files.events, clocks)
    lost = sum(event.t_ns is None for event in events)
    damage = files.damage
    if lost:
        what = f"nothing ties its times to the guest clock; {lost} events are not placed"
        damage += (TraceDamage(DamageKind.EVENT_LOG, f"{EVENT_LOG}: {what}"),)
    connects = [one.connect_ns for one in evidence.associations]
    own = by_association(events, connects)
    crashes = merged(files.dumps, told_by_events(events), clocks)
    return replace(
        evidence,
        associations=tuple(
            replace(
                one,
                log_events=own[place],
                crashes=_within(crashes, connects, place),
            )
            for place, one in enumerate(evidence.associations)
        ),
        damage=(*evidence.damage, *damage),
        log_events=events,
        crashes=crashes,
        verifier=verifier,
    )
