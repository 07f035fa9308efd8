# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil judge`: a run judged again, or a capture alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from harness.checks import RULES
from harness.cli.options import LabOption
from harness.console import open_console
from harness.errors import UsageError
from harness.evidence import RunEvidence
from harness.local.files import write_atomic
from harness.local.folders import trouble
from harness.results import RunResult, Verdict

JUDGED = "judged"
"""Where below the run's folder the new pages go, unless told otherwise."""


def judge(
    folder: Annotated[
        Path, typer.Argument(help="A run directory, e.g. runs/latest; or a capture (pcap, pcapng).")
    ],
    report: Annotated[
        Path | None,
        typer.Option(help="Folder for the new report.html and contract.html (default: judged/)."),
    ] = None,
    lab: LabOption = None,
) -> None:
    """Judge a run again, also one that was killed, by the rules as they are now.

    Of a capture alone it tells the key handshakes and their times; it never is a PASS.
    """
    if folder.is_file():
        raise typer.Exit(_capture(folder, report, lab).exit_code)
    from harness.run.replay import judge_again

    if report is not None:
        _make_folder(report)
    result, evidence = judge_again(folder, lab)
    target = report or folder / JUDGED
    with open_console(rules=RULES) as console:
        for association in result.associations:
            console.association(association)
        try:
            _write_pages(target, folder, result, evidence)
        except OSError as error:  # the run may be someone else's
            console.note(f"no new report: {trouble(target, error)}")
        console.summary(result, folder, report_dir=target)
    raise typer.Exit(result.verdict.exit_code)


def _capture(path: Path, report: Path | None, lab: Path | None) -> Verdict:
    from harness.config.lab import load_lab
    from harness.run.bare_capture import judge_capture

    if report is not None:
        raise UsageError(
            f"--report {report}: a capture alone has no report",
            hint="leave it out, or judge the run directory that the capture is from",
        )
    judged = judge_capture(path, load_lab(lab))
    typer.echo("\n".join(judged.lines()))
    return judged.verdict


def _write_pages(target: Path, folder: Path, result: RunResult, evidence: RunEvidence) -> None:
    """The pages, with links to the evidence that is there; raises OSError."""
    from harness.report import pages
    from harness.run.fingerprint import evidence_files

    target.mkdir(parents=True, exist_ok=True)
    way = Path(os.path.relpath(folder.resolve(), target.resolve()))
    files = tuple(
        one.model_copy(update={"path": (way / one.path).as_posix()})
        for one in evidence_files(folder)
    )
    shown = result.model_copy(update={"evidence": files})
    for name, make in pages(evidence, folder).items():
        write_atomic(target / name, make(shown))


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
