# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole run in four steps: carried out on the lab, judged, saved, and shown.

Only the first knows a lab; judging is pure, and is the same as for a run judged again later.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from harness.config.lab import GuestKind, Lab
from harness.console import Console
from harness.console.lines import corrections
from harness.evidence import RunEvidence, fields, unended
from harness.evidence.sources.guest_files import read_guest_files, with_guest_files
from harness.evidence.sources.seal import seal
from harness.evidence.trace import HOST
from harness.guests.abilities import ABILITIES
from harness.lab.recording import open_recording
from harness.lab.shared_guest import Lender, SharedGuest
from harness.results import (
    AssociationResult,
    FolderStore,
    KeptRun,
    LabFaultResult,
    RunResult,
    RunStore,
    Saved,
    Verdict,
)
from harness.run.collect import CollectedRun, collect
from harness.run.fingerprint import evidence_files
from harness.run.into_history import keep_in_history
from harness.run.judge import Judge, judge_of_scenario, judged
from harness.run.plan import RunPlan, planned_result, resolved

OnAssociation = Callable[[AssociationResult], None]


def store_of(lab: Lab) -> RunStore:
    """Where the runs of a lab are kept."""
    return FolderStore(lab.store.runs)


def perform(
    plan: RunPlan, console: Console, *, on_association: OnAssociation = lambda _: None
) -> tuple[RunResult, Path]:
    """Carry out `plan` alone: its result, and the folder everything is kept in.

    `on_association` is called with each association as soon as it is judged.
    """
    with open_lab(console) as lab:
        return lab.perform(plan, on_association=on_association, last=True)


@dataclass(frozen=True, slots=True)
class Spent:
    """How long a run took, in seconds."""

    whole_s: float
    """From its plan to its result, saved and shown."""
    harness_s: float
    """All of that in which neither guest nor air had anything to do."""

    @property
    def overhead(self) -> float:
        """The harness' share of the whole, 0 to 1."""
        return self.harness_s / self.whole_s if self.whole_s else 0.0


