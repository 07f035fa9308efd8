# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil runs`: the runs of the history: listed, shown, taken in, pruned."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.commands import command_group
from harness.cli.options import JsonOption, LabOption
from harness.cli.run_texts import as_json, as_text, list_lines
from harness.config.keep import Keep, keep_of
from harness.config.lab import Lab, load_lab
from harness.errors import StoreError, UsageError
from harness.history.model import RunSummary
from harness.history.sql import SqlReader, open_history, read_history
from harness.local.folders import trouble
from harness.naming import as_typed, did_you_mean, which
from harness.results import Verdict
from harness.run.importing import import_runs
from harness.run.perform import store_of
from harness.run.retention import GIB, KeptFolder, folders_here, giving_way, needed_runs, remove

runs = command_group("The runs of the history: list, show, import, prune.")

USAGE_EXIT = 2
LATEST = "latest"


@runs.command("list")
def list_runs(
    last: Annotated[int, typer.Option("--last", "-n", min=1, help="How many at most.")] = 20,
    test: Annotated[
        str | None, typer.Option(help="Of tests whose id has this in it, as a scenario's name.")
    ] = None,
    verdict: Annotated[
        Verdict | None, typer.Option(help="That ended so.", case_sensitive=False)
    ] = None,
    json_wanted: JsonOption = False,
    lab: LabOption = None,
) -> None:
    """List runs, the newest first."""
    with read_history(load_lab(lab).store.place) as history:
        found = history.newest_runs(last, test=test, verdict=verdict)
        if test and not found:
            _refuse_unknown_test(test, history)
    if json_wanted:
        typer.echo(json.dumps([as_json(run) for run in found], indent=1))
        return
    for line in list_lines(found) if found else ["no run"]:
        typer.echo(line)


@runs.command()
def show(
    run: Annotated[str, typer.Argument(help="Its id, a part of it, its folder, or latest.")],
    json_wanted: JsonOption = False,
    lab: LabOption = None,
) -> None:
    """Show what the history has of a run."""
    store = load_lab(lab).store
    with read_history(store.place) as history:
        found = _the_run(run, store.runs, history)
        if json_wanted:
            typer.echo(json.dumps(as_json(found, history), indent=1))
            return
        for line in as_text(found, history):
            typer.echo(line)


@runs.command("import")
def take_in(
    folder: Annotated[
        Path | None, typer.Argument(help="A run's folder, or one that holds such (default: runs).")
    ] = None,
    lab: LabOption = None,
) -> None:
    """Take runs into the history; those that are in it stay as they are."""
    store = load_lab(lab).store
    with open_history(store.place) as history:
        done = import_runs(folder or store.runs, history)
    for error in done.refused:
        typer.echo(f"not imported: {error.message}", err=True)
    counts = {"imported": done.added, "found again": done.moved, "known already": done.known}
    said = [f"{len(ids)} {what}" for what, ids in counts.items() if ids or what == "imported"]
    typer.echo(", ".join(said))
    raise typer.Exit(USAGE_EXIT if done.refused else 0)


@runs.command()
def prune(
    keep: Annotated[
        str | None, typer.Option(help='As [store] keep: "30 days", "500 runs", "20 GiB".')
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Remove them.")] = False,
    lab: LabOption = None,
) -> None:
    """Remove the folders of old runs; without --yes only say which.

    Their figures stay in the history. The newest run, and those of nights that may go on, stay.
    """
    used = load_lab(lab)
    wanted = _wanted(keep) or used.store.keep
    if wanted is None:
        raise UsageError(
            "nothing says how many runs to keep",
            hint='give --keep "30 days", or [store] keep in lab.toml',
        )
    with read_history(used.store.place) as history:
        folders = folders_here(history.runs(), used.store.runs)
        doomed = giving_way(
            folders, wanted, datetime.now(UTC), needed_runs(history, used.store.runs)
        )
    for one in doomed:
        typer.echo(f"{one.run.id}  {one.run.verdict:<5}  {one.run.test.id}")
    if yes and doomed:
        _remove(doomed, used)
    size = sum(one.size_bytes for one in doomed) / GIB
    what = f"{len(doomed)} of {len(folders)} runs, {size:.2f} GiB, give way to keep {wanted}"
    if yes or not doomed:
        typer.echo(f"{what}: removed" if doomed else f"nothing to remove to keep {wanted}")
    else:
        typer.echo(as_typed(f"{what}: `hil runs prune --yes` removes them"))


def _remove(doomed: list[KeptFolder], lab: Lab) -> None:
    try:
        with open_history(lab.store.place) as history:
            remove(doomed, store_of(lab), history)
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise UsageError(
            f"cannot remove runs: {trouble(lab.store.runs, error)}",
            hint="ask whoever they belong to",
        ) from error


def _wanted(keep: str | None) -> Keep | None:
    if keep is None:
        return None
    try:
        return keep_of(keep)
    except ValueError as error:
        raise UsageError(f"--keep {keep}: {error}") from None


def _refuse_unknown_test(part: str, history: SqlReader) -> None:
    """A test that never ran is a mistake; one that never ended so is an answer."""
    known = dict.fromkeys(run.test.id for run in reversed(history.runs()))
    if known and not any(part in one for one in known):
        named = {name: None for one in known for name in (one.rpartition("/")[2], one)}
        raise UsageError(
            f"--test {part}: no run of the history is of such a test", hint=which(part, named)
        )


def _the_run(named: str, root: Path, history: SqlReader) -> RunSummary:
    folder = root / named if named == LATEST else Path(named)
    name = folder.resolve().name if "/" in named or folder.is_dir() else named
    exact = history.runs([name])
    found = exact or history.newest_runs(named=name)
    if len(found) == 1:
        return found[0]
    if found:
        ids = [run.id for run in found]
        raise UsageError(
            f"{named}: several runs of the history have this in the id", hint=which("", ids)
        )
    ids = [run.id for run in history.newest_runs()]
    near = did_you_mean(name, ids) or f"{which('', ids)}; " * bool(ids) + (
        "`hil runs import FOLDER` takes a run in"
    )
    raise UsageError(f"{named}: no run of the history has this in the id", hint=near)
