# SPDX-License-Identifier: GPL-2.0-or-later
"""What a dask worker runs in tests in place of a lab: it is imported there by its name."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from harness.errors import StoreError
from harness.local.deadline import Deadline
from harness.nightly.cell_runner import CellEnd, CellRunner
from harness.nightly.matrix import PlannedCell
from harness.results import Verdict
from tests.unit.nightly.samples import result_of

KILLS = "kills"
KILLS_ONCE = "kills-once"
RAISES = "raises"
FULL = "full"
WAITS = "waits"
CTRL_C = "ctrl-c"


class SmallRunner:
    """A cell writes a run's folder, or does to its worker what its scenario is called."""

    def __init__(self, runs: Path) -> None:
        self._runs = runs

    def run(self, cell: PlannedCell, *, last: bool) -> CellEnd:
        """See `CellRunner.run`."""
        name, mark = cell.test.scenario, self._runs / "killed-once"
        if name == KILLS or (name == KILLS_ONCE and not mark.exists()):
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if name == CTRL_C:  # a terminal sends it to all processes
            os.kill(os.getpid(), signal.SIGINT)
        if name == RAISES:
            raise RuntimeError("a bug")
        if name == WAITS:
            (self._runs / "waits").touch()
            Deadline("the test", 60).poll(lambda: (self._runs / "goes-on").exists() or None)
        if name == FULL:
            raise StoreError("runs/1: the disk is full", hint="free disk space and run again")
        result = result_of(Verdict.PASS, scenario=name)
        result = result.model_copy(update={"run_id": f"{result.run_id}-{os.getpid()}"})
        folder = cell.run.lab.store.runs / result.run_id
        folder.mkdir(parents=True)
        (folder / "result.json").write_text(result.to_json())
        return CellEnd(Verdict.PASS, f"pid {os.getpid()}", result, folder)


@contextlib.contextmanager
def small_runner(runs: Path) -> Iterator[CellRunner]:
    """See `harness.nightly.worker.OpenRunner`."""
    yield SmallRunner(runs)