class OpenLab:
    """A lab that carries out one run after the other, on one guest for as long as that can be.

    Each run has its own folder, evidence and result, as if it were alone: its verdict does not
    depend on the runs before it. So a guest is kept only by a run that passed, and for one that
    wants the same lab and DLL in it; the WLAN service and the DLL's process are new for each run.
    """

    def __init__(
        self, console: Console, guests: Lender | None = None, *, in_history: bool = True
    ) -> None:
        """`guests` is for runs on a guest that is not theirs alone."""
        self._console = console
        self._in_history = in_history
        self._guests = guests or SharedGuest()
        self.interrupted = False
        """The last run was cut off by Ctrl-C or SIGTERM: what it had by then was kept and judged,
        and no other should be begun."""
        self.spent = Spent(0.0, 0.0)
        """How long the last run took."""

    def perform(
        self,
        plan: RunPlan,
        *,
        on_association: OnAssociation = lambda _: None,
        last: bool = False,
    ) -> tuple[RunResult, Path]:
        """Carry out `plan`: its result, and the folder everything is kept in.

        Never raises for what ends a run early: a lab that broke is in the result (MISS), an
        interruption too, and `interrupted` then says so. Raises `StoreError` where the run could
        not be kept. With `last` no other run follows, and the guest ends before the run is judged.
        """
        started_at, started_s = datetime.now(UTC), time.monotonic()
        kept = store_of(plan.lab).create(started_at)
        planned = planned_result(plan, kept.run_id, started_at)
        judge = judge_of_scenario(plan.lab, plan.scenario, started_at)
        display = _Display(self._console, on_association)
        display.begin(plan)
        collected, evidence = self._carry_out(plan, planned, judge, kept, display, last)
        self.interrupted = collected.interrupted
        with contextlib.ExitStack() as unless_it_passed:
            unless_it_passed.callback(self.close)
            saved = _judged_and_kept(collected, planned, evidence, judge, kept, started_s)
            if saved.result.verdict is Verdict.PASS and _stopped_in_order(evidence):
                unless_it_passed.pop_all()
        display.end(saved, kept.path)
        if self._in_history:
            keep_in_history(plan.lab.store, saved.result, kept.path, self._console)
        whole_s = time.monotonic() - started_s
        self.spent = Spent(whole_s, whole_s - collected.lab_s)
        return saved.result, kept.path

    def close(self) -> None:
        """End the guest, if there is one; another run gets another."""
        self._guests.end()

    def _carry_out(
        self,
        plan: RunPlan,
        planned: RunResult,
        judge: Judge,
        kept: KeptRun,
        display: _Display,
        last: bool,
    ) -> tuple[CollectedRun, RunEvidence]:
        """Run the lab: what it has come to, and its evidence, written down and sealed."""
        with contextlib.suppress(OSError):  # a full disk shows in the recording, and is told there
            kept.write("lab.toml", resolved(plan))
        begun = planned.model_dump(mode="json", by_alias=True, exclude={"verdict", "reason"})
        with open_recording(kept.path) as recording:
            recording.begin(begun)
            recording.judged_by(judge.limits, judge.expect)
            collected = collect(
                plan, judge, recording, self._guests, display.console, kept.path,
                display.association, last=last,
            )  # fmt: skip
            recording.finish_trace()
            evidence = _finished(collected.evidence(recording), plan.lab.guest.system)
            fetched = read_guest_files(kept.path, {})
            fetched = replace(fetched, damage=(*fetched.damage, *recording.lacking))
            evidence = with_guest_files(
                evidence, fetched, recording.wall_clocks, recording.verifier
            )
            recording.end(associations=len(collected.associations))
            write_fault = recording.fault
        with contextlib.suppress(OSError):  # its absence is seen
            seal(kept.path)
        if write_fault and collected.lab_fault is None and not collected.broken:
            hint = "free disk space and run again"
            collected.lab_fault = LabFaultResult(message=write_fault, hint=hint)
        return collected, evidence


@contextlib.contextmanager
def open_lab(
    console: Console, guests: Lender | None = None, *, in_history: bool = True
) -> Iterator[OpenLab]:
    """A lab for any number of runs, brought up when the first begins and down at the end.

    ::

        with open_lab(console) as lab:
            for plan in plans:
                result, folder = lab.perform(plan)
                if lab.interrupted:
                    break

    Every plan brings its own `Lab`, DLL, fault and scenario; order those of one DLL one after the
    other, for a guest is shared by equal ones only. `in_history` is False for who keeps the runs in
    the history himself.
    """
    lab = OpenLab(console, guests, in_history=in_history)
    try:
        yield lab
    finally:
        lab.close()


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


def _judged_and_kept(
    collected: CollectedRun,
    planned: RunResult,
    evidence: RunEvidence,
    judge: Judge,
    kept: KeptRun,
    started_s: float,
) -> Saved:
    """The result of a run that began at `started_s` (monotonic), in its folder with its pages."""
    result = judged(collected.described(planned), evidence, judge, collected.broken).model_copy(
        update={
            "duration_s": time.monotonic() - started_s,
            "evidence": evidence_files(kept.path),
        }
    )
    from harness.report import pages  # here: no association waits for the templates

    return kept.save(result, pages(evidence, kept.path))


def _stopped_in_order(evidence: RunEvidence) -> bool:
    """No process of the DLL ended but by being told to, whatever the verdict makes of it."""
    ends = (record for record in evidence.trace if record.kind == HOST)
    return all(fields.text(end.raw, "how") == "stopped" for end in ends)


def _finished(evidence: RunEvidence, guest: GuestKind) -> RunEvidence:
    """The evidence of a run that is over: nothing comes behind the last record any more."""
    if not evidence.associations:
        return evidence
    open_end = unended(evidence.trace, service_tells=ABILITIES[guest].writes_last_record)
    return replace(evidence, damage=evidence.damage + open_end)
