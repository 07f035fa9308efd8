# SPDX-License-Identifier: GPL-2.0-or-later
"""What every format is given: verdicts stay apart, and nothing that did not run looks green."""

from __future__ import annotations

import pytest

from harness.exports import of_run
from harness.history.model import CellState, Mark, NightState
from harness.results import LabFaultResult, Verdict
from tests.unit.exports.samples import CELLS, a_run, attempt, cell, document
from tests.unit.results.samples import NO_COMPLETION, association, run


def test_each_cell_is_an_entry_with_the_verdict_of_its_last_attempt() -> None:
    """One that came to none is told by how far it came."""
    entries = {entry.name: entry for entry in document().entries}
    assert {name: entry.verdict for name, entry in entries.items()} == {
        "good": "PASS", "broken": "FAIL", "retried": "PASS", "lab-broke": "MISS", "wrong": "ERROR",
        "known": "FAIL", "crashes #2": "FAIL", "killed": "MISS", "left-out": "SKIP",
        "to-come": "MISS",
    }  # fmt: skip
    assert entries["broken"].message == "POST-05: no completion (2 times)"
    assert not any("a warning" in line for line in entries["broken"].details)
    assert entries["crashes #2"].id == "reference/hwsim/acme/crashes#2"
    assert entries["retried"].retried == "MISS, then PASS"
    assert len({entry.id for entry in entries.values()}) == len(CELLS)


def test_a_night_that_lasts_has_entries_to_come() -> None:
    """They have no verdict yet; one that was killed has."""
    entries = {one.name: one.verdict for one in document(state=NightState.RUNNING).entries}
    assert entries["to-come"] is None
    assert entries["killed"] is Verdict.MISS


@pytest.mark.parametrize(
    ("cells", "verdict"),
    [
        ((cell("a", attempt(Verdict.PASS)), cell("b", attempt(Verdict.MISS))), "MISS"),
        ((cell("a", attempt(Verdict.FAIL), mark=Mark.KNOWN_ISSUE),), "PASS"),
        ((cell("a", attempt(Verdict.PASS)), cell("b", state=CellState.LEFT_OUT)), "PASS"),
        ((cell("a", state=CellState.LEFT_OUT),), "ERROR"),
        ((cell("a", state=CellState.PLANNED),), "MISS"),
    ],
)
def test_what_is_known_has_no_say_and_nothing_run_is_not_green(
    cells: tuple[object, ...], verdict: str
) -> None:
    """The verdict of the night."""
    assert document(*cells).verdict == verdict


def test_a_run_is_told_by_its_associations() -> None:
    """And by what is of no single one: without that a run that came to nothing would look green."""
    broke = LabFaultResult(message="SSH gone")
    result = run(association(1), association(2, NO_COMPLETION), lab_faults=(broke,))
    told = of_run(result, a_run("r"), {"qemu": "7"})
    assert [(one.name, one.verdict) for one in told.entries] == [
        ("run", "MISS"), ("association 1", "PASS"), ("association 2", "FAIL"),
    ]  # fmt: skip
    assert told.entries[0].message == "SSH gone"
    assert told.entries[2].message == "POST-05: no PostAssociateCompletion within 10 s (our limit)"
    assert told.verdict == "FAIL"
    nothing = of_run(run(requested_associations=3), a_run("r"), {})
    assert [(one.name, one.verdict) for one in nothing.entries] == [("run", "ERROR")]
