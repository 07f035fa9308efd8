# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole run in four steps: carried out on the lab, judged, saved, and shown.

Only the first knows a lab; judging is pure, and is the same as for a run judged again later.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from harness.config.lab import GuestKind, Lab
from harness.console import Console
from harness.console.lines import corrections
from harness.evidence import RunEvidence, unended
from harness.evidence.sources.seal import seal
from harness.guests.abilities import ABILITIES
from harness.lab.recording import open_recording
from harness.report import pages
from harness.results import (
    AssociationResult,
    FolderStore,
    KeptRun,
    LabFaultResult,
    RunResult,
    RunStore,
    Saved,
)
from harness.run.collect import CollectedRun, collect
from harness.run.fingerprint import evidence_files
from harness.run.judge import Judge, judge_of_scenario, judged
from harness.run.plan import RunPlan, planned_result, resolved

OnAssociation = Callable[[AssociationResult], None]


def store_of(lab: Lab) -> RunStore:
    """Where the runs of a lab are kept."""
    return FolderStore(lab.store.runs)


def perform(
    plan: RunPlan, console: Console, *, on_association: OnAssociation = lambda _: None
) -> tuple[RunResult, Path]:
    """Carry out `plan`: its result, and the folder everything is kept in.

    `on_association` is called with each association as soon as it is judged.
    """
    started_at, started_s = datetime.now(UTC), time.monotonic()
    kept = store_of(plan.lab).create(started_at)
    planned = planned_result(plan, kept.run_id, started_at)
    judge = judge_of_scenario(plan.lab, plan.scenario, started_at)
    display = _Display(console, on_association)
    display.begin(plan)
    collected, evidence = _carry_out(plan, planned, judge, kept, display)
    result = judged(collected.described(planned), evidence, judge, collected.broken).model_copy(
        update={
            "duration_s": time.monotonic() - started_s,
            "evidence": evidence_files(kept.path),
        }
    )
    saved = kept.save(result, pages(evidence, kept.path))
    display.end(saved, kept.path)
    return saved.result, kept.path


@dataclass(slots=True)
class _Display:
    """What the person sees of a run."""

    console: Console
    on_association: OnAssociation
    shown: list[AssociationResult] = field(default_factory=list)

    def begin(self, plan: RunPlan) -> None:
        """Say how many associations are to come, and that a stress scenario is one."""
        name = plan.scenario.name
        self.console.plan(plan.scenario.associations)
        if plan.scenario.beyond_documents:
            self.console.note(f"{name} goes beyond the documents: no OS is known to do this")

    def association(self, result: AssociationResult) -> None:
        """Show an association, as it is judged by what is known now."""
        self.shown.append(result)
        self.console.association(result)
        self.on_association(result)

    def end(self, saved: Saved, folder: Path) -> None:
        """Show the result, and first where it is another one than was shown."""
        for note in corrections(self.shown, saved.result):
            self.console.note(note)
        self.console.summary(saved.result, folder, [lost.name for lost in saved.lost])


def _carry_out(
    plan: RunPlan, planned: RunResult, judge: Judge, kept: KeptRun, display: _Display
) -> tuple[CollectedRun, RunEvidence]:
    """Run the lab: what it has come to, and its evidence, written down and sealed."""
    with contextlib.suppress(OSError):  # a full disk shows in the recording, and is told there
        kept.write("lab.toml", resolved(plan))
    begun = planned.model_dump(mode="json", by_alias=True, exclude={"verdict", "reason"})
    with open_recording(kept.path) as recording:
        recording.begin(begun)
        recording.judged_by(judge.limits, judge.expect)
        collected = collect(
            plan, judge, recording, display.console, kept.path, display.association
        )  # fmt: skip
        recording.finish_trace()
        evidence = _finished(collected.evidence(recording), plan.lab.guest.kind)
        recording.end(associations=len(collected.associations))
        write_fault = recording.fault
    with contextlib.suppress(OSError):  # its absence is seen
        seal(kept.path)
    if write_fault and collected.lab_fault is None and not collected.broken:
        hint = "free disk space and run again"
        collected.lab_fault = LabFaultResult(message=write_fault, hint=hint)
    return collected, evidence


def _finished(evidence: RunEvidence, guest: GuestKind) -> RunEvidence:
    """The evidence of a run that is over: nothing comes behind the last record any more."""
    if not evidence.associations:
        return evidence
    open_end = unended(evidence.trace, service_tells=ABILITIES[guest].writes_last_record)
    return replace(evidence, damage=evidence.damage + open_end)
