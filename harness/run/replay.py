# SPDX-License-Identifier: GPL-2.0-or-later
"""A run judged again from its files: by today's rules, on another machine, years later.

A field bug's evidence stays evidence when the checker learns something new, and a rule can be
tried on every run a lab has kept. A run that was killed is judged as what it is: an unfinished one.
What is damaged or missing is told, and what it might have shown is not known: MISS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from harness.checks import CheckLimits
from harness.config.lab import DEFAULT_GUEST, GuestKind, load_lab
from harness.config.overrides import RuleOverride
from harness.errors import UsageError
from harness.evidence import (
    AssociationEvidence,
    DamageKind,
    IhvRecord,
    RunEvidence,
    TraceDamage,
    parse_trace,
    split,
    to_guest_ns,
    unended,
)
from harness.evidence.losses import FOREVER_NS, OVERTAKING_NS
from harness.guests.abilities import ABILITIES
from harness.lab.recording import EVENTS, TRACE
from harness.results import LabFaultResult, ResultFileError, RunResult, load_result
from harness.run.eventlog import NOTHING_EXPECTED, UNKNOWN_CLOCK, EventLog, read_events
from harness.run.judge import Judge, judge_of, judged
from harness.run.seal import SEAL, FileSeal, as_sealed, read_seal, unlike_seal

NO_END = "its end was not written down: the run was ended before it was over"
A_RUN = "give a run directory, e.g. runs/latest"
UNFINISHED = "the run was ended before it was over: it has no end"


@dataclass(slots=True)
class Replay:
    """A run as its files tell it; ``log`` is all of it but the trace."""

    evidence: RunEvidence
    log: EventLog

    def judge(self, rules: Iterable[RuleOverride], at: datetime, guest: GuestKind) -> Judge:
        """What it is judged by, as it was planned."""
        limits, expect = self.log.plan or (CheckLimits(), NOTHING_EXPECTED)
        return judge_of(limits, expect, rules, at, guest)


def judge_again(folder: Path, lab: Path | None = None) -> tuple[RunResult, RunEvidence]:
    """The run in `folder` judged by the rules as they are now; raises `UsageError`.

    The overrides of rules are those of `lab`, a lab.toml, in force today; else those of the run's
    own that were in force when it began.
    """
    replay = load(folder)
    stored = _stored(folder, replay.log)
    faults = {one.index: one.lab_fault for one in stored.associations if one.lab_fault}
    for one in replay.evidence.associations:
        if one.lab_fault:
            faults.setdefault(one.index, LabFaultResult(message=one.lab_fault))
    at = datetime.now(UTC) if lab else stored.started_at
    rules = _overrides(lab or folder / "lab.toml", needed=lab is not None)
    judge = replay.judge(rules, at, stored.guest)
    return judged(stored, replay.evidence, judge, faults), replay.evidence


def _stored(folder: Path, log: EventLog) -> RunResult:
    """What the run's result says that does not follow from the evidence: from result.json, or, of
    a run that came to none, from its first event."""
    file = folder / "result.json"
    try:
        return load_result(file)
    except ResultFileError as error:
        if log.run is None:
            if file.exists():
                raise
            hint = "it has neither a result.json nor the first event of a run"
            raise UsageError(f"{folder}: no run that can be judged", hint=hint) from error
    try:
        begun = RunResult.model_validate({"verdict": "MISS", **log.run})
    except ValidationError:
        raise UsageError(f"{folder / EVENTS}: its first event does not describe a run") from None
    told = {"environment": log.environment} if log.environment else {}
    whole = RunResult.model_validate(begun.model_dump(by_alias=True) | told)
    faults = () if log.end else (LabFaultResult(message=UNFINISHED),)
    air = whole.air.model_copy(update={"bssid": log.bssid}) if whole.air else None
    return whole.model_copy(
        update={"duration_s": log.duration_s, "lab_faults": faults, "air": air}
    )  # fmt: skip


def _overrides(file: Path, *, needed: bool) -> tuple[RuleOverride, ...]:
    """The [[rules]] of a lab.toml."""
    return load_lab(file).rules if needed or file.exists() else ()


def load(folder: Path) -> Replay:
    """The evidence in `folder`, and what is wrong with it; raises `UsageError` if it has none.

    The files may come from anywhere: every line is checked.
    """
    seal = read_seal(folder)
    absent = [name for name in (EVENTS, TRACE) if not (folder / name).exists()]
    if len(absent) == 2:
        raise UsageError(f"{folder}: has neither {EVENTS} nor {TRACE}", hint=A_RUN)
    events, trace = (b"" if name in absent else _read(folder / name) for name in (EVENTS, TRACE))
    replay = replayed(events, trace, seal)
    gone = [TraceDamage(DamageKind.FILE_GONE, f"{name} is not there") for name in absent]
    beside = unlike_seal(folder, seal) if seal else ()
    evidence = replace(replay.evidence, damage=(*gone, *replay.evidence.damage, *beside))
    return Replay(evidence, replay.log)


def replayed(events: bytes, trace: bytes, seal: Mapping[str, FileSeal] | None) -> Replay:
    """The run that two files tell of, with what is wrong with them. Pure."""
    sealed = seal or {}
    events, of_events = as_sealed(EVENTS, events, sealed.get(EVENTS))
    trace, of_trace = as_sealed(TRACE, trace, sealed.get(TRACE))
    log = read_events(events, sealed=EVENTS in sealed)
    records, damage = parse_trace(trace)
    associations = _associations(log)
    parts = split(records, [one.connect_ns for one in associations])[1:]
    whole = tuple(_whole(one, log, part) for one, part in zip(associations, parts, strict=True))
    damage += _outside_the_run(records, log)
    damage += _fewer_than_read(records, log)
    if associations:
        damage += unended(records, service_tells=_writes_last_record(log))
    damage += (*of_trace, *of_events, *log.damage, *_unfinished(log))
    if not {EVENTS, TRACE} <= sealed.keys():
        what = f"{SEAL} has no seal on them: what the files were at the run's end is not known"
        damage += (TraceDamage(DamageKind.NOT_SEALED, what),)
    return Replay(RunEvidence(records, whole, log.clock, damage, tuple(log.stalls)), log)


def _writes_last_record(log: EventLog) -> bool:
    """Whether the guest's service closes the trace of a process; a file may name any guest."""
    told = (log.run or {}).get("guest", DEFAULT_GUEST)
    return any(can.writes_last_record for kind, can in ABILITIES.items() if kind == told)


