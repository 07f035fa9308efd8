# SPDX-License-Identifier: GPL-2.0-or-later
"""What every export says, whatever its format: a run or a night as a list of tests. Pure.

A night's tests are its cells, a run's are its associations. The verdicts stay apart in each format:
FAIL blames the driver; ERROR and MISS say that nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, final

from harness.exports.cleaned import cleaned
from harness.history.identity import fingerprint, parts_of, stands_for
from harness.history.model import (
    PASSED,
    Attempt,
    Cell,
    CellState,
    Crash,
    FindingRow,
    Mark,
    Night,
    NightState,
    RunSummary,
    deciding,
    passed_late,
)
from harness.results import WRONG, AssociationResult, RunResult, Verdict, combine
from harness.results.junit import whole_run
from harness.results.wording import describe_fault
from harness.text import clean

NOT_RUN: Final[Mapping[CellState, tuple[Verdict | None, str]]] = {
    CellState.PLANNED: (Verdict.MISS, "the night ended before it began"),
    CellState.RUNNING: (Verdict.MISS, "the night ended in the midst of it"),
    CellState.KILLED: (Verdict.MISS, "it was killed"),
    CellState.LEFT_OUT: (Verdict.SKIP, "left out"),
}
"""Verdict and reason of a cell that came to none, by how far it came."""


@final
@dataclass(frozen=True)
class Entry:
    """One test of a document."""

    id: str
    """The same every night; a document has each once."""
    group: tuple[str, ...]
    """From the top down: guest, radio, DLL; or the scenario of a run."""
    name: str
    verdict: Verdict | None
    """None while it is still to come, or runs."""
    reason: str = ""
    duration_s: float = 0.0
    started_at: datetime | None = None
    findings: tuple[FindingRow, ...] = ()
    details: tuple[str, ...] = ()
    """What a person reads of it, a line each, worst first. All of a guest's text is clean here."""
    attempts: tuple[Attempt, ...] = ()
    """Those that came to a verdict, if any did."""
    mark: Mark | None = None
    mark_reason: str = ""
    crash: Crash | None = None
    run: RunSummary | None = None

    @property
    def muted(self) -> bool:
        """It went wrong, and that does not fail the night: a known issue, or in quarantine.

        A crash is never muted. A cell that is to fail passes if it did.
        """
        marked = self.mark in (Mark.KNOWN_ISSUE, Mark.QUARANTINE)
        return marked and self.verdict in WRONG and self.crash is None

    @property
    def counts(self) -> bool:
        """It went wrong, and that fails the night."""
        return self.verdict in WRONG and not self.muted

    @property
    def passed_again(self) -> bool:
        """A retry passed, whatever came before."""
        return len(self.attempts) > 1 and self.verdict in PASSED

    @property
    def flaky(self) -> bool:
        """A retry passed what the first attempt did not, and not for want of a lab."""
        return passed_late(self.verdict, self.attempts)

    @property
    def message(self) -> str:
        """One line on why the verdict is what it is."""
        return self.details[0] if self.details else self.reason

    @property
    def marked(self) -> str:
        """The mark with its reason; empty without one."""
        return f"{self.mark.value}: {self.mark_reason}".rstrip(": ") if self.mark else ""

    @property
    def retried(self) -> str:
        """What each attempt came to, if there were several: "FAIL, then PASS"."""
        if len(self.attempts) < 2:
            return ""
        return ", then ".join(one.verdict or "cut off" for one in self.attempts)


