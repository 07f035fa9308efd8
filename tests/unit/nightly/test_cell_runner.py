# SPDX-License-Identifier: GPL-2.0-or-later
"""A cell run on a lab: what its run means for it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import HarnessError, StoreError, TooSlow
from harness.guests.common.dll import Dll
from harness.nightly.cell_runner import CellEnd, LabCellRunner
from harness.nightly.expectation import Expectation
from harness.results import RunResult, Verdict
from harness.run.plan import RunPlan
from tests.unit.nightly.samples import planned, result_of


class ToldLab:
    """In place of an open lab: performs nothing, and gives what it is told."""

    def __init__(self, outcome: RunResult | Exception, *, interrupted: bool = False) -> None:
        self._outcome = outcome
        self.interrupted = interrupted

    def perform(self, plan: RunPlan, *, last: bool) -> tuple[RunResult, Path]:
        """See `OpenLab.perform`."""
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome, Path("runs/x")


def ran(outcome: RunResult | Exception, expect: Expectation | None = None) -> CellEnd:
    """A cell that ended so."""
    (cell,) = planned("a", expect=expect)
    return LabCellRunner(ToldLab(outcome)).run(cell, last=True)


def test_the_verdict_is_the_runs() -> None:
    """Its folder and its result come along."""
    result = result_of(Verdict.FAIL)
    end = ran(result)
    assert (end.verdict, end.reason) == (Verdict.FAIL, result.reason)
    assert (end.result, end.path) == (result, Path("runs/x"))


def test_a_cell_that_is_to_fail_passes_if_it_fails() -> None:
    """The run's own result stays what it is."""
    end = ran(result_of(Verdict.FAIL), Expectation(("POST-05",)))
    assert end.verdict is Verdict.PASS
    assert end.result is not None
    assert end.result.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (TooSlow("boot", 1, "nothing"), Verdict.MISS),
        (OSError("gone"), Verdict.MISS),
        (HarnessError("cannot be built"), Verdict.ERROR),
    ],
)
def test_what_ends_it_without_a_result_is_no_failure_of_the_driver(
    error: Exception, verdict: Verdict
) -> None:
    """The next cell may go well."""
    assert ran(error).verdict is verdict


def test_where_no_run_can_be_kept_no_cell_is_run() -> None:
    """That is the night's business."""
    with pytest.raises(StoreError):
        ran(StoreError("no room"))


def test_an_interruption_is_told() -> None:
    """So that it does not count."""
    (cell,) = planned("a")
    lab = ToldLab(result_of(Verdict.MISS), interrupted=True)
    assert LabCellRunner(lab).run(cell, last=False).interrupted


def test_a_build_that_was_written_over_in_the_night_is_not_taken_for_the_first(
    tmp_path: Path,
) -> None:
    """Nor is one that is gone; the file that the night began with is run."""
    file = tmp_path / "acme.dll"
    file.write_bytes(b"tonight's")
    dll = Dll(file, hashlib.sha256(b"tonight's").hexdigest())
    (cell,) = planned("a")
    cell = replace(cell, run=replace(cell.run, dll=dll))
    runner = LabCellRunner(ToldLab(result_of(Verdict.PASS)))
    assert runner.run(cell, last=True).verdict is Verdict.PASS
    file.write_bytes(b"tomorrow's")
    end = runner.run(cell, last=True)
    assert end.verdict is Verdict.ERROR
    assert "acme.dll is another build than when the night began" in end.reason
    file.unlink()
    assert runner.run(cell, last=True).reason == f"{file}: No such file or directory"
