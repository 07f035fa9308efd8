# SPDX-License-Identifier: GPL-2.0-or-later
"""When a night is good enough, and the exit code that says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.history.model import Cell, CellState, Crash, Mark
from harness.nightly.gate import judge_night
from harness.nightly.plan import GateConfig
from harness.results import Verdict
from tests.unit.history.samples import cell

PASS, FAIL, MISS, ERROR = Verdict.PASS, Verdict.FAIL, Verdict.MISS, Verdict.ERROR
KNOWN = cell(FAIL, mark=Mark.KNOWN_ISSUE)


def crashed(one: Cell) -> Cell:
    """The cell, with a crash at its first try."""
    first, *others = one.attempts
    return replace(one, attempts=(replace(first, crash=Crash(0xC0000005)), *others))


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([cell(PASS)], 0),
        ([cell(PASS), KNOWN], 0),
        ([KNOWN], 0),
        ([cell(PASS, mark=Mark.EXPECTED)], 0),
        ([crashed(cell(PASS, mark=Mark.EXPECTED))], 0),
        ([cell(FAIL, PASS)], 0),
        ([cell(PASS), cell(FAIL, FAIL)], 1),
        ([cell(PASS), cell(FAIL), cell(MISS), cell(ERROR)], 1),
        ([cell(PASS), cell(ERROR), cell(MISS)], 2),
        ([cell(PASS), cell(MISS)], 3),
        ([cell()], 3),
        ([], 3),
        ([cell(Verdict.SKIP)], 3),
        ([crashed(cell(FAIL, PASS))], 1),
    ],
)
def test_the_worst_that_counts_makes_the_exit_code(cells: list[Cell], code: int) -> None:
    """A mark does not count, a crash always does, and nothing at all is no good night."""
    assert judge_night(GateConfig(), cells, 60).exit_code == code


def test_so_many_may_fail() -> None:
    """Each limit of the gate, kept and passed."""
    cells = [cell(PASS), cell(PASS), cell(FAIL), cell(FAIL, PASS)]
    for gate, holds in (
        (GateConfig(max_failures=1), True),
        (GateConfig(max_failures=1, success_rate=75), True),
        (GateConfig(max_failures=1, success_rate=76), False),
        (GateConfig(max_failures=1, max_flaky=1), True),
        (GateConfig(max_failures=1, max_flaky=0), False),
        (GateConfig(max_failures=1, min_tests=4), True),
        (GateConfig(max_failures=1, min_tests=5), False),
        (GateConfig.model_validate({"max_failures": 1, "max_duration": "60s"}), True),
        (GateConfig.model_validate({"max_failures": 1, "max_duration": "59s"}), False),
    ):
        assert judge_night(gate, cells, 60).holds is holds, gate


def test_a_night_that_is_too_slow_or_too_small_blames_nobody() -> None:
    """It is the lab's doing, not the driver's."""
    slow = GateConfig.model_validate({"max_duration": "1s"})
    assert judge_night(slow, [cell(PASS)], 60).exit_code == 3
    assert judge_night(GateConfig(min_tests=2), [cell(PASS), cell()], 60).exit_code == 3


def test_only_cells_that_broke_a_limit_make_the_exit_code() -> None:
    """A failure that the gate allows blames no driver for a night that took too long."""
    slow = {"max_failures": 1, "max_duration": "1s"}
    for cells in ([cell(PASS), cell(FAIL)], [cell(FAIL, PASS)]):
        assert judge_night(GateConfig.model_validate(slow), cells, 60).exit_code == 3
    small = GateConfig(max_failures=1, min_tests=3)
    assert judge_night(small, [cell(PASS), cell(FAIL), cell()], 60).exit_code == 3
    flaky = GateConfig(max_failures=1, max_flaky=0)
    assert judge_night(flaky, [cell(ERROR, PASS), cell(FAIL)], 60).exit_code == 2
    assert judge_night(flaky, [cell(MISS, PASS), cell(FAIL)], 60).holds
    assert judge_night(flaky, [cell(FAIL, PASS), cell(MISS)], 60).exit_code == 1
    rate = GateConfig(max_failures=2, success_rate=90)
    assert judge_night(rate, [cell(PASS), cell(FAIL)], 60).exit_code == 1


def test_where_nothing_counts_there_is_no_rate() -> None:
    """All that failed is known: no percentage of it is too low."""
    assert judge_night(GateConfig(success_rate=99.5), [KNOWN], 60).holds


def test_it_says_what_did_not_hold() -> None:
    """With what was found and what may be."""
    killed = replace(cell(None, None, MISS), state=CellState.KILLED)
    found = judge_night(GateConfig(min_tests=3), [cell(FAIL), killed], 60)
    assert found.broken == ("1 FAIL, 1 MISS: 0 may fail", "2 of 2 cells ran: 3 must")
