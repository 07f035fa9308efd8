# SPDX-License-Identifier: GPL-2.0-or-later
"""The matrix of tests and nights: what came of each test in each night, and where it flipped. Pure.

A place of the matrix takes the repetitions of a test together, as comparisons of nights do
(`harness.history.changes.outcomes`). It is three characters, each in a string that has one for each
test of the board, so that a thousand nights of a hundred tests stay small.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

from harness.history.changes import Change, Outcome, changes, outcomes
from harness.history.model import Cell, CellState, Mark, Night, Test
from harness.results import Verdict, combine

NOTHING: Final = "."
"""The test is no part of that night's matrix, or nothing changed."""
STATES: Final = {
    CellState.PLANNED: "p",
    CellState.RUNNING: "r",
    CellState.KILLED: "k",
    CellState.LEFT_OUT: "l",
    CellState.DONE: "?",
}
"""The letter of a place without a verdict: how far it came."""
VERDICTS: Final = {verdict: verdict.value[0] for verdict in Verdict}
CHANGES: Final = {change: chr(ord("a") + number) for number, change in enumerate(Change)}
RETRIED, FLIPPED = 1, 2
MARKS: Final = {Mark.KNOWN_ISSUE: 4, Mark.QUARANTINE: 8, Mark.EXPECTED: 16}
"""Bits of a place's flags; `FLAGS` has a character for each sum of them."""
FLAGS: Final = "0123456789abcdefghijklmnopqrstuv"


@final
@dataclass(frozen=True)
class Column:
    """A night of the matrix; each string has a character for each test, in the board's order."""

    verdicts: str
    changes: str
    flags: str
    verdict: Verdict
    """That of the night."""


def columns(nights: Sequence[Night], tests: Sequence[Test]) -> list[Column]:
    """The columns of the nights, given oldest first; each is compared with the one of its plan
    before it."""
    before: dict[str, Mapping[Test, Outcome]] = {}
    flips = Flips()
    found = []
    for night in nights:
        new = outcomes(night.cells)
        changed = _changed(before.get(night.plan), new)
        before[night.plan] = new
        by_test = _by_test(night.cells)
        flipped = flips.of(night.plan, new)
        found.append(
            Column(
                "".join(_letter(new.get(test), by_test.get(test, ())) for test in tests),
                "".join(changed.get(test, NOTHING) for test in tests),
                "".join(
                    FLAGS[_flags(new.get(test), by_test.get(test, ()), test in flipped)]
                    for test in tests
                ),
                night_verdict(new.values()),
            )
        )
    return found


class Flips:
    """Finds where a test went over from passing to failing or back, night after night.

    A night in which nothing was learnt of the driver (MISS, ERROR, not run) is passed over: a lab
    that breaks makes no test flaky. A pass at a retry only is a flip in itself.
    """

    def __init__(self) -> None:
        self._passed: dict[tuple[str, Test], bool] = {}

    def of(self, plan: str, night: Mapping[Test, Outcome]) -> set[Test]:
        """The tests that flipped in the next night of a plan."""
        return {test for test, outcome in night.items() if self._flips(plan, test, outcome)}

    def _flips(self, plan: str, test: Test, outcome: Outcome) -> bool:
        if not (outcome.passed or outcome.failed):
            return False
        before = self._passed.get((plan, test))
        self._passed[plan, test] = outcome.passed
        return outcome.flaky or before not in (None, outcome.passed)


def _changed(before: Mapping[Test, Outcome] | None, new: Mapping[Test, Outcome]) -> dict[Test, str]:
    """The letters of what changed; a plan's first night is compared with nothing."""
    if before is None:
        return {}
    return {one.test: CHANGES[one.change] for one in changes(before, new)}


def _by_test(cells: Iterable[Cell]) -> dict[Test, list[Cell]]:
    found: dict[Test, list[Cell]] = {}
    for cell in cells:
        found.setdefault(cell.test, []).append(cell)
    return found


def _letter(outcome: Outcome | None, cells: Sequence[Cell]) -> str:
    if outcome is None:
        return NOTHING
    if outcome.verdict is not None:
        return VERDICTS[outcome.verdict]
    order = (CellState.RUNNING, CellState.KILLED, CellState.PLANNED, CellState.LEFT_OUT)
    states = {cell.state for cell in cells}
    return STATES[next((one for one in order if one in states), CellState.DONE)]


def _flags(outcome: Outcome | None, cells: Sequence[Cell], flipped: bool) -> int:
    retried = RETRIED if any(cell.retried for cell in cells) else 0
    mark = MARKS[outcome.mark] if outcome is not None and outcome.mark is not None else 0
    return retried | (FLIPPED if flipped else 0) | mark


def night_verdict(night: Iterable[Outcome]) -> Verdict:
    """The verdict of a night: the gravest of its tests but those that fail with a mark; ERROR for
    a night in which nothing ran."""
    found = (one.verdict for one in night if one.mark is None or one.passed)
    return combine(one for one in found if one is not None) or Verdict.ERROR
