# SPDX-License-Identifier: GPL-2.0-or-later
"""A night from its plan to what is told of it, without a lab."""

from __future__ import annotations

import contextlib
import errno
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from harness.console import PlainConsole
from harness.errors import LabFault, StoreError, UsageError
from harness.history.model import CellState, Crash, NightState
from harness.history.sql import SqlHistory
from harness.nightly.cell_runner import CellEnd
from harness.nightly.matrix import PlannedCell
from harness.nightly.night import NightOptions, chosen, exit_code, run_night, run_nights
from harness.nightly.opening import Resume
from harness.nightly.plan import KnownIssue, Plan
from harness.nightly.slots import OwnSlot, Slots
from harness.nightly.steps import KILLS
from harness.nightly.summary import NightReport
from harness.results import Verdict
from tests.unit.nightly.samples import PLAN, Ends, ToldRunner, end, planned, result_of
from tests.unit.results.samples import NO_COMPLETION, association

PASS, FAIL, MISS = Verdict.PASS, Verdict.FAIL, Verdict.MISS
CELLS = planned("a", "b")


class Nights:
    """Nights of one plan, one after the other."""

    def __init__(self, book: SqlHistory, runs: Path) -> None:
        self.book, self.runs = book, runs
        self.said = io.StringIO()
        self.runner = ToldRunner()

    def run(
        self,
        told: dict[str, Ends] | None = None,
        *,
        plan: Plan = PLAN,
        cells: Sequence[PlannedCell] = CELLS,
        **options: object,
    ) -> NightReport:
        """The next night."""
        self.runner = ToldRunner(told)
        return self.go_on(plan=plan, cells=cells, **options)

    def go_on(
        self, *, plan: Plan = PLAN, cells: Sequence[PlannedCell] = CELLS, **options: object
    ) -> NightReport:
        """The next night, or the one that did not end, with the runner there is."""

        @contextlib.contextmanager
        def slots() -> Iterator[Slots]:
            yield OwnSlot(self.runner)

        asked = NightOptions(**options)  # type: ignore[arg-type]
        cells = chosen(self.book, plan, cells, asked)
        console = PlainConsole(self.said)
        return run_nights(plan, cells, self.book, self.runs, slots, console, asked)


@pytest.fixture
def nights(book: SqlHistory, tmp_path: Path) -> Nights:
    """With a history of their own."""
    return Nights(book, tmp_path)


def text(report: NightReport) -> str:
    """What is told at the end."""
    return "\n".join(report.lines())


def test_a_first_night_has_nothing_to_be_compared_with(nights: Nights) -> None:
    """All passed: the gate holds."""
    report = nights.run()
    assert exit_code(report) == 0
    assert "first night of this plan" in text(report)
    assert "2 of 2 cells" in text(report)
    assert text(report).endswith("gate: holds")
    assert "1/2  PASS  reference/hwsim/sample/a" in nights.said.getvalue()


def test_the_next_says_what_changed_with_report_and_repro_line(nights: Nights) -> None:
    """A regression, then its fix."""
    nights.run()
    worse = nights.run({"b": [end(FAIL, "no completion"), end(FAIL, "no completion")]})
    assert exit_code(worse) == 1
    told = text(worse)
    assert "1 regression" in told
    assert "  regression     reference/hwsim/sample/b: PASS → FAIL" in told
    assert "FAIL  reference/hwsim/sample/b, after FAIL" in told
    assert "/runs/somewhere/report.html" in told
    assert "again:  ./hil run --scenario plain" in told
    better = nights.run()
    assert "fixed          reference/hwsim/sample/b: FAIL → PASS" in text(better)
    assert exit_code(better) == 0
    assert "nothing changed, and nothing fails" in text(nights.run())


def test_a_flaky_test_is_no_plain_pass(nights: Nights) -> None:
    """It is told with the failure that it had, and with what its run left."""
    nights.run()
    report = nights.run({"a": [end(FAIL, "once in a while"), end(PASS)]})
    assert "newly flaky    reference/hwsim/sample/a: PASS → PASS, flaky" in text(report)
    assert "PASS  reference/hwsim/sample/a, after FAIL, flaky\n      once in a while" in text(
        report
    )
    assert "2 PASS, 1 flaky" in text(report)
    assert exit_code(report) == 0


