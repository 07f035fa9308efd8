# SPDX-License-Identifier: GPL-2.0-or-later
"""A run judged again from its files: by today's rules, on another machine, years later.

A field bug's evidence stays evidence when the checker learns something new, and a rule can be
tried on every run a lab has kept. A run that was killed is judged as what it is: an unfinished one.
What is damaged or missing is told, and what it might have shown is not known: MISS.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from harness.checks import CheckLimits, Expectation
from harness.config.lab import DEFAULT_GUEST, GuestKind, load_lab
from harness.config.overrides import RuleOverride
from harness.errors import ResultFileError, UsageError
from harness.evidence import RunEvidence
from harness.evidence.sources import EVENTS, FolderEvidence, RunFolder
from harness.evidence.sources.events import EventLog, typed
from harness.evidence.sources.run_folder import from_files
from harness.evidence.sources.seal import FileSeal
from harness.guests.abilities import ABILITIES
from harness.results import LabFaultResult, RunResult, load_result
from harness.run.judge import Judge, judge_of, judged

UNFINISHED: Final = "the run was ended before it was over: it has no end"
NOTHING_EXPECTED: Final = Expectation(connected=None, messages=(), protected=False)
"""Where what a run is judged by is not known: no expectation is made up for it."""

Plan = tuple[CheckLimits, Expectation]
"""What a run is judged by, as its event "plan" has it."""


@dataclass(frozen=True, slots=True)
class Replay(FolderEvidence[Plan]):
    """A run as its files tell it, and what it is judged by."""

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


def _stored(folder: Path, log: EventLog[Plan]) -> RunResult:
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
    """The run in `folder`, and what is wrong with it; raises `UsageError` if it has none."""
    found = RunFolder(folder, read_plan, writes_last_record).load()
    return Replay(found.evidence, found.log)


def replayed(events: bytes, trace: bytes, seal: Mapping[str, FileSeal] | None) -> Replay:
    """The run that two files tell of, with what is wrong with them. Pure."""
    found = from_files(events, trace, seal, read_plan, writes_last_record)
    return Replay(found.evidence, found.log)


def read_plan(event: Mapping[str, Any]) -> Plan:
    """What the event "plan" says; raises TypeError or ValueError for what it cannot say."""
    limits = typed(CheckLimits, event["limits"])
    if not all(math.isfinite(value) and value >= 0 for value in asdict(limits).values()):
        raise ValueError("limits has a wrong value")
    return limits, typed(Expectation, event["expect"])


def writes_last_record(guest: object) -> bool:
    """Whether the service of such a guest closes the trace of a process; a file may name any."""
    named = DEFAULT_GUEST if guest is None else guest
    return any(can.writes_last_record for kind, can in ABILITIES.items() if kind == named)
