# SPDX-License-Identifier: GPL-2.0-or-later
"""Which associations are drawn."""

from __future__ import annotations

from harness.report.selection import ALL_UP_TO, MOST_WRONG, SAMPLE, select
from harness.results import AssociationResult, Verdict


def made(count: int, wrong: set[int] = frozenset()) -> list[AssociationResult]:  # type: ignore[assignment]
    """So many associations; the handshake of number n takes n milliseconds."""
    return [
        AssociationResult(
            index=n,
            verdict=Verdict.FAIL if n in wrong else Verdict.PASS,
            timing_us={"handshake": n * 1000.0},
        )
        for n in range(1, count + 1)
    ]


def test_a_small_run_is_drawn_whole() -> None:
    """Up to the limit nothing is left out and nothing is said."""
    chosen = select(made(ALL_UP_TO))
    assert chosen.indices == tuple(range(1, ALL_UP_TO + 1))
    assert chosen.note == ""


def test_a_large_run_draws_the_wrong_ones_the_extremes_and_a_sample() -> None:
    """What went wrong, the fastest, the slowest, the first, the last; and it is said."""
    chosen = select(made(1000, {500, 501}))
    assert {1, 500, 501, 1000} <= set(chosen.indices)
    assert len(chosen.indices) <= 2 + SAMPLE + 2
    assert chosen.note.startswith("Of 1000 associations the report draws all 2 that did not pass")


def test_a_large_run_that_fails_throughout() -> None:
    """Even then the report stays small, and says that not all are drawn."""
    chosen = select(made(1000, set(range(1, 1001))))
    assert len(chosen.indices) == MOST_WRONG
    assert f"the first {MOST_WRONG} of the 1000" in chosen.note


def test_a_large_run_without_fault() -> None:
    """No word of failures where there are none."""
    assert "did not pass" not in select(made(200)).note