def test_a_pass_after_the_lab_broke_is_told_and_is_no_flaky_test(nights: Nights) -> None:
    """With what broke."""
    nights.run()
    report = nights.run({"a": [end(MISS, "SSH gone"), end(PASS)]})
    assert "PASS  reference/hwsim/sample/a, after MISS\n      SSH gone" in text(report)
    assert "flaky" not in text(report)


def test_a_known_issue_is_shown_and_does_not_fail_the_night(nights: Nights) -> None:
    """An expired one fails it, and says so before and after."""
    issue = KnownIssue(test="*/a", rules=("POST-05",), reason="A-1", expires=date(2099, 1, 1))
    plan = PLAN.model_copy(update={"known_issue": (issue,)})
    report = nights.run({"a": [end(FAIL)]}, plan=plan)
    assert exit_code(report) == 0
    assert "FAIL  reference/hwsim/sample/a, known issue: A-1" in text(report)
    expired = issue.model_copy(update={"expires": date(2020, 1, 1)})
    plan = PLAN.model_copy(update={"known_issue": (expired,)})
    report = nights.run({"a": [end(FAIL), end(FAIL)]}, plan=plan)
    assert exit_code(report) == 1
    assert "known issue expired on 2020-01-01 and mutes nothing" in text(report)
    assert "known issue expired on 2020-01-01 and mutes nothing" in nights.said.getvalue()


def test_a_retry_that_is_known_excuses_no_other_failure_before_it(nights: Nights) -> None:
    """What broke at the first try was not known, whatever the second one broke."""
    issue = KnownIssue(test="*/a", rules=("POST-05",), reason="A-1", expires=date(2099, 1, 1))
    plan = PLAN.model_copy(update={"known_issue": (issue,)})
    found = NO_COMPLETION.model_copy(update={"rule": "POST-01"})
    broken = result_of(FAIL).model_copy(update={"associations": (association(1, found),)})
    other = CellEnd(FAIL, "another rule", broken, Path("runs/somewhere"))
    report = nights.run({"a": [other, end(FAIL)]}, plan=plan)
    assert report.night.cells[0].mark is None
    assert exit_code(report) == 1
    again = nights.run({"a": [end(MISS), end(FAIL)]}, plan=plan)
    assert exit_code(again) == 0


def test_a_lab_that_breaks_at_the_retry_takes_no_failure_back(nights: Nights) -> None:
    """Something was found, and stays a regression; the retry only told nothing of it."""
    nights.run()
    report = nights.run({"a": [end(FAIL, "broke"), end(MISS, "no guest")]})
    assert report.night.cells[0].verdict is FAIL
    assert exit_code(report) == 1
    assert "regression     reference/hwsim/sample/a: PASS → FAIL" in text(report)
    assert "FAIL  reference/hwsim/sample/a, then MISS\n      broke" in text(report)


def test_a_failure_whose_retry_was_interrupted_stays_one(nights: Nights) -> None:
    """Also where the night that goes on has no time for another."""
    cut = CellEnd(MISS, "", interrupted=True)
    nights.run({"a": [end(FAIL), cut]})
    report = nights.run(budget_s=0.0)
    assert report.night.cells[0].verdict is FAIL
    assert exit_code(report) == 1


def test_a_crash_is_told_with_the_nights_it_was_seen_in(nights: Nights) -> None:
    """By its code and first frames."""
    crash = Crash(0xC0000005, ("acme.dll+0x12",))
    nights.run({"a": [end(FAIL, crash=crash)]})
    report = nights.run({"b": [end(FAIL, crash=crash)]})
    assert (
        "crash 0xC0000005 acme.dll+0x12: in reference/hwsim/sample/b; seen in 2 nights" in
        text(report)
    )  # fmt: skip


