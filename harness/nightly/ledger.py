# SPDX-License-Identifier: GPL-2.0-or-later
"""The books of a night: which cell may run, what came of it, and what that means.

All is written to the history at once, and in such an order that a kill between two lines loses
nothing: the attempt is named before it runs, its run is kept together with its end, and what a cell
came to is worked out again from its attempts whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol, final

from harness.history.model import (
    Attempt,
    Cell,
    CellState,
    History,
    Mark,
    Night,
    NightState,
    RunEntry,
    Writer,
)
from harness.nightly.aside import CutOff
from harness.nightly.cell_runner import CellEnd
from harness.nightly.marks import Marked, Marks
from harness.nightly.matrix import PlannedCell
from harness.nightly.plan import RetryConfig
from harness.nightly.steps import KILLS, Step, next_step
from harness.results import Verdict

KILLED_REASON: Final = f"killed the harness {KILLS} times: not run again"
INTERRUPTED_REASON: Final = "interrupted"
CUT_OFF_REASON: Final = "the history could not be written"


class Book(History, Writer, Protocol):
    """A history that can be read and written."""


def now() -> datetime:
    """The time, as the history has it."""
    return datetime.now(UTC)


@final
@dataclass(frozen=True, slots=True)
class Ledger:
    """A night that is kept in a history."""

    history: Book
    night_id: str
    planned: Sequence[PlannedCell]
    retry: RetryConfig
    marks: Marks

    def night(self) -> Night:
        """The night with all that has been kept of its cells so far."""
        return self.history.night(self.night_id)

    def outstanding(self) -> list[PlannedCell]:
        """The cells that are left to run, in order; what is decided already is closed, and what
        its lab cannot run is left out."""
        for one in self.planned:
            if one.unfit:
                self.leave_out(one, one.unfit)
        return [self.planned[one.position] for one in self.night().cells if self._runs_on(one)]

    def begin(self, cell: PlannedCell, shard: str) -> str:
        """Name the cell that is about to run; the attempt's id."""
        return self.history.begin_attempt(self.night_id, cell.position, shard, now())

    def end(self, cell: PlannedCell, attempt_id: str, end: CellEnd) -> bool:
        """Keep what came of an attempt; whether the cell is to be run again."""
        run = None
        if end.result is not None and end.path is not None:
            run = RunEntry(end.result, cell.test, str(end.path.absolute()))
        self.history.end_attempt(
            attempt_id, end.verdict, end.reason, now(), run=run, crash=end.crash
        )
        return self.runs_again(cell)

    def runs_again(self, cell: PlannedCell) -> bool:
        """Whether a cell that nobody runs is to be run (again); if not, it is closed."""
        return self._runs_on(self.cell(cell))

    def take_back(
        self, cell: PlannedCell, attempt_id: str, reason: str = INTERRUPTED_REASON
    ) -> None:
        """An attempt was cut off, and not by its cell: it counts for nothing."""
        self.history.end_attempt(attempt_id, Verdict.SKIP, reason, now())
        self.history.end_cell(self.night_id, cell.position, CellState.PLANNED, None, "")

    def take_back_all(self, cut_off: CutOff | None) -> None:
        """Take back what the process before this one could not, if it ran this night."""
        if cut_off is None or cut_off.night_id != self.night_id:
            return
        cells = self.night().cells
        for position, began in cut_off.begun.items():
            last = cells[position].attempts[-1:] if position < len(cells) else ()
            for one in last:
                if one.ended_at is None and one.started_at >= began:
                    self.take_back(self.planned[position], one.id, CUT_OFF_REASON)

    def leave_out(self, cell: PlannedCell, reason: str) -> None:
        """The cell does not run (again) tonight; one that has a verdict keeps it."""
        found = self.cell(cell)
        if found.judged:
            self._close(found)
        else:
            self.history.end_cell(
                self.night_id, cell.position, CellState.LEFT_OUT, None, reason
            )  # fmt: skip

    def end_night(self, state: NightState) -> None:
        """Keep how the night ended."""
        self.history.end_night(self.night_id, state, now())

    def cell(self, cell: PlannedCell) -> Cell:
        """A cell with its attempts so far, as the history has it at its position."""
        return self.night().cells[cell.position]

    def _runs_on(self, cell: Cell) -> bool:
        last = cell.judged[-1] if cell.judged else None
        planned = self.planned[cell.position]
        may_retry = not (planned.expect or (last and (last.crash or self._marked(planned, last))))
        step = next_step(cell, self.retry, may_retry=may_retry)
        if step is Step.CLOSE:
            self._close(cell)
        elif step is Step.GIVE_UP:
            self.history.end_attempt(cell.attempts[-1].id, Verdict.MISS, KILLED_REASON, now())
            self.history.end_cell(
                self.night_id, cell.position, CellState.KILLED, None, KILLED_REASON
            )  # fmt: skip
        return step in (Step.RUN, Step.RETRY)

    def _close(self, cell: Cell) -> None:
        planned = self.planned[cell.position]
        *before, last = cell.judged
        failed = [one for one in before if one.verdict is Verdict.FAIL]
        covered = all(self._marked(planned, one) for one in failed)
        marked = self._marked(planned, last) if covered else None
        mark, reason = (marked.mark, marked.reason) if marked else (None, "")
        self.history.end_cell(self.night_id, cell.position, CellState.DONE, mark, reason)

    def _marked(self, planned: PlannedCell, attempt: Attempt) -> Marked | None:
        """What is known of how an attempt ended."""
        verdict = attempt.verdict
        assert verdict is not None
        if planned.expect is not None:
            found = Marked(Mark.EXPECTED, attempt.reason)
            return found if verdict is Verdict.PASS else None
        if verdict is not Verdict.FAIL:
            return self.marks.of(planned.test, verdict, (), crashed=attempt.crash is not None)
        rows = self.history.findings([attempt.run_id]) if attempt.run_id else ()
        blaming = [one.rule for one in rows if one.severity == "FAIL"]
        return self.marks.of(
            planned.test, verdict, blaming, crashed=attempt.crash is not None
        )  # fmt: skip
