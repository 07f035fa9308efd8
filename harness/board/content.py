# SPDX-License-Identifier: GPL-2.0-or-later
"""The data of the board's page, gathered from the history a few nights at a time.

Of each run only what the page shows is kept, so that the memory that this takes grows with the page
and not with the history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from harness.board.attempts import AttemptTable, telling_runs
from harness.board.coding import Codebook, shown
from harness.board.environment import Difference, Surroundings, differences, surroundings
from harness.board.given import GivenPlan
from harness.board.links import FILES, RunFolders
from harness.board.matrix import CHANGES, MARKS, STATES, VERDICTS, columns
from harness.board.tonight import timing_changes
from harness.board.trends import TrendTable
from harness.history.model import Cell, FindingRow, History, Night, Test
from harness.results import Verdict

AT_ONCE: Final = 16
"""Nights whose runs are asked for in one go."""
TREND_NIGHTS: Final = 60
"""The newest nights whose timings are on the board: two months."""


def content(
    history: History,
    nights: Sequence[Night],
    folders: RunFolders,
    at: datetime,
    plan: GivenPlan | None = None,
) -> dict[str, Any]:
    """All that the page shows of these nights, given oldest first; it becomes JSON."""
    tests = sorted({cell.test for night in nights for cell in night.cells})
    places = {test: number for number, test in enumerate(tests)}
    attempts, trends, changed = AttemptTable(folders), TrendTable(), _EnvironmentTable()
    trends_from = len(nights) - TREND_NIGHTS
    for first, some in _batches(nights):
        _Batch(history, some, places).into(first, trends_from, attempts, trends, changed)
    return {
        "written": int(at.timestamp()),
        "tests": _tests(tests),
        "nights": _nights(nights, tests),
        "words": _words(),
        **attempts.content(),
        "environment": changed.content(),
        "trends": {**trends.content(), "nights": TREND_NIGHTS},
        "timing": timing_changes(history, nights, places),
        "plan": (plan or GivenPlan()).content(nights),
    }


class _Batch:
    """A few nights, with what the history knows of their runs."""

    def __init__(
        self, history: History, nights: Sequence[Night], places: Mapping[Test, int]
    ) -> None:
        self.nights = nights
        self._history = history
        self._places = places
        cells = [cell for night in nights for cell in night.cells]
        self._runs = {run.id: run for run in history.runs(_run_ids(cells))}
        self._findings: dict[str, list[FindingRow]] = {}
        for row in history.findings(telling_runs(cells)):
            self._findings.setdefault(row.run_id, []).append(row)

    def into(
        self,
        first: int,
        trends_from: int,
        attempts: AttemptTable,
        trends: TrendTable,
        changed: _EnvironmentTable,
    ) -> None:
        """Give the tables what is theirs; `first` is the number of the first of these nights."""
        parts = self._history.environments(sorted({run.environment for run in self._runs.values()}))
        for number, night in enumerate(self.nights, first):
            for cell in sorted(night.cells, key=self._order):
                place = number * len(self._places) + self._places[cell.test]
                attempts.add(place, cell, self._runs, self._findings)
            runs = [self._runs[one] for one in _run_ids(night.cells) if one in self._runs]
            changed.add(number, night.plan, surroundings(runs, parts))
            if number >= trends_from:
                self._add_timings(number, night, trends)

    def _order(self, cell: Cell) -> tuple[int, int]:
        """Rows stand in the order of places: the page looks them up by halving."""
        return self._places[cell.test], cell.repetition

    def _add_timings(self, number: int, night: Night, trends: TrendTable) -> None:
        timings = self._history.timings(_run_ids(night.cells))
        pooled: dict[Test, dict[str, list[float]]] = {}
        ran_in: dict[Test, set[str]] = {}
        for cell in night.cells:
            for run_id in _run_ids([cell]):
                for figure, samples in timings.get(run_id, {}).items():
                    pooled.setdefault(cell.test, {}).setdefault(figure, []).extend(samples)
                if run_id in self._runs:
                    ran_in.setdefault(cell.test, set()).add(self._runs[run_id].environment)
        for test, samples_of in pooled.items():
            environment = frozenset(ran_in.get(test, ()))
            trends.add(self._places[test], number, environment, samples_of)


class _EnvironmentTable:
    """What differs from night to night, each with the one of its plan before it."""

    def __init__(self) -> None:
        self._before: dict[str, Surroundings] = {}
        self._rows: list[tuple[int, Difference]] = []

    def add(self, number: int, plan: str, seen: Surroundings) -> None:
        before = self._before.get(plan)
        if before is not None:
            self._rows += [(number, one) for one in differences(before, seen)]
        self._before[plan] = {**(before or {}), **seen}

    def content(self) -> list[list[Any]]:
        """Night, guest or DLL, part, values before, values after."""
        return [
            [
                number,
                shown(one.of),
                shown(one.part),
                [shown(value) for value in one.before],
                [shown(value) for value in one.after],
            ]
            for number, one in self._rows
        ]


def _batches(nights: Sequence[Night]) -> Iterator[tuple[int, Sequence[Night]]]:
    for first in range(0, len(nights), AT_ONCE):
        yield first, nights[first : first + AT_ONCE]


def _run_ids(cells: Sequence[Cell]) -> list[str]:
    return [one.run_id for cell in cells for one in cell.attempts if one.run_id]


def _tests(tests: Sequence[Test]) -> dict[str, Any]:
    """The parts of each test's name, as numbers of the values there are."""
    found: dict[str, Any] = {}
    for part in ("guest", "radio", "dll", "scenario"):
        book: Codebook[str] = Codebook()
        found[part] = [book.code(shown(getattr(test, part), 120)) for test in tests]
        found[f"{part}s"] = book.values
    return found


def _nights(nights: Sequence[Night], tests: Sequence[Test]) -> dict[str, list[Any]]:
    matrix = columns(nights, tests)
    return {
        "id": [shown(night.id, 80) for night in nights],
        "plan": [shown(night.plan, 120) for night in nights],
        "started": [int(night.started_at.timestamp()) for night in nights],
        "ended": [int(night.ended_at.timestamp()) if night.ended_at else -1 for night in nights],
        "state": [night.state.value for night in nights],
        "verdict": [column.verdict.value for column in matrix],
        "verdicts": [column.verdicts for column in matrix],
        "changes": [column.changes for column in matrix],
        "flags": [column.flags for column in matrix],
    }


def _words() -> dict[str, Mapping[str, str]]:
    """What letters and bits stand for, in the order in which they are shown."""
    return {
        "verdicts": {letter: verdict.value for verdict, letter in VERDICTS.items()},
        "meanings": {verdict.value: verdict.meaning for verdict in Verdict},
        "states": {letter: state.value for state, letter in STATES.items()},
        "changes": {letter: change.value for change, letter in CHANGES.items()},
        "marks": {str(bit): mark.value for mark, bit in MARKS.items()},
        "files": dict(FILES),
    }
