# SPDX-License-Identifier: GPL-2.0-or-later
"""A small night in a process of its own, which kills itself (SIGKILL) at a line that is told."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from harness.console import PlainConsole
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


def night(folder: Path, kill_at: int | None) -> None:
    """Run the night, or what is left of it; write how many lines it took to `lines`."""
    counted = 0

    def count(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal counted
        if COUNTED not in frame.f_code.co_filename:
            return None
        if event == "line":
            counted += 1
            if counted == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return count

    @contextlib.contextmanager
    def slots() -> Iterator[Slots]:
        yield OwnSlot(SmallRunner(folder / "ran"))

    with (
        open_history(str(folder / "history.db")) as book,
        (folder / "told").open("a") as told,
        PlainConsole(told) as console,
    ):
        sys.settrace(count)
        run_night(PLAN, CELLS, book, folder, slots, console, NightOptions())
        sys.settrace(None)
    (folder / "lines").write_text(str(counted))
