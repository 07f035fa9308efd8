# SPDX-License-Identifier: GPL-2.0-or-later
"""What changed from one night (or run, or build) to another, in the words of KernelCI. Pure.

Take what came of each test on both sides and ask for what is worth a line::

    base, new = outcomes(nights[-2].cells), outcomes(nights[-1].cells)
    for one in changes(base, new):
        print(one.change, one.test.id)

Only a FAIL says that the driver is wrong, so only a FAIL makes a regression or a failure; a test
that ended MISS or ERROR, or did not run, is inconclusive: nothing is known to have changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import final

from harness.history.model import PASSED, Cell, Mark, RunSummary, Test
from harness.results import Verdict, combine


class Change(StrEnum):
    """How a test's outcome changed; members are in the order in which a person wants them."""

    REGRESSION = "regression"
    """It passed, and fails."""
    NEW_FAILURE = "new failure"
    """It fails, and nothing was known of it before."""
    STILL_FAILING = "still failing"
    NEWLY_FLAKY = "newly flaky"
    """It passed, but at a retry only, which it had not needed before."""
    INCONCLUSIVE = "inconclusive"
    """It had a verdict, and has none now: the lab or the test broke, or it was left out."""
    FIXED = "fixed"
    """It failed, and passes."""
    NEW_PASS = "new pass"  # noqa: S105 (no password)
    """It passes, and before there was no verdict."""
    APPEARED = "appeared"
    """It was not there before, and did not fail."""
    DISAPPEARED = "disappeared"
    """It was there, and is not part of the matrix any more."""


@final
@dataclass(frozen=True)
class Outcome:
    """What came of a test on one side, its repetitions taken together."""

    verdict: Verdict | None
    """The one that outweighs the others; None: none of them ran to its end."""
    flaky: bool = False
    """One of them passed at a retry only."""
    mark: Mark | None = None
    """What keeps the failure from counting, if all that failed have such a mark."""

    @property
    def passed(self) -> bool:
        """Nothing was found to be wrong."""
        return self.verdict in PASSED

    @property
    def failed(self) -> bool:
        """The driver is wrong."""
        return self.verdict is Verdict.FAIL


@final
@dataclass(frozen=True)
class Changed:
    """A test whose outcome is worth a line; a side is None where the test was not there."""

    test: Test
    change: Change
    base: Outcome | None
    new: Outcome | None


def outcomes(cells: Iterable[Cell]) -> dict[Test, Outcome]:
    """What came of each test of a night, in the order of the night.

    A cell that did not run beside others that did makes its test no worse than they are.
    """
    by_test: dict[Test, list[Cell]] = {}
    for cell in cells:
        by_test.setdefault(cell.test, []).append(cell)
    return {test: _together(some) for test, some in by_test.items()}


def outcomes_of_runs(runs: Iterable[RunSummary]) -> dict[Test, Outcome]:
    """What came of each test over runs that belong to no night, or to one build."""
    by_test: dict[Test, list[Verdict]] = {}
    for run in runs:
        by_test.setdefault(run.test, []).append(run.verdict)
    return {test: Outcome(combine(some)) for test, some in by_test.items()}


def change_of(base: Outcome | None, new: Outcome | None) -> Change | None:
    """What a person should be told; None for a test that is as it was, unless it fails."""
    if new is None:
        return Change.DISAPPEARED if base is not None else None
    if new.failed:
        if base is None or not (base.passed or base.failed):
            return Change.NEW_FAILURE
        return Change.REGRESSION if base.passed else Change.STILL_FAILING
    if base is None:
        return Change.APPEARED
    if not new.passed:
        return Change.INCONCLUSIVE if base.passed or base.failed else None
    if new.flaky:
        return None if base.flaky else Change.NEWLY_FLAKY
    if base.failed:
        return Change.FIXED
    return None if base.passed else Change.NEW_PASS


def changes(base: Mapping[Test, Outcome], new: Mapping[Test, Outcome]) -> tuple[Changed, ...]:
    """All that changed and all that fails, the worst first, then by the test's id."""
    found = [
        Changed(test, change, base.get(test), new.get(test))
        for test in base.keys() | new.keys()
        if (change := change_of(base.get(test), new.get(test))) is not None
    ]
    order = list(Change)
    return tuple(sorted(found, key=lambda one: (order.index(one.change), one.test.id)))


def _together(cells: list[Cell]) -> Outcome:
    # SKIP is of an attempt that was interrupted: as good as none
    ran = [one for one in cells if one.verdict not in (None, Verdict.SKIP)]
    verdict = combine(one.verdict for one in ran if one.verdict is not None)
    worst = [one for one in ran if one.verdict is verdict]
    marks = {one.mark for one in worst}
    return Outcome(
        verdict,
        flaky=any(one.flaky for one in ran),
        mark=worst[0].mark if len(marks) == 1 else None,
    )
