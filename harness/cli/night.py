# SPDX-License-Identifier: GPL-2.0-or-later
"""A night as it was asked for: its plan's matrix run, compared with the night before, held against
its gate."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import final

import typer

from harness.cli.signals import interrupt_on_signals
from harness.config.lab import Lab, load_lab
from harness.console import PlainConsole, open_console
from harness.history.sql import open_history
from harness.local.cache import check_usable
from harness.local.imports import importing
from harness.nightly.cell_runner import lab_cell_runner
from harness.nightly.ledger import Book
from harness.nightly.matrix import PlannedCell, cells_of
from harness.nightly.night import NightOptions, chosen, exit_code, run_nights
from harness.nightly.opening import Resume
from harness.nightly.plan import Plan, budget_of, load_plan
from harness.nightly.slots import OwnSlot, Slots
from harness.nightly.summary import NightReport

Note = Callable[[str], None]


@final
@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for on the command line; see `harness.cli.nightly`."""

    plan: Path
    dry_run: bool
    resume: bool | None
    last_failed: bool
    fail_fast: bool
    until_failure: bool
    repeat: int | None
    timeout: str | None
    slots: int | None
    scheduler: str | None


def run_asked(asked: Asked) -> None:
    """Run it, or print its cells; raises `UsageError`, and `typer.Exit` with the night's code."""
    plan = load_plan(asked.plan)
    lab = load_lab(plan.lab)
    options = _options(asked, plan)
    cells: Sequence[PlannedCell] = cells_of(plan, asked.plan, repetitions=asked.repeat)
    if asked.dry_run and not asked.last_failed:
        _print_matrix(cells)
        return
    with open_history(lab.store.place) as book:
        cells = chosen(book, plan, cells, options)
        if asked.dry_run:
            _print_matrix(cells)
            return
        open_slots = partial(
            _open_slots, lab.store.runs, asked.slots or plan.slots, asked.scheduler
        )
        report = _run(plan, lab, cells, book, open_slots, options)
    raise typer.Exit(exit_code(report))


def _options(asked: Asked, plan: Plan) -> NightOptions:
    return NightOptions(
        resume={True: Resume.ALWAYS, False: Resume.NEVER, None: Resume.IF_THERE}[asked.resume],
        last_failed=asked.last_failed,
        fail_fast=asked.fail_fast,
        until_failure=asked.until_failure,
        budget_s=budget_of(asked.timeout) if asked.timeout else plan.budget,
    )


def _run(
    plan: Plan,
    lab: Lab,
    cells: Sequence[PlannedCell],
    book: Book,
    open_slots: Callable[[Note], AbstractContextManager[Slots]],
    options: NightOptions,
) -> NightReport:
    """Run the night, shown as it goes and at its end."""
    interrupt_on_signals()
    check_usable(lab.store.cache)
    with open_console() as console:
        report = run_nights(
            plan, cells, book, lab.store.runs, lambda: open_slots(console.note), console, options
        )
        for line in report.lines():
            console.note(line)
    return report


def _open_slots(
    runs: Path, slots: int, scheduler: str | None, note: Note
) -> AbstractContextManager[Slots]:
    if slots == 1 and scheduler is None:
        return _own_slot(runs)
    with importing():
        from harness.nightly.cluster import open_cluster  # dask: no other night waits for it

    return open_cluster(runs, note, slots=slots, scheduler=scheduler)


@contextlib.contextmanager
def _own_slot(runs: Path) -> Iterator[Slots]:
    """This process as the only slot; what the lab says goes to a file beside the runs."""
    log = runs / f"nightly-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.log"
    with (
        log.open("a", encoding="utf-8") as stream,
        PlainConsole(stream) as console,
        lab_cell_runner(console) as runner,
    ):
        yield OwnSlot(runner)


def _print_matrix(cells: Sequence[PlannedCell]) -> None:
    for cell in cells:
        expect = f"  (is to fail: {' '.join(cell.expect.rules)})" if cell.expect else ""
        told = f"left out: {cell.unfit}" if cell.unfit else cell.run.command
        typer.echo(f"{cell.label}{expect}  {told}")
    runs = [cell for cell in cells if not cell.unfit]
    left = f", {len(cells) - len(runs)} left out" if len(runs) < len(cells) else ""
    associations = sum(cell.run.scenario.associations for cell in runs)
    typer.echo(f"{len(runs)} cells, {associations} associations{left}")
