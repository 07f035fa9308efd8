# SPDX-License-Identifier: GPL-2.0-or-later
"""What changed from one night to another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.history.changes import Change, Outcome, change_of, changes, outcomes
from harness.history.model import Mark
from harness.results import Verdict
from tests.unit.history.samples import PLAIN, cell

PASS, FAIL, MISS, ERROR = Verdict.PASS, Verdict.FAIL, Verdict.MISS, Verdict.ERROR
PASSED, FAILED, MISSED = Outcome(PASS), Outcome(FAIL), Outcome(MISS)
FLAKY, LEFT_OUT = Outcome(PASS, flaky=True), Outcome(None)


@pytest.mark.parametrize(
    ("base", "new", "change"),
    [
        (PASSED, PASSED, None),
        (PASSED, FAILED, Change.REGRESSION),
        (FLAKY, FAILED, Change.REGRESSION),
        (FAILED, FAILED, Change.STILL_FAILING),
        (FAILED, PASSED, Change.FIXED),
        (FAILED, FLAKY, Change.NEWLY_FLAKY),
        (PASSED, FLAKY, Change.NEWLY_FLAKY),
        (FLAKY, FLAKY, None),
        (FLAKY, PASSED, None),
        (PASSED, MISSED, Change.INCONCLUSIVE),
        (FAILED, Outcome(ERROR), Change.INCONCLUSIVE),
        (PASSED, LEFT_OUT, Change.INCONCLUSIVE),
        (MISSED, MISSED, None),
        (MISSED, PASSED, Change.NEW_PASS),
        (LEFT_OUT, PASSED, Change.NEW_PASS),
        (MISSED, FAILED, Change.NEW_FAILURE),
        (None, FAILED, Change.NEW_FAILURE),
        (None, PASSED, Change.APPEARED),
        (None, MISSED, Change.APPEARED),
        (PASSED, None, Change.DISAPPEARED),
        (None, None, None),
    ],
)
def test_each_pair_of_outcomes_has_its_word(
    base: Outcome | None, new: Outcome | None, change: Change | None
) -> None:
    """A lab that broke is never a regression, and a retry that passed never a plain pass."""
    assert change_of(base, new) is change


def test_the_worst_comes_first() -> None:
    """Then the test's id decides, so that two nights alike are told alike."""
    tests = [replace(PLAIN, scenario=name) for name in ("d", "c", "b", "a")]
    base = dict.fromkeys(tests[:3], PASSED)
    new = {tests[0]: PASSED, tests[1]: FAILED, tests[2]: FAILED, tests[3]: PASSED}
    found = [(one.change, one.test.scenario) for one in changes(base, new)]
    assert found == [(Change.REGRESSION, "b"), (Change.REGRESSION, "c"), (Change.APPEARED, "a")]


def test_repetitions_of_a_test_are_taken_together() -> None:
    """The verdict that outweighs the others counts, and one flaky repetition makes it flaky."""
    cells = [cell(PASS), cell(FAIL, PASS, repetition=2)]
    assert outcomes(cells) == {PLAIN: FLAKY}
    assert outcomes([*cells, cell(FAIL, repetition=3)]) == {PLAIN: Outcome(FAIL, flaky=True)}


def test_a_cell_that_did_not_run_takes_nothing_from_those_that_did() -> None:
    """Neither one left out nor one that was interrupted; alone they are no verdict."""
    assert outcomes([cell(PASS), cell()]) == {PLAIN: PASSED}
    assert outcomes([cell(PASS), cell(Verdict.SKIP)]) == {PLAIN: PASSED}
    assert outcomes([cell(), cell(None)]) == {PLAIN: LEFT_OUT}


def test_a_mark_counts_if_all_that_failed_have_it() -> None:
    """A failure of another kind beside a known issue is no known issue."""
    known = cell(FAIL, mark=Mark.KNOWN_ISSUE)
    assert outcomes([known, cell(PASS)])[PLAIN].mark is Mark.KNOWN_ISSUE
    assert outcomes([known, cell(FAIL)])[PLAIN].mark is None


def test_an_attempt_that_was_cut_off_makes_no_retry() -> None:
    """The harness was killed, and the cell run again: that says nothing of the driver."""
    assert not cell(None, PASS).flaky
    assert not cell(Verdict.SKIP, PASS).retried
    assert cell(FAIL, PASS).flaky
    assert not cell(FAIL, FAIL).flaky


def test_a_lab_that_broke_makes_no_test_flaky() -> None:
    """The driver passed the only try at which anything was learnt of it."""
    late = cell(Verdict.MISS, PASS)
    assert (late.retried, late.flaky) == (True, False)
    assert cell(Verdict.ERROR, PASS).flaky
    assert change_of(Outcome(PASS), outcomes([late])[PLAIN]) is None
