# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil nightly`: what can be asked of a night.

A night with several slots waits for its workers' imports and for its own. So this module has few,
finds out how many slots there are to be, and lets both begin at once.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import UsageError
from harness.local.folders import trouble
from harness.local.imports import importing
from harness.naming import as_typed
from harness.nightly.worker_processes import prepare_workers

STARTER = Path("nightly.toml")

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
    if scheduler is None and not dry_run and (slots or _slots_in(plan)) > 1:
        prepare_workers()
    with importing():
        from harness.cli.night import Asked, run_asked
    run_asked(
        Asked(
            plan, dry_run, resume, last_failed, fail_fast, until_failure, repeat, timeout, slots,
            scheduler,
        )
    )  # fmt: skip


def _slots_in(plan: Path) -> int:
    """How many a plan asks for, if that can be read; whatever is wrong with it is told later."""
    try:
        said = tomllib.loads(plan.read_text("utf-8")).get("slots")
    except (OSError, ValueError, RecursionError):
        return 1
    return said if isinstance(said, int) else 1


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
