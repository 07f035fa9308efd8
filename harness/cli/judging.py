# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil judge`: a finished run judged again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from harness.checks import RULES
from harness.console import open_console
from harness.errors import UsageError
from harness.folders import trouble
from harness.results import write_atomic


def judge(
    folder: Annotated[Path, typer.Argument(help="A run directory, e.g. runs/latest.")],
    report: Annotated[
        Path | None, typer.Option(help="Also write report.html and contract.html to this folder.")
    ] = None,
) -> None:
    """Judge a finished run again, by the rules as they are now."""
    from harness.outcome import pages
    from harness.replay import judge_again

    if report is not None:
        _make_folder(report)
    result, evidence = judge_again(folder)
    with open_console(rules=RULES) as console:
        for association in result.associations:
            console.association(association)
        console.summary(result, folder)
    if report is not None:
        for name, make in pages(evidence).items():
            write_atomic(report / name, make(result))
    raise typer.Exit(result.verdict.exit_code)


def _make_folder(folder: Path) -> None:
    """Make the folder for a report, before the work that goes into it is done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"--report {folder}: {trouble(folder, error)}", hint="name a folder you may write to"
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"--report {folder}: is not writable", hint="name another folder")