def _outside_the_run(records: Sequence[IhvRecord], log: EventLog) -> tuple[TraceDamage, ...]:
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


def _fewer_than_read(records: Sequence[IhvRecord], log: EventLog) -> tuple[TraceDamage, ...]:
    """The event that ends a run has the number of records that were read from the guest."""
    read = log.end.get("records") if log.end else None
    if type(read) is not int or read <= len(records):
        return ()
    what = f"{TRACE}: of {read} records that were read {len(records)} are there"
    return (TraceDamage(DamageKind.RECORDS_LOST, what),)


def _associations(log: EventLog) -> list[AssociationEvidence]:
    """Those that were over, and those that were asked for and have no end."""
    found = dict(log.associations)
    for index, connect_ns in log.connects.items():
        if index not in found:
            found[index] = AssociationEvidence(index, connect_ns, connect_ns, lab_fault=NO_END)
        elif found[index].connect_ns != connect_ns:
            found[index] = replace(found[index], lab_fault="its events contradict each other")
    return sorted(found.values(), key=lambda one: (one.connect_ns, one.index))


def _whole(
    one: AssociationEvidence, log: EventLog, ihv: tuple[IhvRecord, ...]
) -> AssociationEvidence:
    """An association with what other lines and the trace have of it."""
    frames = tuple(sorted(log.frames.get(one.index, ()), key=lambda frame: frame.number))
    end_ns = one.end_ns
    if one.lab_fault == NO_END:
        told = [frame.guest_ns for frame in frames if frame.guest_ns is not None]
        end_ns = max([end_ns, *told, *(record.t_ns for record in ihv)])
    return replace(
        one,
        end_ns=end_ns,
        frames=frames,
        performed=log.performed.get(one.index, ()),
        notifications=tuple(n for n in log.notifications if one.connect_ns <= n.t_ns <= end_ns),
        ihv=ihv,
    )


def _unfinished(log: EventLog) -> list[TraceDamage]:
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
