# SPDX-License-Identifier: GPL-2.0-or-later
"""Small nights and cells for the tests of the history."""

from __future__ import annotations

from datetime import UTC, datetime

from harness.history.model import Attempt, Cell, CellState, Mark, Test, deciding
from harness.results import Verdict

AT = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
PLAIN = Test("reference", "hwsim", "acme", "plain")


def attempt(number: int, verdict: Verdict | None, reason: str = "") -> Attempt:
    """An attempt that came to this verdict; None: it was cut off."""
    end = None if verdict is None else AT
    return Attempt(f"a{number}", number, "host/0", AT, end, None, verdict, reason)


def cell(
    *verdicts: Verdict | None, test: Test = PLAIN, repetition: int = 1, mark: Mark | None = None
) -> Cell:
    """A cell whose attempts came to these verdicts; without any it was left out."""
    attempts = tuple(attempt(number, one) for number, one in enumerate(verdicts, 1))
    return Cell(
        position=0,
        test=test,
        repetition=repetition,
        state=CellState.DONE if verdicts else CellState.LEFT_OUT,
        verdict=decides.verdict if (decides := deciding(attempts)) else None,
        mark=mark,
        attempts=attempts,
    )
