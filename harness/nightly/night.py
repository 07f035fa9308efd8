# SPDX-License-Identifier: GPL-2.0-or-later
"""One night from its plan to its report: opened, run on its slots, held against the gate."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, final

from harness.console import Stages
from harness.errors import UsageError
from harness.history.model import PASSED, Night, NightState, Test
from harness.nightly.crashes import grouped
from harness.nightly.gate import judge_night
from harness.nightly.ledger import Book, Ledger, now
from harness.nightly.marks import marks_of
from harness.nightly.matrix import PlannedCell, digest, only
from harness.nightly.opening import Resume, open_night, the_only_one
from harness.nightly.plan import Plan
from harness.nightly.progress import TerminalProgress
from harness.nightly.scheduler import Bounds, Scheduler
from harness.nightly.slots import Slots
from harness.nightly.summary import NightReport

PARTIAL: Final = " (last failed)"
"""What a night of the tests that failed last has behind the plan's name: no full night is compared
with it."""

LOOKED_BACK: Final = 60
"""Nights in which a crash is looked for, and the last one to compare with."""

FINISHED: Final = (NightState.COMPLETE, NightState.OVER_BUDGET)
OpenSlots = Callable[[], AbstractContextManager[Slots]]


@final
@dataclass(frozen=True, slots=True)
class NightOptions:
    """What the command line asks of a night, beyond its plan."""

    resume: Resume = Resume.IF_THERE
    last_failed: bool = False
    """Only the tests that did not pass in the last night, left out or not."""
    fail_fast: bool = False
    """No cell begins after one that failed."""
    until_failure: bool = False
    """Night after night, until one does not pass its gate."""
    budget_s: float | None = None
    """Of all nights together."""


def chosen(
    book: Book, plan: Plan, cells: Sequence[PlannedCell], options: NightOptions
) -> Sequence[PlannedCell]:
    """The cells that these options leave; raises `UsageError` for none."""
    return last_failed(book, plan, cells) if options.last_failed else cells


def run_nights(
    plan: Plan,
    cells: Sequence[PlannedCell],
    book: Book,
    runs: Path,
    open_slots: OpenSlots,
    console: Stages,
    options: NightOptions,
) -> NightReport:
    """Run one night, or with `until_failure` one after the other; the report of the last."""
    began_s = time.monotonic()
    while True:
        report = run_night(plan, cells, book, runs, open_slots, console, options)
        over = report.night.state is not NightState.COMPLETE or not report.gate.holds
        if over or not options.until_failure:
            return report
        if options.budget_s is not None:
            left_s = options.budget_s - (time.monotonic() - began_s)
            if left_s <= 0:
                return report
            options = replace(options, budget_s=left_s)
        options = replace(options, resume=Resume.NEVER)


def run_night(
    plan: Plan,
    cells: Sequence[PlannedCell],
    book: Book,
    runs: Path,
    open_slots: OpenSlots,
    console: Stages,
    options: NightOptions,
) -> NightReport:
    """Run a night of these cells, or what is left of the one that was begun.

    Raises `UsageError` where there is nothing to run, `StoreError` where nothing can be kept, and
    `LabFault` where the last slot was lost.
    """
    name = plan.name + (PARTIAL if options.last_failed else "")
    own_digest = digest(name, cells)
    with the_only_one(runs, own_digest) as aside, open_slots() as slots:
        slots.idle()  # no slots, no night
        opened = open_night(book, name, own_digest, cells, options.resume, runs)
        seen = book.nights(last=None if plan.quarantine else LOOKED_BACK, plan=plan.name)
        before = [one for one in seen if one.id != opened.id]
        tests = [one.test for one in cells]
        marks = marks_of(
            plan.known_issue, plan.quarantine, tests, before, now().date(),
            whole=not options.last_failed,
        )  # fmt: skip
        ledger = Ledger(book, opened.id, cells, plan.retry, marks)
        ledger.take_back_all(aside.cut_off())
        aside.clear()
        left = ledger.outstanding()
        for note in (opened.note, *marks.notes):
            if note:
                console.note(note)
        verb = f"resumes night {opened.id}" if opened.resumed else f"night {opened.id}"
        console.note(f"{plan.name}: {verb}: {len(left)} of {len(cells)} cells to run")
        began_s = time.monotonic()
        bounds = Bounds(options.budget_s, options.fail_fast)
        progress = TerminalProgress(console, len(cells), len(cells) - len(left))
        Scheduler(ledger, slots, progress, bounds, cut_off=aside.note).run()
        night = ledger.night()
    return _report(plan, book, night, before, time.monotonic() - began_s, marks.notes)


def last_failed(book: Book, plan: Plan, cells: Sequence[PlannedCell]) -> list[PlannedCell]:
    """The cells of the tests that did not pass in the last full night of a plan, nor since.

    Raises `UsageError` for a plan without a night, and where all passed.
    """
    full = book.nights(last=1, plan=plan.name)
    if not full:
        raise UsageError(f"--last-failed: there is no night of {plan.name} yet", hint="run one")
    since = [
        one
        for one in book.nights(last=LOOKED_BACK, plan=plan.name + PARTIAL)
        if one.started_at > full[-1].started_at
    ]
    failed: set[Test] = set()
    for night in (*full, *since):
        failed = (failed - {one.test for one in night.cells}) | _failed(night)
    found = only([one for one in cells if not one.unfit], lambda test: test in failed)
    if not found:
        raise UsageError(
            f"--last-failed: all of the last night of {plan.name} passed",
            hint="leave --last-failed out",
        )
    return found


def _failed(night: Night) -> set[Test]:
    """What did not pass; a cell that was left out did not."""
    return {one.test for one in night.cells if one.flaky or one.verdict not in PASSED}


def _report(
    plan: Plan,
    book: Book,
    night: Night,
    before: Sequence[Night],
    duration_s: float,
    notes: Sequence[str],
) -> NightReport:
    base = next((one for one in reversed(before) if one.state in FINISHED), None)
    ids = [run for cell in night.cells for one in cell.attempts if (run := one.run_id)]
    return NightReport(
        night,
        duration_s,
        base,
        {one.id: one for one in book.runs(ids)},
        grouped(night, before[-LOOKED_BACK:]),
        judge_night(plan.gate, night.cells, duration_s),
        notes,
    )


def exit_code(report: NightReport) -> int:
    """0 the gate holds; 1 the driver, 2 a test is wrong; 3 the lab is, or the night did not end."""
    if report.night.state is NightState.INTERRUPTED:
        return 3
    return report.gate.exit_code
