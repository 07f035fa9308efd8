# SPDX-License-Identifier: GPL-2.0-or-later
"""Known issues with an end, and a quarantine that is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from harness.history.model import Cell, Crash, Mark, Night, NightState
from harness.nightly.marks import Marks, longest_streak, marks_of
from harness.nightly.plan import KnownIssue, QuarantineEntry
from harness.results import Verdict
from tests.unit.history.samples import PLAIN, cell

PASS, FAIL, MISS = Verdict.PASS, Verdict.FAIL, Verdict.MISS
TODAY = date(2026, 11, 28)
ISSUE = KnownIssue(
    test="*/acme/pl*", rules=("POST-*",), reason="not yet done", ticket="A-1", expires=TODAY
)
QUARANTINE = QuarantineEntry(test="*/acme/*", reason="now and then")


def nights(*cells: Cell) -> list[Night]:
    """A night a day with one cell each, the last of them yesterday."""
    today = datetime(2026, 11, 28, 2, tzinfo=UTC)
    return [
        Night(
            f"n{number}", "night", "", today - timedelta(days=len(cells) - number), None,
            NightState.COMPLETE, (one,),
        )
        for number, one in enumerate(cells)
    ]  # fmt: skip


def marks(*, issues: tuple[KnownIssue, ...] = (), today: date = TODAY) -> Marks:
    """Those of these issues on a day."""
    return marks_of(issues, (), [PLAIN], [], today)


def test_a_known_issue_covers_a_failure_if_it_covers_every_rule_of_it() -> None:
    """One that breaks another rule as well counts; so does one of another test."""
    of = marks(issues=(ISSUE,)).of
    marked = of(PLAIN, FAIL, ["POST-05", "POST-07"], crashed=False)
    assert marked is not None
    assert (marked.mark, marked.reason) == (Mark.KNOWN_ISSUE, "not yet done (A-1)")
    assert of(PLAIN, FAIL, ["POST-05", "KEY-01"], crashed=False) is None
    assert of(replace(PLAIN, dll="other"), FAIL, ["POST-05"], crashed=False) is None
    assert of(PLAIN, FAIL, [], crashed=False) is None
    assert of(PLAIN, MISS, [], crashed=False) is None
    assert of(PLAIN, PASS, [], crashed=False) is None


def test_two_issues_may_cover_it_together() -> None:
    """Both are named."""
    other = ISSUE.model_copy(update={"rules": ("KEY-01",), "reason": "other", "ticket": ""})
    marked = marks(issues=(ISSUE, other)).of(PLAIN, FAIL, ["POST-05", "KEY-01"], crashed=False)
    assert marked is not None
    assert marked.reason == "not yet done (A-1); other"


def test_an_expired_issue_mutes_nothing_and_says_so() -> None:
    """From the day after its last."""
    found = marks(issues=(ISSUE,), today=TODAY + timedelta(days=1))
    assert found.of(PLAIN, FAIL, ["POST-05"], crashed=False) is None
    assert found.notes == (
        "known issue expired on 2026-11-28 and mutes nothing: */acme/pl* POST-*: "
        "not yet done (A-1)",
    )


def test_a_quarantined_test_may_fail_in_any_way_but_by_a_crash() -> None:
    """A crash is never muted, by an issue neither."""
    found = marks_of((ISSUE,), (QUARANTINE,), [PLAIN], [], TODAY)
    for verdict in (FAIL, MISS):
        marked = found.of(PLAIN, verdict, ["KEY-01"], crashed=False)
        assert marked is not None
        assert marked.mark is Mark.QUARANTINE
    assert found.of(PLAIN, FAIL, ["POST-05"], crashed=True) is None


def test_a_test_leaves_quarantine_after_fifteen_clean_passes_in_a_row() -> None:
    """And stays out, though it fails again."""
    almost = nights(*[cell(PASS)] * 14)
    assert PLAIN in marks_of((), (QUARANTINE,), [PLAIN], almost, TODAY).quarantined
    enough = nights(*[cell(PASS)] * 15, cell(FAIL))
    found = marks_of((), (QUARANTINE,), [PLAIN], enough, TODAY)
    assert found.quarantined == {}
    assert "passed 15 times in a row and has left quarantine" in found.notes[0]


def test_since_begins_to_count_anew() -> None:
    """For a test that comes into quarantine again."""
    again = QUARANTINE.model_copy(update={"since": TODAY - timedelta(days=10)})
    found = marks_of((), (again,), [PLAIN], nights(*[cell(PASS)] * 30), TODAY)
    assert PLAIN in found.quarantined


def test_a_pattern_that_fits_nothing_is_told() -> None:
    """It may be misspelt."""
    unreliable = QUARANTINE.model_copy(update={"test": "*/acne/*"})
    known = ISSUE.model_copy(update={"test": "*/plane"})
    notes = marks_of((known, ISSUE), (unreliable,), [PLAIN], [], TODAY).notes
    assert notes == (
        "[[known_issue]] '*/plane' fits no test of this night: is it misspelt?",
        "[[quarantine]] '*/acne/*' fits no test of this night: is it misspelt?",
    )
    assert marks_of((known,), (unreliable,), [PLAIN], [], TODAY, whole=False).notes == ()


def test_an_expired_issue_that_fits_nothing_is_told_as_both() -> None:
    """It can be taken out of the plan."""
    lost = ISSUE.model_copy(update={"test": "*/plane"})
    expired, misspelt = marks(issues=(lost,), today=TODAY + timedelta(days=1)).notes
    assert expired.startswith("known issue expired on 2026-11-28 and mutes nothing")
    assert "fits no test" in misspelt


CRASHED = replace(
    cell(FAIL, PASS), attempts=(replace(cell(PASS).attempts[0], crash=Crash(0xC0000005)),)
)


@pytest.mark.parametrize(
    ("cells", "streak"),
    [
        ([], 0),
        ([cell(PASS)] * 3, 3),
        ([cell(PASS), cell(FAIL), cell(PASS), cell(PASS)], 2),
        ([cell(PASS), cell(FAIL, PASS), cell(PASS)], 1),  # flaky is not clean
        ([cell(PASS), CRASHED, cell(PASS)], 1),
        ([cell(PASS), cell(MISS), cell(), cell(PASS)], 2),  # nothing is known of the driver
        ([cell(PASS), cell(MISS, PASS), cell(PASS)], 3),
    ],
)
def test_the_passes_of_a_row(cells: list[Cell], streak: int) -> None:
    """Only what is known of the driver counts, either way."""
    assert longest_streak(nights(*cells), PLAIN) == streak
    assert longest_streak(nights(*cells), replace(PLAIN, dll="other")) == 0
