# SPDX-License-Identifier: GPL-2.0-or-later
"""A process that writes nights to a history and says what was acknowledged; and what it leaves.

`python -m tests.history_writer NAME CELLS`, with the place of the history on standard input.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from harness.history.model import CellState, NightState, RunEntry, Test
from harness.history.sql import SqlHistory, open_history, tables
from harness.results import Verdict
from tests.unit.results.samples import NO_COMPLETION, WARNING, association, run

ROOT = Path(__file__).parents[1]
AT = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)


class Writer:
    """Such a process, seen from the test that started it."""

    def __init__(self, place: str, name: str, cells: int) -> None:
        self.name = name
        self.acknowledged: list[int] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.history_writer", name, str(cells)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdin
        self._process.stdin.write(place)
        self._process.stdin.close()

    def go_on(self, cells: int) -> None:
        """Wait until so many more cells are acknowledged, or it has ended."""
        assert self._process.stdout
        for _ in range(cells):
            line = self._process.stdout.readline()
            if not line:
                break
            self.acknowledged.append(int(line))

    def kill(self) -> None:
        """End it in the midst of what it does; what it had said is read still."""
        self._process.kill()
        self.end()

    def end(self) -> int:
        """Its exit status, once it has ended."""
        self.go_on(1_000_000)
        assert self._process.stdout
        self._process.stdout.close()
        return self._process.wait(timeout=60)


def write(place: str, name: str, cells: int) -> None:
    """Write a night of so many cells, and the position of each once it is kept."""
    test = Test("reference", "hwsim", name, "plain")
    with open_history(place) as history:
        night_id = history.begin_night(name, "0" * 64, [(test, n) for n in range(cells)], AT)
        for position in range(cells):
            attempt_id = history.begin_attempt(night_id, position, name, AT)
            result = run(
                association(1, WARNING), association(2, NO_COMPLETION), run_id=f"{name}-{position}"
            )
            entry = RunEntry(result, test, f"/runs/{result.run_id}")
            history.end_attempt(attempt_id, Verdict.FAIL, "", AT, run=entry)
            history.end_cell(night_id, position, CellState.DONE, None, "")
            print(position, flush=True)
        history.end_night(night_id, NightState.COMPLETE, AT)


def check(place: str, writers: list[Writer]) -> None:
    """Nothing that was acknowledged is lost, nothing is doubled, and what there is is whole."""
    with open_history(place) as history:
        nights = {night.plan: night for night in history.nights()}
        assert len(nights) == len(history.nights())
        for writer in writers:
            cells = nights[writer.name].cells if writer.name in nights else ()
            for position in writer.acknowledged:
                (attempt,) = cells[position].attempts
                assert cells[position].state is CellState.DONE
                assert attempt.verdict is Verdict.FAIL
                assert attempt.run_id == f"{writer.name}-{position}"
            assert all(len(cell.attempts) <= 1 for cell in cells)
        runs = {one.id for one in history.runs()}
        assert runs >= {f"{one.name}-{cell}" for one in writers for cell in one.acknowledged}
        tried = (one for night in nights.values() for cell in night.cells for one in cell.attempts)
        assert runs == {one.run_id for one in tried if one.run_id}  # none without its attempt's end
        assert parts_of_runs(history) == dict.fromkeys(runs, (2, 2, 3, 1))


def parts_of_runs(history: SqlHistory) -> dict[str, tuple[int, ...]]:
    """How many associations, findings, figures and rows of samples each run has."""
    found: dict[str, tuple[int, ...]] = {one.id: () for one in history.runs()}
    for table in (tables.associations, tables.findings, tables.timings, tables.samples):
        counted = select(table.c.run_id, func.count()).group_by(table.c.run_id)
        counts = history.database.read(lambda one, asked=counted: one.execute(asked).all())
        assert {run_id for run_id, _ in counts} == found.keys()
        for run_id, count in counts:
            found[run_id] += (count,)
    return found


if __name__ == "__main__":
    write(sys.stdin.read(), sys.argv[1], int(sys.argv[2]))