def test_an_interrupted_night_is_resumed_by_the_same_command(nights: Nights) -> None:
    """And is no night to compare with."""
    cut = nights.run({"b": [CellEnd(MISS, "", interrupted=True)]})
    assert exit_code(cut) == 3
    assert text(cut).endswith("interrupted: the same command goes on with it")
    assert "night: 1 of 2 cells" in text(cut)  # the one that was cut off did not run
    report = nights.run()
    assert nights.runner.ran == ["b"]
    assert report.night.id == cut.night.id
    assert "resumes night" in nights.said.getvalue()
    assert "first night of this plan" in text(report)


def test_the_tests_that_did_not_pass_are_run_again_alone(nights: Nights) -> None:
    """Until they pass; that night does not stand between two full ones."""
    with pytest.raises(UsageError, match="there is no night of night yet"):
        nights.run(last_failed=True)
    nights.run({"a": [end(FAIL)] * 2, "b": [end(FAIL), end(PASS)]})
    nights.run({"a": [end(FAIL)] * 2}, last_failed=True)
    assert nights.runner.ran == ["a", "a", "b"]
    report = nights.run(last_failed=True)
    assert nights.runner.ran == ["a"]
    assert "fixed          reference/hwsim/sample/a" in text(report)
    assert "disappeared" not in text(report)
    with pytest.raises(UsageError, match="passed"):
        nights.run(last_failed=True)
    assert "fixed          reference/hwsim/sample/a" in text(nights.run())


def test_what_was_left_out_did_not_pass(nights: Nights) -> None:
    """Whatever it was left out for, it is run by --last-failed."""
    nights.run({"a": [end(FAIL)] * 2}, fail_fast=True)
    nights.run(budget_s=0.0, last_failed=True)
    assert nights.runner.ran == []
    nights.run(last_failed=True, resume=Resume.NEVER)
    assert nights.runner.ran == ["a", "b"]


def test_what_cannot_be_run_is_left_out_with_its_reason(nights: Nights) -> None:
    """The others run, and the gate holds; it is no failure that --last-failed would run again."""
    cells = [replace(CELLS[0], unfit="cannot be run with the radio rt3070"), CELLS[1]]
    report = nights.run(cells=cells)
    assert nights.runner.ran == ["b"]
    assert (report.night.state, report.gate.holds) == (NightState.COMPLETE, True)
    left = report.night.cells[0]
    assert (left.state, left.verdict) == (CellState.LEFT_OUT, None)
    assert "left out, cannot be run with the radio rt3070:\n  reference/hwsim/sample/a" in text(
        report
    )
    with pytest.raises(UsageError, match="passed"):
        nights.run(cells=cells, last_failed=True)


def test_slots_that_are_not_there_begin_no_night(nights: Nights) -> None:
    """Nothing is left of it in the history."""

    def no_slots() -> contextlib.AbstractContextManager[Slots]:
        raise UsageError("--scheduler tcp://none: no answer")

    with pytest.raises(UsageError, match="no answer"):
        run_night(
            PLAN, CELLS, nights.book, nights.runs, no_slots, PlainConsole(nights.said),
            NightOptions(),
        )  # fmt: skip
    assert nights.book.nights() == []


class NoneFit:
    """A cluster none of whose workers may run cells."""

    def idle(self) -> list[str]:
        """See `Slots.idle`."""
        raise LabFault("a worker for the cells of the night", 120, "lab2: qemu: not found")


def test_workers_that_are_not_fit_begin_no_night(nights: Nights) -> None:
    """What they lack is told before the history has a night of which nothing can come."""

    def none_fit() -> contextlib.AbstractContextManager[Slots]:
        return contextlib.nullcontext(cast(Slots, NoneFit()))

    with pytest.raises(LabFault, match="qemu: not found"):
        run_nights(
            PLAN, CELLS, nights.book, nights.runs, none_fit, PlainConsole(nights.said),
            NightOptions(),
        )  # fmt: skip
    assert nights.book.nights() == []


