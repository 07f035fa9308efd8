# SPDX-License-Identifier: GPL-2.0-or-later
"""A night on one slot: what runs, what is tried again, and what ends it early."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

import pytest

from harness.errors import StoreError
from harness.history.model import Cell, CellState, Crash, Mark, NightState
from harness.history.sql import SqlHistory
from harness.nightly.cell_runner import CellEnd
from harness.nightly.expectation import Expectation
from harness.nightly.ledger import Ledger, now
from harness.nightly.marks import Marks
from harness.nightly.matrix import PlannedCell
from harness.nightly.plan import KnownIssue, RetryConfig
from harness.nightly.scheduler import Bounds, Scheduler
from harness.nightly.slots import Ended, OwnSlot
from harness.results import Verdict
from tests.unit.nightly.samples import ToldRunner, end, planned, result_of

PASS, FAIL, MISS = Verdict.PASS, Verdict.FAIL, Verdict.MISS
ISSUE = KnownIssue(test="*", rules=("POST-05",), reason="known", expires=date(2099, 1, 1))


class Told:
    """Keeps what a person is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def began(self, cell: PlannedCell, slot: str) -> None:
        """See `Progress.began`."""

    def ended(self, cell: PlannedCell, found: Cell, *, again: bool, why: str) -> None:
        """See `Progress.ended`."""
        self.lines.append(f"{cell.test.scenario} {found.verdict} {again} {why}".strip())

    def left_out(self, cells: Iterable[PlannedCell], reason: str) -> None:
        """See `Progress.left_out`."""
        self.lines.append(f"{' '.join(one.test.scenario for one in cells)} left out: {reason}")


def ledger_of(book: SqlHistory, cells: Sequence[PlannedCell], marks: Marks | None = None) -> Ledger:
    """A night of these cells that has begun."""
    night_id = book.begin_night("night", "d", [(one.test, one.repetition) for one in cells], now())
    return Ledger(book, night_id, cells, RetryConfig(), marks or Marks())


def scheduled(
    ledger: Ledger, runner: ToldRunner, bounds: Bounds | None = None, told: Told | None = None
) -> NightState:
    """One pass over what is left."""
    return Scheduler(ledger, OwnSlot(runner), told or Told(), bounds or Bounds()).run()


def verdicts(ledger: Ledger) -> dict[str, list[str]]:
    """What each attempt at each scenario came to."""
    return {
        one.test.scenario: [str(a.verdict) for a in one.attempts] for one in ledger.night().cells
    }


def test_each_cell_is_run_once_and_kept_with_its_run(book: SqlHistory) -> None:
    """In the plan's order; the night is complete."""
    ledger, runner = ledger_of(book, planned("a", "b")), ToldRunner()
    assert scheduled(ledger, runner) is NightState.COMPLETE
    night = ledger.night()
    assert runner.ran == ["a", "b"]
    assert [one.state for one in night.cells] == [CellState.DONE] * 2
    assert night.state is NightState.COMPLETE
    runs = book.runs([one.attempts[0].run_id or "" for one in night.cells])
    assert [one.test for one in runs] == [one.test for one in night.cells]


def test_a_cell_is_named_before_it_runs(book: SqlHistory) -> None:
    """So that one that takes the harness along is known by name."""
    ledger, runner = ledger_of(book, planned("a")), ToldRunner()
    seen: list[Cell] = []
    runner.before = lambda cell: seen.append(ledger.cell(cell))
    scheduled(ledger, runner)
    assert seen[0].state is CellState.RUNNING
    assert [one.ended_at for one in seen[0].attempts] == [None]


def test_a_failure_is_tried_once_more_and_a_pass_then_is_flaky(book: SqlHistory) -> None:
    """Never a third time."""
    runner = ToldRunner({"a": [end(FAIL), end(PASS)], "b": [end(FAIL), end(MISS), end(PASS)]})
    ledger, told = ledger_of(book, planned("a", "b")), Told()
    scheduled(ledger, runner, told=told)
    assert verdicts(ledger) == {"a": ["FAIL", "PASS"], "b": ["FAIL", "MISS"]}
    assert [one.flaky for one in ledger.night().cells] == [True, False]
    assert told.lines == ["a FAIL True", "a PASS False", "b FAIL True", "b FAIL False"]


