# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil board`: the page of the nights, written or served."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.options import LabOption
from harness.config.lab import Lab, load_lab
from harness.errors import UsageError
from harness.history.model import Mark
from harness.local.files import write_atomic
from harness.local.folders import trouble
from harness.naming import own_name, which

if TYPE_CHECKING:
    from harness.board import GivenPlan
    from harness.board.serve import BoardServer
    from harness.history.model import History, Night
    from harness.nightly.plan import Plan

NAME = "board.html"
INDEX = "index.html"
"""The page in a folder that is given: web servers show it when they are asked for the folder."""


def board(
    out: Annotated[
        Path | None,
        typer.Option(help="File (.html) or folder to write to (default: board.html of the runs)."),
    ] = None,
    last: Annotated[
        int | None, typer.Option(min=1, help="So many nights, the newest (default: all).")
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(help="Plan (TOML) whose nights alone are shown, with gate and known issues."),
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve it to this machine, as it is when it is read.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port for --serve (default: a free one).")
    ] = 0,
    lab: LabOption = None,
) -> None:
    """Write what the nights found as one HTML page: what changed, and the matrix of all."""
    if serve and out is not None:
        raise UsageError("--serve writes no file: leave out --out", hint="or leave out --serve")
    shown = _Shown(load_lab(lab), last, plan)
    if serve:
        _serve(shown, port)
    else:
        target = _target(out, shown.lab)
        _write(target, _page_of(shown, target.parent, None))
        typer.echo(f"Board: {target}")


@dataclass(frozen=True)
class _Shown:
    """What of the history is shown."""

    lab: Lab
    last: int | None
    plan: Path | None


def _page_of(what: _Shown, folder: Path, within: Path | None) -> str:
    """The page as it is in `folder`, of the history as it is now."""
    from harness.board import RunFolders, content, page
    from harness.history.sql import read_history

    plan = _read_plan(what.plan)
    _refuse_no_history(what.lab)
    with read_history(what.lab.store.place) as history:
        nights = history.nights(what.last, plan.name if plan else None)
        if not nights:
            raise _no_nights(plan, history)
        given = _given(plan, nights) if plan else None
        made = content(history, nights, RunFolders(folder, within), datetime.now(UTC), given)
        return page(made)


def _no_nights(plan: Plan | None, history: History) -> UsageError:
    """Which plans there are nights of, if of any."""
    plans = [night.plan for night in reversed(history.nights())]
    if plan and plans:
        text = f"the history has no nights of plan {plan.name!r}"
        return UsageError(text, hint=which(plan.name, plans))
    return UsageError(
        "the history has no nights yet",
        hint="`hil nightly` runs one; `hil run` alone makes none",
    )


def _read_plan(path: Path | None) -> Plan | None:
    from harness.nightly.plan import load_plan

    return load_plan(path) if path else None


def _given(plan: Plan, nights: Sequence[Night]) -> GivenPlan:
    """The plan as it is now, held against its nights."""
    from harness.board import GivenPlan, Issue
    from harness.nightly.gate import judge_night

    known = [
        Issue(Mark.KNOWN_ISSUE, one.test, one.reason, one.ticket, one.expires)
        for one in plan.known_issue
    ]
    quarantine = [Issue(Mark.QUARANTINE, one.test, one.reason) for one in plan.quarantine]
    gates = {
        night.id: judge_night(
            plan.gate, night.cells, (night.ended_at - night.started_at).total_seconds()
        ).broken
        for night in nights
        if night.ended_at is not None
    }
    return GivenPlan(gates, [*known, *quarantine])


def _refuse_no_history(lab: Lab) -> None:
    """To read is no reason to make a database."""
    place = lab.store.place
    if lab.store.database is None and not Path(place).exists():
        raise UsageError(
            f"there is no history at {place}",
            hint=f"run `{own_name()} nightly` here, or give --lab",
        )


def _target(out: Path | None, lab: Lab) -> Path:
    if out is None:
        return lab.store.runs / NAME
    return out if out.suffix.lower() in (".html", ".htm") and not out.is_dir() else out / INDEX


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(target, text)
    except OSError as error:
        raise UsageError(
            f"cannot write {target}: {trouble(target.parent, error)}", hint="choose another --out"
        ) from error


def _serve(what: _Shown, port: int) -> None:
    runs = what.lab.store.runs

    def make() -> str:
        return _page_of(what, runs, runs)

    make()  # what cannot be shown is told here, and not in a browser
    with _listening(port, runs, make) as server:
        try:
            typer.echo(f"Board: {server.url}")
            typer.echo("For this machine only; Ctrl+C ends it.")
            server.serve_forever()
        except KeyboardInterrupt:
            typer.echo("ended")


def _listening(port: int, runs: Path, page: Callable[[], str]) -> BoardServer:
    from harness.board.serve import BoardServer

    try:
        return BoardServer(port, runs, page)
    except OSError as error:
        raise UsageError(
            f"port {port} cannot be used: {error.strerror}",
            hint="choose another --port, or none for a free one",
        ) from error