@final
@dataclass(frozen=True)
class Document:
    """A run or a night."""

    id: str
    title: str
    started_at: datetime
    duration_s: float
    entries: tuple[Entry, ...]
    state: str = ""
    """How a night ended, where it did not end whole."""
    verdict: Verdict | None = None
    """The most important one, known issues apart; None while it lasts and none is known."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """The environment, where one is that of all entries."""

    def having(self, verdict: Verdict | None) -> int:
        """How many entries have this verdict."""
        return sum(1 for entry in self.entries if entry.verdict is verdict)


def crash_text(crash: Crash) -> str:
    """A crash in one line, the same for the same crash: "0xC0000005 in vendor.dll!Foo+0x12"."""
    frames = " < ".join(crash.frames)
    code = f"0x{crash.code & 0xFFFFFFFF:08X}"
    return clean(f"{code} in {frames}" if frames else code)


def of_night(
    night: Night,
    runs: Mapping[str, RunSummary],
    findings: Sequence[FindingRow],
    environments: Mapping[str, Mapping[str, str]],
) -> Document:
    """A night as a document; `runs`, `findings` and `environments` are those of its attempts."""
    found: dict[str, list[FindingRow]] = {}
    for one in findings:
        found.setdefault(one.run_id, []).append(one)
    lasts = night.state is NightState.RUNNING
    entries = tuple(_of_cell(cell, runs, found, lasts) for cell in night.cells)
    ended_at = night.ended_at or max(_times(night), default=night.started_at)
    known = {entry.run.environment for entry in entries if entry.run}
    return cleaned(Document(
        id=night.id,
        title=night.plan,
        started_at=night.started_at,
        duration_s=(ended_at - night.started_at).total_seconds(),
        entries=entries,
        state="" if night.state is NightState.COMPLETE else night.state.value,
        verdict=_overall(entries, lasts),
        facts=dict(environments.get(known.pop(), {})) if len(known) == 1 else {},
    ))  # fmt: skip


def _times(night: Night) -> list[datetime]:
    attempts = [attempt for cell in night.cells for attempt in cell.attempts]
    return [at for one in attempts for at in (one.started_at, one.ended_at) if at]


def _overall(entries: Sequence[Entry], lasts: bool) -> Verdict | None:
    """That of the whole: what is muted has no say, and a night in which nothing ran is an ERROR."""
    verdicts = [one.verdict for one in entries if one.verdict and not one.muted]
    if combine(verdicts) in (None, Verdict.SKIP) and not any(one.muted for one in entries):
        return None if lasts else Verdict.ERROR
    return combine(verdicts) or Verdict.PASS


def _of_cell(
    cell: Cell,
    runs: Mapping[str, RunSummary],
    findings: Mapping[str, Sequence[FindingRow]],
    lasts: bool,
) -> Entry:
    test, last = cell.test, deciding(cell.attempts)
    again = f"#{cell.repetition}" if cell.repetition > 1 else ""
    verdict, why = cell.verdict, last.reason if last else ""
    killed = cell.state is CellState.KILLED and verdict is Verdict.FAIL  # found before that
    if cell.state is not CellState.DONE and not killed:
        verdict, why = NOT_RUN[cell.state]
        why = f"{why}: {cell.mark_reason}" if cell.mark_reason else why
        if lasts and cell.state in (CellState.PLANNED, CellState.RUNNING):
            verdict, why = None, cell.state.value
    broken = tuple(findings.get(last.run_id or "", ())) if last else ()
    crash = next((one.crash for one in reversed(cell.attempts) if one.crash), None)
    if cell.mark is Mark.EXPECTED:
        crash = None
    if crash and verdict in PASSED:  # a retry mutes no crash
        verdict, why = Verdict.FAIL, f"crash {crash_text(crash)}"
    return Entry(
        id=test.id + again,
        group=(test.guest, test.radio, test.dll),
        name=test.scenario + (f" {again}" if again else ""),
        verdict=verdict,
        reason=why,
        duration_s=sum(map(_lasted_s, cell.attempts)),
        started_at=cell.attempts[0].started_at if cell.attempts else None,
        findings=broken,
        details=tuple(_lines(broken)) if verdict in WRONG else (),
        attempts=cell.judged or cell.attempts,
        mark=cell.mark,
        mark_reason=cell.mark_reason,
        crash=crash,
        run=runs.get(last.run_id or "") if last else None,
    )  # fmt: skip


def _lasted_s(attempt: Attempt) -> float:
    return (attempt.ended_at - attempt.started_at).total_seconds() if attempt.ended_at else 0.0


def _lines(findings: Sequence[FindingRow]) -> list[str]:
    """Each broken rule once, with what it said first and how often; warnings are left out."""
    grouped: dict[tuple[str, str], list[FindingRow]] = {}
    for one in findings:
        if one.severity != "WARN":
            grouped.setdefault((one.severity, one.rule), []).append(one)
    return [
        clean(f"{rule}: {found[0].message}") + (f" ({len(found)} times)" if len(found) > 1 else "")
        for (_, rule), found in sorted(grouped.items(), key=lambda one: (one[0][0], -len(one[1])))
    ]


def of_run(result: RunResult, folder: str) -> Document:
    """A run, kept in `folder`, as a document: a test for each association, and one more for what is
    of no single one, without which a run that came to nothing would look green."""
    facts = parts_of(result.environment)
    run = RunSummary(
        id=result.run_id, test=stands_for(result), fault=result.fault,
        started_at=result.started_at, duration_s=result.duration_s, verdict=result.verdict,
        reason=result.reason, associations=len(result.associations),
        dll_sha256=result.environment.dll_sha256, environment=fingerprint(facts), path=folder,
        command=result.command,
    )  # fmt: skip
    entries = [_of_association(result, run, item) for item in result.associations]
    verdict, details = whole_run(result)
    if verdict is not Verdict.PASS:
        entry = Entry(
            id=f"{run.test.id}/run", group=(result.scenario,), name="run", verdict=verdict,
            reason=result.reason, details=details, run=run,
            started_at=result.started_at,
        )  # fmt: skip
        entries.insert(0, entry)
    return cleaned(Document(
        id=result.run_id,
        title=result.scenario,
        started_at=result.started_at,
        duration_s=result.duration_s,
        entries=tuple(entries),
        verdict=result.verdict,
        facts=facts,
    ))  # fmt: skip


def _of_association(result: RunResult, run: RunSummary, item: AssociationResult) -> Entry:
    findings = tuple(
        FindingRow(
            run_id=result.run_id, rule=one.rule, severity=one.severity, message=one.message,
            association=item.index,
        )
        for one in item.findings
    )  # fmt: skip
    lines = _lines(findings)
    if item.lab_fault:
        lines.append(describe_fault(item.lab_fault))
    if item.error:
        lines.append(item.error)
    return Entry(
        id=f"{run.test.id}/{item.index}",
        group=(result.scenario,),
        name=f"association {item.index}",
        verdict=item.verdict,
        duration_s=item.duration_s or 0.0,
        findings=findings,
        details=(*lines, *item.missing),
        run=run,
    )