def test_what_is_expected_to_fail_is_not_tried_again(book: SqlHistory) -> None:
    """Neither a known issue nor a cell that is to fail, whatever came of it."""
    expect = Expectation(("POST-05",))
    cells = [*planned("a"), *planned("b", "c", expect=expect, first=1)]
    told = {"a": [end(FAIL)], "b": [end(PASS, "failed as expected")], "c": [end(Verdict.ERROR)]}
    ledger = ledger_of(book, cells, Marks(issues=(ISSUE,)))
    scheduled(ledger, ToldRunner(told))
    assert verdicts(ledger) == {"a": ["FAIL"], "b": ["PASS"], "c": ["ERROR"]}
    marks = [(one.mark, one.mark_reason) for one in ledger.night().cells]
    assert marks == [
        (Mark.KNOWN_ISSUE, "known"), (Mark.EXPECTED, "failed as expected"), (None, ""),
    ]  # fmt: skip


def test_a_crash_is_neither_muted_nor_tried_again(book: SqlHistory) -> None:
    """It is kept with its attempt."""
    crash = Crash(0xC0000005, ("acme.dll+0x12",))
    ledger = ledger_of(book, planned("a"), Marks(issues=(ISSUE,)))
    scheduled(ledger, ToldRunner({"a": [end(FAIL, crash=crash)]}))
    (cell,) = ledger.night().cells
    assert (len(cell.attempts), cell.attempts[0].crash, cell.mark) == (1, crash, None)


def test_an_interruption_counts_for_nothing_and_the_night_goes_on_later(book: SqlHistory) -> None:
    """As often as a person likes; what was finished is not run again."""
    ledger = ledger_of(book, planned("a", "b", "c"))
    cut = CellEnd(MISS, "cut off", interrupted=True)
    for _ in range(4):
        assert scheduled(ledger, ToldRunner({"b": [cut]})) is NightState.INTERRUPTED
    assert ledger.night().state is NightState.INTERRUPTED
    runner = ToldRunner()
    assert scheduled(ledger, runner) is NightState.COMPLETE
    assert runner.ran == ["b", "c"]
    assert verdicts(ledger) == {"a": ["PASS"], "b": ["SKIP"] * 4 + ["PASS"], "c": ["PASS"]}
    assert not any(one.flaky for one in ledger.night().cells)


def test_ctrl_c_outside_a_run_is_an_interruption_too(book: SqlHistory) -> None:
    """And the cell that was about to run is not counted as killed."""
    ledger = ledger_of(book, planned("a"))
    assert scheduled(ledger, ToldRunner({"a": [KeyboardInterrupt()]})) is NightState.INTERRUPTED
    assert verdicts(ledger) == {"a": ["SKIP"]}
    assert ledger.night().cells[0].state is CellState.PLANNED


def test_a_store_that_keeps_nothing_ends_the_night(book: SqlHistory) -> None:
    """It can be resumed."""
    ledger = ledger_of(book, planned("a", "b"))
    with pytest.raises(StoreError):
        scheduled(ledger, ToldRunner({"a": [StoreError("no room")]}))
    assert ledger.night().state is NightState.INTERRUPTED
    assert scheduled(ledger, ToldRunner()) is NightState.COMPLETE


def test_fail_fast_leaves_the_rest_out_by_name(book: SqlHistory) -> None:
    """After a failure that counts, and its retry."""
    ledger, told = ledger_of(book, planned("a", "b", "c")), Told()
    runner = ToldRunner({"b": [end(FAIL), end(FAIL)]})
    assert scheduled(ledger, runner, Bounds(fail_fast=True), told) is NightState.COMPLETE
    assert runner.ran == ["a", "b", "b"]
    assert told.lines[-1] == "c left out: --fail-fast, after reference/hwsim/sample/b"
    last = ledger.night().cells[-1]
    assert (last.state, last.mark_reason) == (
        CellState.LEFT_OUT, "--fail-fast, after reference/hwsim/sample/b",
    )  # fmt: skip


def test_a_known_failure_does_not_stop_fail_fast(book: SqlHistory) -> None:
    """It does not count."""
    ledger = ledger_of(book, planned("a", "b"), Marks(issues=(ISSUE,)))
    scheduled(ledger, ToldRunner({"a": [end(FAIL)]}), Bounds(fail_fast=True))
    assert verdicts(ledger) == {"a": ["FAIL"], "b": ["PASS"]}


def ticks(*seconds: float) -> Iterator[float]:
    """What a clock shows, look by look."""
    yield from seconds
    while True:
        yield seconds[-1]


