# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil nightly`: a plan's matrix run, compared with the night before, held against its gate."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.signals import interrupt_on_signals
from harness.config.lab import Lab, load_lab
from harness.console import PlainConsole, open_console
from harness.errors import UsageError
from harness.history.sql import open_history
from harness.local.cache import check_usable
from harness.local.folders import trouble
from harness.naming import as_typed
from harness.nightly.cell_runner import lab_cell_runner
from harness.nightly.ledger import Book
from harness.nightly.matrix import PlannedCell, cells_of
from harness.nightly.night import NightOptions, chosen, exit_code, run_nights
from harness.nightly.opening import Resume
from harness.nightly.plan import Plan, budget_of, load_plan
from harness.nightly.slots import OwnSlot, Slots
from harness.nightly.summary import NightReport
from harness.nightly.worker_processes import prepare_workers

STARTER = Path("nightly.toml")
Note = Callable[[str], None]


PlanArgument = Annotated[
    Path, typer.Argument(help="The plan (TOML); `hil nightly --init` writes one.")
]
Init = Annotated[
    bool, typer.Option("--init", help="Write a plan with every key explained, and end.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the cells it would run, and end.")]
WhetherToResume = Annotated[
    bool | None,
    typer.Option(
        "--resume/--new", help="Go on with a night that did not end (default: of today), or not."
    ),
]
LastFailed = Annotated[
    bool, typer.Option("--last-failed", help="Only tests that did not pass last time.")
]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Begin no cell after one that failed.")]
UntilFailure = Annotated[
    bool, typer.Option("--until-failure", help="Night after night, until one fails.")
]
Repeat = Annotated[
    int | None, typer.Option(min=1, max=1000, help="How often each test (default: plan's).")
]
Timeout = Annotated[
    str | None, typer.Option(help="Time budget, such as 8h or 90m (default: plan's).")
]

SlotCount = Annotated[
    int | None, typer.Option("--slots", min=1, max=64, help="Guests at a time (default: plan's).")
]
SchedulerOption = Annotated[
    str | None,
    typer.Option("--scheduler", help="Address of a dask scheduler whose workers are the slots."),
]


def nightly(
    plan: PlanArgument = STARTER,
    init: Init = False,
    dry_run: DryRun = False,
    resume: WhetherToResume = None,
    last_failed: LastFailed = False,
    fail_fast: FailFast = False,
    until_failure: UntilFailure = False,
    repeat: Repeat = None,
    timeout: Timeout = None,
    slots: SlotCount = None,
    scheduler: SchedulerOption = None,
) -> None:
    """Run all cells of a plan, say what changed since the last night, and judge the whole.

    A night that was cut off goes on where it was: finished cells are not run again.
    """
    if init:
        _write_starter(plan)
        return
    if not plan.exists():
        raise UsageError(f"{plan}: there is no such plan", hint="`hil nightly --init` writes one")
    found = load_plan(plan)
    lab = load_lab(found.lab)
    options = NightOptions(
        resume={True: Resume.ALWAYS, False: Resume.NEVER, None: Resume.IF_THERE}[resume],
        last_failed=last_failed,
        fail_fast=fail_fast,
        until_failure=until_failure,
        budget_s=budget_of(timeout) if timeout else found.budget,
    )
    cells: Sequence[PlannedCell] = cells_of(found, plan, repetitions=repeat)
    if dry_run and not last_failed:
        _print_matrix(cells)
        return
    if scheduler is None and (slots or found.slots) > 1:
        prepare_workers()
    with open_history(lab.store.place) as book:
        cells = chosen(book, found, cells, options)
        if dry_run:
            _print_matrix(cells)
            return
        open_slots = partial(_open_slots, lab.store.runs, slots or found.slots, scheduler)
        report = _run(found, lab, cells, book, open_slots, options)
    raise typer.Exit(exit_code(report))


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
        typer.echo(f"{cell.label}{expect}  {cell.run.command}")
    associations = sum(cell.run.scenario.associations for cell in cells)
    typer.echo(f"{len(cells)} cells, {associations} associations")


def _write_starter(place: Path) -> None:
    """Write the plan to begin with; overwrites nothing."""
    try:
        text = files("harness.nightly").joinpath("example.toml").read_text("utf-8")
        with place.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            f"{place}: there already, and nothing is overwritten",
            hint="name another file, or move it away",
        ) from None
    except OSError as error:
        raise UsageError(
            f"{place}: {trouble(place.parent, error)}", hint="name a folder you may write to"
        ) from None
    typer.echo(as_typed(f"wrote {place}: `hil nightly {place}` runs it, --dry-run shows it first"))
