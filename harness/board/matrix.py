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
from harness.history.model import PASSED, Cell, CellState, Mark, Night, NightState, Test
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
RETRIED, FLIPPED, CRASHED = 1, 2, 4
MARKS: Final = {Mark.KNOWN_ISSUE: 8, Mark.QUARANTINE: 16, Mark.EXPECTED: 24}
"""A place's flags: three bits, and above them which mark it has."""
FINISHED: Final = (NightState.COMPLETE, NightState.OVER_BUDGET)
"""A night in another state is compared with, but no later one is compared with it."""
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
    """The columns of the nights, given oldest first; each is compared with the last one of its plan
    that came to its end, as `hil nightly` does."""
    before: dict[str, Mapping[Test, Outcome]] = {}
    flips = Flips()
    places = {test: number for number, test in enumerate(tests)}
    found = []
    for night in nights:
        new = outcomes(night.cells)
        changed = _changed(before.get(night.plan), new, night.state)
        found.append(_column(night, places, new, changed, flips.of(night.plan, new)))
        if night.state in FINISHED:
            before[night.plan] = new
    return found


def _column(
    night: Night,
    places: Mapping[Test, int],
    new: Mapping[Test, Outcome],
    changed: Mapping[Test, str],
    flipped: set[Test],
) -> Column:
    letters, change_letters, flags = (
        [blank] * len(places) for blank in (NOTHING, NOTHING, FLAGS[0])
    )
    crashed = set()
    for test, some in _by_test(night.cells).items():
        outcome, place = new[test], places[test]
        letters[place] = _letter(outcome, some)
        told = _flags(outcome, some, test in flipped)
        flags[place] = FLAGS[told]
        if told & CRASHED:
            crashed.add(test)
    for test, letter in changed.items():
        change_letters[places[test]] = letter
    verdict = _night_verdict(new, crashed)
    if verdict in PASSED and night.state not in FINISHED:
        verdict = Verdict.MISS  # as `hil nightly` ends: the tests that are left may fail yet
    return Column("".join(letters), "".join(change_letters), "".join(flags), verdict)


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


def _changed(
    before: Mapping[Test, Outcome] | None, new: Mapping[Test, Outcome], state: NightState
) -> dict[Test, str]:
    """The letters of what changed; a plan's first night is compared with nothing.

    What a night that still runs has not come to yet is no change.
    """
    found = () if before is None else changes(before, new)
    running = state is NightState.RUNNING
    return {
        one.test: CHANGES[one.change]
        for one in found
        if not (running and one.change is Change.INCONCLUSIVE)
    }


def _by_test(cells: Iterable[Cell]) -> dict[Test, list[Cell]]:
    found: dict[Test, list[Cell]] = {}
    for cell in cells:
        found.setdefault(cell.test, []).append(cell)
    return found


def _letter(outcome: Outcome, cells: Sequence[Cell]) -> str:
    if outcome.verdict is not None:
        return VERDICTS[outcome.verdict]
    order = (CellState.RUNNING, CellState.KILLED, CellState.PLANNED, CellState.LEFT_OUT)
    states = {cell.state for cell in cells}
    return STATES[next((one for one in order if one in states), CellState.DONE)]


def _flags(outcome: Outcome, cells: Sequence[Cell], flipped: bool) -> int:
    retried = RETRIED if any(cell.retried for cell in cells) else 0
    crashed = CRASHED if any(one.crash for cell in cells for one in cell.attempts) else 0
    mark = MARKS[outcome.mark] if outcome.mark is not None else 0
    return retried | (FLIPPED if flipped else 0) | crashed | mark


def _night_verdict(night: Mapping[Test, Outcome], crashed: set[Test]) -> Verdict:
    """The verdict of a night: the gravest of its tests but those that fail with a mark. A crash is
    a FAIL though a retry passed. ERROR for a night in which nothing ran."""
    found = [one.verdict for one in night.values() if one.mark is None or one.passed]
    if any(night[test].mark is not Mark.EXPECTED for test in crashed):
        found.append(Verdict.FAIL)
    return combine(one for one in found if one is not None) or Verdict.ERROR
