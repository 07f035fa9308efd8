# SPDX-License-Identifier: GPL-2.0-or-later
"""A small night in a process of its own, which kills itself, or a server, at a line that is told;
and what a night that goes on must have in the end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from harness.console import PlainConsole
from harness.history.model import CellState, Night, NightState
from harness.history.sql import open_history
from harness.nightly.cell_runner import CellEnd
from harness.nightly.matrix import PlannedCell
from harness.nightly.night import NightOptions, run_night
from harness.nightly.plan import Plan
from harness.nightly.slots import OwnSlot, Slots
from harness.results import Verdict
from tests.unit.nightly.samples import planned, result_of

PLAN = Plan(name="night", scenarios=("plain",))
CELLS = planned("a", "fails", "b")
FAILS = "fails"
COUNTED = "/harness/"
"""The code whose lines are counted: also those between two statements of a transaction."""


class SmallRunner:
    """A cell is a short process; a line of `log` is written when it has run."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def run(self, cell: PlannedCell, *, last: bool) -> CellEnd:
        """See `CellRunner.run`."""
        subprocess.run(["true"], check=True)
        verdict = Verdict.FAIL if cell.test.scenario == FAILS else Verdict.PASS
        result = result_of(verdict, scenario=cell.test.scenario)
        result = result.model_copy(update={"run_id": f"{result.run_id}-{os.getpid()}"})
        with self._log.open("a") as file:
            file.write(f"{cell.test.scenario}\n")
        return CellEnd(verdict, "as told", result, self._log.parent)


def night(
    folder: Path,
    kill_at: int | None,
    place: str,
    victim: int | None = None,
    how: signal.Signals = signal.SIGKILL,
) -> None:
    """Run the night, or what is left of it, with its history at a place; write how many lines it
    took to `lines`. `victim` is the process that is killed, this one without it."""
    counted = 0

    def count(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal counted
        if COUNTED not in frame.f_code.co_filename:
            return None
        if event == "line":
            counted += 1
            if counted == kill_at:
                os.kill(victim or os.getpid(), how)
        return count

    @contextlib.contextmanager
    def slots() -> Iterator[Slots]:
        yield OwnSlot(SmallRunner(folder / "ran"))

    with (
        open_history(place) as book,
        (folder / "told").open("a") as told,
        PlainConsole(told) as console,
    ):
        sys.settrace(count)
        run_night(PLAN, CELLS, book, folder, slots, console, NightOptions())
        sys.settrace(None)
    (folder / "lines").write_text(str(counted))


def kept(place: str) -> Night | None:
    """The one night there is, which shows nothing half as whole."""
    with open_history(place) as book:
        nights = book.nights()
        assert len(nights) <= 1
        runs = {one.id for one in book.runs()}
    cells = nights[0].cells if nights else ()
    assert runs == {one.run_id for cell in cells for one in cell.attempts if one.run_id}
    for cell in cells:
        ended = [one for one in cell.attempts if one.ended_at and one.verdict is not Verdict.SKIP]
        assert all(one.run_id in runs and one.verdict for one in ended)
        assert len({one.run_id for one in ended}) == len(ended)
        if cell.state is CellState.DONE:
            verdicts = [Verdict.FAIL] * 2 if cell.test.scenario == FAILS else [Verdict.PASS]
            assert [one.verdict for one in cell.judged] == verdicts
    return nights[0] if nights else None


def wanted(scenario: str) -> int:
    """How many attempts a cell takes that nobody kills."""
    return 2 if scenario == FAILS else 1


def executions(folder: Path) -> Counter[str]:
    """How often each cell was run to its end."""
    log = folder / "ran"
    return Counter(log.read_text().split() if log.exists() else ())


def check_whole(place: str, folder: Path, kills: int) -> None:
    """Each cell has its verdict; that many kills, or ends of the server, at most cost an attempt
    each, and one that was taken back left no run."""
    found = kept(place)
    assert found is not None
    assert found.state is NightState.COMPLETE
    assert [one.test for one in found.cells] == [one.test for one in CELLS]
    assert {one.state for one in found.cells} == {CellState.DONE}
    attempts = [one for cell in found.cells for one in cell.attempts]
    assert sum(one.verdict in {None, Verdict.SKIP} for one in attempts) <= kills
    assert not [one for one in attempts if one.verdict is Verdict.SKIP and one.run_id]
    ran = executions(folder)
    more = {name: ran[name] - wanted(name) for name in ran}
    assert min(more.values()) >= 0
    assert sum(more.values()) <= kills
