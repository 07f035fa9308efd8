# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder of a run as a source: its two files of evidence, and the seal that was put on them.

The files may come from anywhere: every line is checked. What is damaged or missing is told, and
what it might have shown is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Generic

from harness.errors import UsageError
from harness.evidence.clock import to_guest_ns
from harness.evidence.losses import FOREVER_NS, OVERTAKING_NS, unended
from harness.evidence.model import (
    AssociationEvidence,
    DamageKind,
    IhvRecord,
    RunEvidence,
    TraceDamage,
)
from harness.evidence.sources.base import EVENTS, TRACE, UNKNOWN_CLOCK
from harness.evidence.sources.events import EventLog, PlanReader, PlanT, read_events
from harness.evidence.sources.guest_files import (
    GuestFiles,
    read_guest_files,
    with_guest_files,
)
from harness.evidence.sources.seal import SEAL, FileSeal, as_sealed, read_seal, unlike_seal
from harness.evidence.trace import parse_trace
from harness.evidence.windows import split

NO_END: Final = "its end was not written down: the run was ended before it was over"
A_RUN: Final = "give a run directory, e.g. runs/latest"

ServiceTells = Callable[[object], bool]
"""Whether a guest of the kind that the events name (None: none) closes the trace of a process."""


@dataclass(frozen=True, slots=True)
class FolderEvidence(Generic[PlanT]):
    """A run as its files tell it; ``log`` is all of it but the trace."""

    evidence: RunEvidence
    log: EventLog[PlanT]


@dataclass(frozen=True, slots=True)
class RunFolder(Generic[PlanT]):
    """A run directory; ``read_plan`` makes of an event what the run is judged by."""

    path: Path
    read_plan: PlanReader[PlanT]
    service_tells: ServiceTells

    def read(self) -> RunEvidence:
        """See ``EvidenceSource.read``."""
        return self.load().evidence

    def load(self) -> FolderEvidence[PlanT]:
        """The evidence with what else the events say; raises UsageError if there is none."""
        folder, seal = self.path, read_seal(self.path)
        absent = [name for name in (EVENTS, TRACE) if not (folder / name).exists()]
        if len(absent) == 2:
            raise UsageError(f"{folder}: has neither {EVENTS} nor {TRACE}", hint=A_RUN)
        events, trace = (
            b"" if name in absent else _read(folder / name) for name in (EVENTS, TRACE)
        )  # fmt: skip
        fetched = read_guest_files(folder, seal or {})
        found = from_files(events, trace, seal, self.read_plan, self.service_tells, fetched)
        gone = [TraceDamage(DamageKind.FILE_GONE, f"{name} is not there") for name in absent]
        beside = unlike_seal(folder, seal) if seal else ()
        damage = (*gone, *found.evidence.damage, *beside)
        return FolderEvidence(replace(found.evidence, damage=damage), found.log)


def from_files(
    events: bytes,
    trace: bytes,
    seal: Mapping[str, FileSeal] | None,
    read_plan: PlanReader[PlanT],
    service_tells: ServiceTells,
    fetched: GuestFiles | None = None,
) -> FolderEvidence[PlanT]:
    """The run that two files tell of, with what is wrong with them; ``fetched`` is what the guest
    was asked for beside them. Pure."""
    sealed = seal or {}
    events, of_events = as_sealed(EVENTS, events, sealed.get(EVENTS))
    trace, of_trace = as_sealed(TRACE, trace, sealed.get(TRACE))
    log = read_events(events, read_plan, sealed=EVENTS in sealed)
    records, damage = parse_trace(trace)
    associations = _associations(log)
    parts = split(records, [one.connect_ns for one in associations])[1:]
    whole = tuple(_whole(one, log, part) for one, part in zip(associations, parts, strict=True))
    damage += _outside_the_run(records, log)
    damage += _fewer_than_read(records, log)
    if associations:
        tells = service_tells((log.run or {}).get("guest"))
        damage += unended(records, service_tells=tells)
    damage += (*of_trace, *of_events, *log.damage, *_unfinished(log))
    if not {EVENTS, TRACE} <= sealed.keys():
        what = f"{SEAL} has no seal on them: what the files were at the run's end is not known"
        damage += (TraceDamage(DamageKind.NOT_SEALED, what),)
    evidence = RunEvidence(records, whole, log.clock, damage, tuple(log.stalls))
    evidence = with_guest_files(evidence, fetched or GuestFiles(), log.wall_clocks, log.verifier)
    return FolderEvidence(evidence, log)


