# SPDX-License-Identifier: GPL-2.0-or-later
"""What is known of a failure: an issue with a date, or an unreliable test in quarantine. Pure.

A mark keeps a failure from failing the night; the failure is shown all the same. A crash is never
marked, whatever the plan says of its test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import final

from harness.history.model import PASSED, Mark, Night, Test
from harness.nightly.plan import GRADUATES_AFTER, KnownIssue, QuarantineEntry
from harness.results import Verdict


@final
@dataclass(frozen=True, slots=True)
class Marked:
    """A failure's mark (known issue, quarantine) and the reason that the plan or a person gave."""

    mark: Mark
    reason: str


@final
@dataclass(frozen=True, slots=True)
class Marks:
    """What mutes which failure tonight, and what a person should be told of the rest."""

    issues: tuple[KnownIssue, ...] = ()
    quarantined: Mapping[Test, str] = field(default_factory=dict)
    """The reason, for each test that is still in quarantine."""
    notes: tuple[str, ...] = ()

    def of(
        self, test: Test, verdict: Verdict, blaming: Iterable[str], *, crashed: bool
    ) -> Marked | None:
        """The mark of a failure of `test` by which these rules were broken; None: it counts."""
        if crashed or verdict in PASSED:
            return None
        if verdict is Verdict.FAIL and (issue := self._issue(test, frozenset(blaming))):
            return issue
        if test in self.quarantined:
            return Marked(Mark.QUARANTINE, self.quarantined[test])
        return None

    def _issue(self, test: Test, blaming: frozenset[str]) -> Marked | None:
        """The known issues that cover every one of these rules, if they do."""
        mine = [one for one in self.issues if fnmatchcase(test.id, one.test)]
        used = [one for one in mine if any(_covers(one, rule) for rule in blaming)]
        if not blaming or any(not any(_covers(one, rule) for one in used) for rule in blaming):
            return None
        return Marked(Mark.KNOWN_ISSUE, "; ".join(_in_words(one) for one in used))


def marks_of(
    issues: Sequence[KnownIssue],
    quarantine: Sequence[QuarantineEntry],
    tests: Iterable[Test],
    nights: Sequence[Night],
    today: date,
    *,
    whole: bool = True,
) -> Marks:
    """What mutes tonight's failures of these tests, after these nights of the plan.

    With `whole` they are all of the plan's: a pattern that fits none of them is told.
    """
    there = list(dict.fromkeys(tests))
    active = tuple(one for one in issues if today <= one.expires)
    notes = [
        f"known issue expired on {one.expires} and mutes nothing: {one.test} "
        f"{' '.join(one.rules)}: {_in_words(one)}"
        for one in issues
        if today > one.expires
    ]
    patterns = [("known_issue", one.test) for one in issues]
    patterns += [("quarantine", one.test) for one in quarantine]
    notes += [
        f"[[{table}]] {pattern!r} fits no test of this night: is it misspelt?"
        for table, pattern in patterns
        if whole and not any(fnmatchcase(test.id, pattern) for test in there)
    ]
    quarantined: dict[Test, str] = {}
    for entry in quarantine:
        mine = [test for test in there if fnmatchcase(test.id, entry.test)]
        for test in mine:
            if longest_streak(nights, test, entry.since) >= GRADUATES_AFTER:
                notes.append(
                    f"{test.id} passed {GRADUATES_AFTER} times in a row and has left quarantine: "
                    "take it out of the plan"
                )
            else:
                quarantined.setdefault(test, entry.reason)
    return Marks(active, quarantined, tuple(notes))


def longest_streak(nights: Sequence[Night], test: Test, since: date | None = None) -> int:
    """The most clean passes in a row that a test ever had, oldest night first.

    Clean is a pass at the first try, without a crash. A try, or a cell, of which nothing is known
    (the lab broke, it did not run) neither counts nor ends the row.
    """
    longest = row = 0
    for night in nights:
        if since is not None and night.started_at.date() < since:
            continue
        for cell in night.cells:
            if cell.test != test or cell.verdict is None:
                continue
            crashed = any(one.crash for one in cell.attempts)
            if cell.flaky or crashed or cell.verdict is Verdict.FAIL:
                row = 0
            elif cell.verdict in PASSED:
                row += 1
                longest = max(longest, row)
    return longest


def _covers(issue: KnownIssue, rule: str) -> bool:
    return any(fnmatchcase(rule, pattern) for pattern in issue.rules)


def _in_words(issue: KnownIssue) -> str:
    return f"{issue.reason} ({issue.ticket})" if issue.ticket else issue.reason
