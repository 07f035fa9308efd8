# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil export`: a run or a night in the format of another tool."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli.options import LabOption
from harness.errors import UsageError
from harness.naming import did_you_mean, which

if TYPE_CHECKING:
    from harness.exports import Document
    from harness.history.model import History, Night, RunSummary

LATEST = "latest"
"""The newest night, in place of an id."""

Format = Literal["junit", "kcidb", "ctrf", "github", "markdown"]


def export(
    what: Annotated[
        str,
        typer.Argument(help="A run's folder, e.g. runs/latest; or a night: its id, or `latest`."),
    ],
    form: Annotated[Format, typer.Option("--format", "-f", help="What to write.")] = "junit",
    out: Annotated[
        Path | None, typer.Option(help="File to write it to (default: standard output).")
    ] = None,
    origin: Annotated[
        str, typer.Option(help="Of kcidb: the name that KernelCI gave this lab.")
    ] = "wlan_hil",
    lab: LabOption = None,
) -> None:
    """Write a run or a night as JUnit, KCIDB, CTRF, GitHub annotations or Markdown.

    Ends with 0 whatever the verdict is.
    """
    from harness.exports import write

    text = write(_document(what, lab), form, origin)
    if out is None:
        typer.echo(text, nl=False)
    else:
        _write(out, text)


def _document(what: str, lab: Path | None) -> Document:
    from harness.exports import of_run

    if os.sep in what or Path(what).exists():
        from harness.results import load_result

        path = Path(what)
        return of_run(load_result(path), str(path if path.is_dir() else path.parent))
    from harness.config.lab import load_lab
    from harness.history.sql import read_history

    with read_history(load_lab(lab).store.place) as history:
        return _of_night(history, what)


def _of_night(history: History, what: str) -> Document:
    from harness.exports import of_night

    if what == LATEST:
        nights = history.nights(last=1)
        if not nights:
            raise UsageError("there is no night yet", hint="`hil nightly` makes one")
        (night,) = nights
    else:
        night = _named(history, what)
    ids = [one.run_id for cell in night.cells for one in cell.attempts if one.run_id]
    runs = {run.id: _seen_from_here(run) for run in history.runs(ids)}
    environments = history.environments(sorted({run.environment for run in runs.values()}))
    return of_night(night, runs, history.findings(ids), environments)


def _named(history: History, what: str) -> Night:
    for run in history.runs([what]):
        raise UsageError(f"{what} is a run, no night", hint=f"name its folder: {run.path}")
    found = {night.id: night for night in reversed(history.nights())}
    if what not in found:
        near = did_you_mean(what, [LATEST, *found, *(run.id for run in history.runs())])
        some = which(what, [LATEST, *found] if found else ())
        raise UsageError(
            f"the history has no night {what}", hint=near or some or "`hil nightly` makes one"
        )
    return found[what]


def _seen_from_here(run: RunSummary) -> RunSummary:
    """`run` with its folder named as whoever collects artefacts here finds it; "" if it is gone."""
    folder, here = Path(run.path), Path.cwd()
    if run.pruned_at:
        return replace(run, path="")
    return replace(run, path=str(folder.relative_to(here))) if here in folder.parents else run


def _write(out: Path, text: str) -> None:
    from harness.local.files import write_atomic
    from harness.local.folders import trouble

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(out, text)
    except OSError as error:
        hint = "name a file in a folder you may write to"
        raise UsageError(f"--out {out}: {trouble(out.parent, error)}", hint=hint) from None