def test_until_failure_runs_night_after_night(nights: Nights) -> None:
    """Each is a night of its own; the budget is that of all together."""
    passes: Ends = [end(PASS), end(PASS), end(FAIL), end(FAIL)]
    report = nights.run({"a": passes}, until_failure=True)
    assert nights.runner.ran == ["a", "b", "a", "b", "a", "a", "b"]
    assert exit_code(report) == 1
    assert len(nights.book.nights()) == 3
    assert nights.run(until_failure=True, budget_s=0.001).night.state is NightState.OVER_BUDGET


def test_a_night_in_which_nothing_ran_is_no_good_one(nights: Nights) -> None:
    """Those left out are named."""
    report = nights.run(budget_s=0.0, resume=Resume.NEVER)
    assert exit_code(report) == 3
    assert "left out, the time budget of 0 s is used up:" in text(report)
    assert "  reference/hwsim/sample/b" in text(report)
    assert "0 of 2 cells ran: 1 must" in text(report)


def broken(nights: Nights, monkeypatch: pytest.MonkeyPatch, *calls: str) -> None:
    """A night whose history takes nothing more from its second cell on."""

    def full(*_: object, **__: object) -> None:
        raise StoreError("history x: the disk is full")

    def fill(cell: PlannedCell) -> None:
        if cell.position == 1:
            for name in calls:
                patch.setattr(nights.book, name, full)

    with monkeypatch.context() as patch:
        nights.runner.before = fill
        with pytest.raises(StoreError, match="disk is full"):
            nights.go_on()


WRITES = ("begin_attempt", "end_attempt", "end_cell", "end_night")


@pytest.mark.parametrize("times", [1, 3, 4])
def test_a_cell_that_a_full_disk_or_a_lost_server_cut_off_killed_nothing(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """However often: the history could not be told so at the time, but is when the night goes on.
    The first cell is not run again."""
    for _ in range(times):
        nights.runner = ToldRunner()
        broken(nights, monkeypatch, *WRITES)
    report = nights.run()
    assert nights.runner.ran == ["b"]
    assert report.night.state is NightState.COMPLETE
    cell = report.night.cells[1]
    assert [one.verdict for one in cell.attempts] == [Verdict.SKIP] * times + [PASS]
    assert {one.reason for one in cell.attempts[:-1]} == {"the history could not be written"}


def test_a_cell_that_killed_is_not_taken_for_one_that_was_cut_off(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was noted of an earlier attempt says nothing of the one that killed the harness."""
    broken(nights, monkeypatch, *WRITES)
    for _ in range(KILLS):
        nights.runner = ToldRunner({"b": [SystemExit()]})  # as good as a kill: nothing is kept
        with pytest.raises(SystemExit):
            nights.go_on()
    cell = nights.run().night.cells[1]
    assert nights.runner.ran == []
    assert cell.state is CellState.KILLED
    assert [one.verdict for one in cell.attempts] == [Verdict.SKIP, None, None, MISS]


def test_an_attempt_that_may_have_been_named_is_taken_back(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server took it, and was gone before it answered."""
    begin = nights.book.begin_attempt

    def lost(*told: Any) -> str:
        begin(*told)
        raise StoreError("history x: server closed the connection")

    nights.runner = ToldRunner()
    with monkeypatch.context() as patch:
        patch.setattr(nights.book, "begin_attempt", lost)
        with pytest.raises(StoreError, match="server closed"):
            nights.go_on()
    cell = nights.run().night.cells[0]
    assert [one.verdict for one in cell.attempts] == [Verdict.SKIP, PASS]


def test_a_full_disk_under_what_is_printed_cuts_off_no_cell(nights: Nights) -> None:
    """The night ends in order, and can be resumed."""
    nights.runner = ToldRunner({"b": [OSError(errno.ENOSPC, "No space left on device")]})
    with pytest.raises(OSError, match="No space"):
        nights.go_on()
    cell = nights.run().night.cells[1]
    assert [one.verdict for one in cell.attempts] == [Verdict.SKIP, PASS]
