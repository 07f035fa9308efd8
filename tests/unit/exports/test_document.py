# SPDX-License-Identifier: GPL-2.0-or-later
"""What every format is given: verdicts stay apart, and nothing that did not run looks green."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.exports import of_run
from harness.history.model import CellState, Mark, NightState
from harness.results import LabFaultResult, Verdict
from tests.unit.exports.samples import CELLS, CRASH, attempt, cell, document
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


def test_what_was_left_out_says_why() -> None:
    """What its lab cannot run, or what there was no time for: skipped, with the reason."""
    unfit = replace(
        cell("a", state=CellState.LEFT_OUT), mark_reason="cannot be run with the radio rt3070"
    )
    (entry,) = document(unfit).entries
    assert entry.verdict == "SKIP"
    assert entry.message == "left out: cannot be run with the radio rt3070"


def test_a_crash_is_never_muted() -> None:
    """Neither by a retry that passed nor by a mark."""
    crashed = attempt(Verdict.FAIL, crash=CRASH)
    retried, known = document(
        cell("retried", crashed, attempt(Verdict.PASS, 2)),
        cell("known", crashed, mark=Mark.QUARANTINE),
    ).entries
    assert (retried.verdict, retried.flaky, retried.counts) == ("FAIL", False, True)
    assert retried.message == "crash 0xC0000005 in vendor.dll!Foo+0x12 < ntdll.dll+0x1234"
    assert (known.muted, known.counts) == (False, True)


def test_a_cell_that_is_to_fail_passes_if_it_did() -> None:
    """By a crash, too; where it did not, that counts as of any other."""
    found, blind = document(
        cell("found", attempt(Verdict.PASS, crash=CRASH), mark=Mark.EXPECTED),
        cell("blind", attempt(Verdict.ERROR), mark=Mark.EXPECTED),
    ).entries
    assert (found.verdict, found.counts) == ("PASS", False)
    assert (blind.verdict, blind.counts) == ("ERROR", True)


def test_a_run_is_told_by_its_associations() -> None:
    """And by what is of no single one: without that a run that came to nothing would look green."""
    broke = LabFaultResult(message="SSH gone")
    result = run(association(1), association(2, NO_COMPLETION), lab_faults=(broke,))
    told = of_run(result, "runs/r")
    assert [(one.name, one.verdict) for one in told.entries] == [
        ("run", "MISS"), ("association 1", "PASS"), ("association 2", "FAIL"),
    ]  # fmt: skip
    assert told.entries[0].message == "SSH gone"
    assert told.entries[2].message == "POST-05: no PostAssociateCompletion within 10 s (our limit)"
    assert told.verdict == "FAIL"
    nothing = of_run(run(requested_associations=3), "runs/r")
    assert [(one.name, one.verdict) for one in nothing.entries] == [("run", "ERROR")]