def test_when_the_budget_is_used_up_no_cell_begins(book: SqlHistory) -> None:
    """A failure that has no time for its retry keeps its verdict."""
    ledger, runner = ledger_of(book, planned("a", "b", "c")), ToldRunner({"b": [end(FAIL)]})
    clock = ticks(0, 0, 10, 60)
    scheduler = Scheduler(ledger, OwnSlot(runner), Told(), Bounds(budget_s=60), lambda: next(clock))
    assert scheduler.run() is NightState.OVER_BUDGET
    assert verdicts(ledger) == {"a": ["PASS"], "b": ["FAIL"], "c": []}
    states = [one.state for one in ledger.night().cells]
    assert states == [CellState.DONE, CellState.DONE, CellState.LEFT_OUT]


class TwoSlots:
    """Two slots, each done as soon as it is waited for; `lost` names cells that a slot dies of."""

    def __init__(self, lost: Sequence[str] = ()) -> None:
        self._lost = list(lost)
        self._busy: dict[str, PlannedCell] = {}
        self.ran: list[tuple[str, str]] = []

    def idle(self) -> list[str]:
        """See `Slots.idle`."""
        return [name for name in ("one", "two") if name not in self._busy]

    def start(self, slot: str, cell: PlannedCell, *, last: bool) -> None:
        """See `Slots.start`."""
        self._busy[slot] = cell
        self.ran.append((slot, f"{cell.test.dll}/{cell.test.scenario}"))

    def wait(self) -> Ended:
        """See `Slots.wait`."""
        slot = next(iter(self._busy))
        cell = self._busy.pop(slot)
        if cell.test.scenario in self._lost:
            self._lost.remove(cell.test.scenario)
            return Ended(slot, None, f"{slot} went away")
        return Ended(slot, CellEnd(PASS, "", result_of(PASS)))


def test_two_slots_take_groups_of_their_own(book: SqlHistory) -> None:
    """So that each guest is brought up once; who has none left helps out."""
    cells = [*planned("a", "b", "c"), *planned("a", dll="other", first=3)]
    slots = TwoSlots()
    Scheduler(ledger_of(book, cells), slots, Told()).run()
    assert slots.ran == [
        ("one", "sample/a"), ("two", "other/a"), ("one", "sample/b"), ("two", "sample/c"),
    ]  # fmt: skip


def test_a_cell_whose_slot_is_lost_is_run_again(book: SqlHistory) -> None:
    """Its attempt has no end, as one that was killed with the harness."""
    ledger, told = ledger_of(book, planned("a", "b")), Told()
    Scheduler(ledger, TwoSlots(["a"]), told).run()
    assert verdicts(ledger) == {"a": ["None", "PASS"], "b": ["PASS"]}
    assert told.lines[0] == "a None True one went away"
    assert not ledger.night().cells[0].flaky


def test_a_cell_that_kills_three_slots_is_a_finding_of_the_cell(book: SqlHistory) -> None:
    """It is not run again, and nothing is known of the driver."""
    ledger = ledger_of(book, planned("a", "b"))
    assert Scheduler(ledger, TwoSlots(["a"] * 3), Told()).run() is NightState.COMPLETE
    cell = ledger.night().cells[0]
    assert (cell.state, cell.verdict) == (CellState.KILLED, MISS)
    assert cell.attempts[-1].reason == "killed the harness 3 times: not run again"
    assert ledger.night().cells[1].verdict is PASS


def test_a_night_that_was_killed_between_two_lines_is_closed_as_it_would_have_been(
    book: SqlHistory,
) -> None:
    """The attempt had its end, the cell not yet: it is not run again, and has its mark."""
    ledger = ledger_of(book, planned("a", "b"), Marks(issues=(ISSUE,)))
    (cell, other) = ledger.planned
    result = result_of(FAIL)
    book.add_run(result, cell.test, "runs/x")
    attempt = ledger.begin(cell, "one")
    book.end_attempt(attempt, FAIL, "broken", now(), run_id=result.run_id)
    assert ledger.outstanding() == [other]
    closed = ledger.cell(cell)
    assert (closed.state, closed.mark) == (CellState.DONE, Mark.KNOWN_ISSUE)


def test_cells_are_found_by_their_place(book: SqlHistory) -> None:
    """Also with repetitions of one test."""
    twice = [*planned("a"), replace(planned("a")[0], position=1, repetition=2)]
    ledger = ledger_of(book, twice)
    scheduled(ledger, ToldRunner({"a": [end(PASS), end(FAIL), end(FAIL)]}))
    assert [str(one.verdict) for one in ledger.night().cells] == ["PASS", "FAIL"]