def _outside_the_run(records: Sequence[IhvRecord], log: EventLog[PlanT]) -> tuple[TraceDamage, ...]:
    """No record is of a time before the guest was reached or behind the run's end."""
    if log.clock == UNKNOWN_CLOCK:
        return ()
    margin_ns = log.clock.uncertainty_ns + OVERTAKING_NS
    first_ns = to_guest_ns(log.clock, log.reached_ns) - margin_ns if log.reached_ns else 0
    last_ns = to_guest_ns(log.clock, log.ended_ns) + margin_ns if log.end else FOREVER_NS
    return tuple(
        TraceDamage(
            DamageKind.OUT_OF_TIME,
            f"record {record.seq} of process {record.process} is of a time outside of the run",
            process=record.process,
            until_ns=record.t_ns,
        )
        for record in records
        if not first_ns <= record.t_ns <= last_ns
    )


def _fewer_than_read(records: Sequence[IhvRecord], log: EventLog[PlanT]) -> tuple[TraceDamage, ...]:
    """The event that ends a run has the number of records that were read from the guest."""
    read = log.end.get("records") if log.end else None
    if type(read) is not int or read <= len(records):
        return ()
    what = f"{TRACE}: of {read} records that were read {len(records)} are there"
    return (TraceDamage(DamageKind.RECORDS_LOST, what),)


def _associations(log: EventLog[PlanT]) -> list[AssociationEvidence]:
    """Those that were over, and those that were asked for and have no end."""
    found = dict(log.associations)
    for index, connect_ns in log.connects.items():
        if index not in found:
            found[index] = AssociationEvidence(index, connect_ns, connect_ns, lab_fault=NO_END)
        elif found[index].connect_ns != connect_ns:
            found[index] = replace(found[index], lab_fault="its events contradict each other")
    return sorted(found.values(), key=lambda one: (one.connect_ns, one.index))


def _whole(
    one: AssociationEvidence, log: EventLog[PlanT], ihv: tuple[IhvRecord, ...]
) -> AssociationEvidence:
    """An association with what other lines and the trace have of it."""
    frames = tuple(sorted(log.frames.get(one.index, ()), key=lambda frame: frame.number))
    end_ns = one.end_ns
    if one.lab_fault == NO_END:
        crossed_ns = [frame.guest_ns for frame in frames if frame.guest_ns is not None]
        end_ns = max([end_ns, *crossed_ns, *(record.t_ns for record in ihv)])
    return replace(
        one,
        end_ns=end_ns,
        frames=frames,
        performed=log.performed.get(one.index, ()),
        ap_acts=tuple(log.ap_acts.get(one.index, ())),
        usb_acts=tuple(log.usb_acts.get(one.index, ())),
        live_rules=tuple(log.live_rules.get(one.index, ())),
        notifications=tuple(n for n in log.notifications if one.connect_ns <= n.t_ns <= end_ns),
        ihv=ihv,
    )


def _unfinished(log: EventLog[PlanT]) -> list[TraceDamage]:
    found = []
    if log.run is None:
        what = f"{EVENTS}: the event that begins a run is missing"
        found.append(TraceDamage(DamageKind.NOT_FINISHED, what))
    if log.plan is None:
        what = f"{EVENTS}: what the run is judged by is missing: nothing is expected of it"
        found.append(TraceDamage(DamageKind.NO_PLAN, what))
    if log.end is None:
        what = f"{EVENTS}: the event that ends a run is missing"
        found.append(TraceDamage(DamageKind.NOT_FINISHED, what))
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", hint=A_RUN) from None
