# SPDX-License-Identifier: GPL-2.0-or-later
"""What runs a cell: the protocol of it, and the one that runs it on a lab."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, final

from harness.console import Console
from harness.errors import HarnessError, LabFault, StoreError
from harness.history.model import Crash
from harness.nightly.crashes import crash_of
from harness.nightly.expectation import held_against
from harness.nightly.matrix import PlannedCell
from harness.results import RunResult, Verdict
from harness.run.perform import OpenLab, open_lab
from harness.run.plan import RunPlan


@final
@dataclass(frozen=True, slots=True)
class CellEnd:
    """What came of one attempt at a cell."""

    verdict: Verdict
    """By what the cell is to do: a run that fails as it should passes."""
    reason: str
    result: RunResult | None = None
    """Of its run; None where it did not come to one."""
    path: Path | None = None
    """The run's folder."""
    crash: Crash | None = None
    interrupted: bool = False
    """A person cut it off: whatever else is said, it counts for nothing."""


class CellRunner(Protocol):
    """Runs cells, one at a time; neighbours of one group may share what it has brought up."""

    def run(self, cell: PlannedCell, *, last: bool) -> CellEnd:
        """Run a cell to its end; `last`: no other is to come. Raises `StoreError` alone."""


@final
class LabCellRunner:
    """Runs cells on the guests of an open lab."""

    def __init__(self, lab: OpenLab) -> None:
        self._lab = lab

    def run(self, cell: PlannedCell, *, last: bool) -> CellEnd:
        """See `CellRunner.run`."""
        if changed := another_build(cell.run):
            return CellEnd(Verdict.ERROR, changed)
        try:
            result, path = self._lab.perform(cell.run, last=last)
        except StoreError:  # no run can be kept there: the night's business, not this cell's
            raise
        except (LabFault, OSError) as error:
            return CellEnd(Verdict.MISS, str(error))
        except HarnessError as error:
            return CellEnd(Verdict.ERROR, error.message)
        return end_of(cell, result, path, interrupted=self._lab.interrupted)


def another_build(run: RunPlan) -> str:
    """Why the files of a run's DLL are not those that the night began with; empty: they are.

    A build that is written over in the night would be taken for the one before.
    """
    if run.dll is None:
        return ""
    beside = ((one.path, one.sha256) for one in run.dll.companions)
    for path, known in ((run.dll.path, run.dll.sha256), *beside):
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            return f"{path}: {error.strerror}"
        if found != known:
            return f"{path} is another build than when the night began: give each its own file"
    return ""


def end_of(cell: PlannedCell, result: RunResult, path: Path, *, interrupted: bool) -> CellEnd:
    """What a run means for its cell."""
    found = result.all_findings
    verdict, reason = held_against(
        cell.expect,
        result.verdict,
        result.reason,
        frozenset(one.rule for one in found),
        frozenset(one.rule for one in found if one.severity == "FAIL"),
    )
    return CellEnd(verdict, reason, result, path, crash_of(result, path), interrupted)


@contextlib.contextmanager
def lab_cell_runner(console: Console) -> Iterator[LabCellRunner]:
    """A runner on this machine; guests that it brought up are down at the end.

    A run is in the history once its attempt has its end there: one that was cut off in between is
    run again, and must not be there twice.
    """
    with open_lab(console, in_history=False) as lab:
        yield LabCellRunner(lab)
