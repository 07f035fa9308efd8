# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil judge`: a finished run judged again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.checks import RULES
from harness.console import open_console
from harness.results import write_atomic


def judge(
    folder: Annotated[Path, typer.Argument(help="A run directory, e.g. runs/latest.")],
    report: Annotated[
        Path | None, typer.Option(help="Also write report.html and contract.html to this folder.")
    ] = None,
) -> None:
    """Judge a finished run again, from its evidence, by the rules as they are now."""
    from harness.outcome import pages
    from harness.replay import judge_again

    result, evidence = judge_again(folder)
    with open_console(rules=RULES) as console:
        for association in result.associations:
            console.association(association)
        console.summary(result, folder)
    if report is not None:
        report.mkdir(parents=True, exist_ok=True)
        for name, make in pages(evidence).items():
            write_atomic(report / name, make(result))
    raise typer.Exit(result.verdict.exit_code)
