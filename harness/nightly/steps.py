# SPDX-License-Identifier: GPL-2.0-or-later
"""What is to be done next for a cell, from what the history has of it. Pure.

A night that goes on and one that is resumed ask the same question, so nothing can be lost between
them: whatever moment the harness was killed at, the history alone says what is left to do.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from harness.history.model import Cell, CellState
from harness.nightly.plan import RetryConfig
from harness.results import Verdict

KILLS: Final = 3
"""A cell that took the harness (or a worker) with it so often is not run again."""


class Step(Enum):
    """What comes next for a cell."""

    RUN = auto()
    RETRY = auto()
    """It did not pass, and gets another try."""
    CLOSE = auto()
    """Its last attempt is its verdict."""
    GIVE_UP = auto()
    """It killed whoever ran it, again and again: that is its finding."""
    NOTHING = auto()
    """It is over."""


def next_step(cell: Cell, retry: RetryConfig, *, may_retry: bool) -> Step:
    """What comes next for a cell that nobody runs at the moment.

    `may_retry` is False where the failure of its last attempt is expected, known, or a crash.
    """
    if cell.state in (CellState.DONE, CellState.KILLED, CellState.LEFT_OUT):
        return Step.NOTHING
    last = cell.attempts[-1] if cell.attempts else None
    if last is None or last.verdict is Verdict.SKIP:
        return Step.RUN
    kills = sum(one.ended_at is None for one in cell.attempts)
    if last.verdict is None:
        return Step.RUN if kills < KILLS else Step.GIVE_UP
    again = may_retry and last.verdict.value in retry.of
    # What killed twice and then did not is not tried once more
    if again and len(cell.judged) <= retry.count and kills < KILLS - 1:
        return Step.RETRY
    return Step.CLOSE
