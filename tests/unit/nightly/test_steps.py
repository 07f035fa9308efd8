# SPDX-License-Identifier: GPL-2.0-or-later
"""What comes next for a cell, after whatever became of its attempts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.history.model import CellState
from harness.nightly.plan import RetryConfig
from harness.nightly.steps import Step, next_step
from harness.results import Verdict
from tests.unit.history.samples import cell

PASS, FAIL, MISS, SKIP = Verdict.PASS, Verdict.FAIL, Verdict.MISS, Verdict.SKIP


@pytest.mark.parametrize(
    ("attempts", "step"),
    [
        ([], Step.RUN),
        ([PASS], Step.CLOSE),
        ([FAIL], Step.RETRY),
        ([MISS], Step.RETRY),
        ([FAIL, PASS], Step.CLOSE),
        ([FAIL, FAIL], Step.CLOSE),
        ([SKIP], Step.RUN),
        ([SKIP, SKIP, SKIP, SKIP], Step.RUN),  # a person may interrupt as often as he likes
        ([FAIL, SKIP], Step.RUN),
        ([None], Step.RUN),
        ([None, None], Step.RUN),
        ([None, None, None], Step.GIVE_UP),
        ([FAIL, None], Step.RUN),
        ([None, FAIL], Step.RETRY),
        ([None, None, FAIL], Step.CLOSE),
        ([None, None, MISS], Step.CLOSE),  # also one that was given up, but not yet closed
        ([None, PASS], Step.CLOSE),
    ],
)
def test_the_attempts_say_what_comes_next(attempts: list[Verdict | None], step: Step) -> None:
    """One retry of a failure; an attempt without an end was cut off by a kill."""
    found = replace(cell(*attempts), state=CellState.RUNNING)
    assert next_step(found, RetryConfig(), may_retry=True) is step


def test_no_retry_where_it_is_not_wanted_or_failure_is_expected() -> None:
    """By the plan, or as the failure is known."""
    failed = replace(cell(FAIL), state=CellState.RUNNING)
    assert next_step(failed, RetryConfig(), may_retry=False) is Step.CLOSE
    assert next_step(failed, RetryConfig(count=0), may_retry=True) is Step.CLOSE
    assert next_step(failed, RetryConfig(of=("MISS",)), may_retry=True) is Step.CLOSE


@pytest.mark.parametrize("state", [CellState.DONE, CellState.KILLED, CellState.LEFT_OUT])
def test_a_cell_that_is_over_is_left_alone(state: CellState) -> None:
    """Whatever its attempts are."""
    assert (
        next_step(replace(cell(FAIL), state=state), RetryConfig(), may_retry=True) is Step.NOTHING
    )
