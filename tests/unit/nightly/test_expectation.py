# SPDX-License-Identifier: GPL-2.0-or-later
"""Cells that are to fail: when they did, and what it is called when they did not."""

from __future__ import annotations

import pytest

from harness.nightly.expectation import Expectation, held_against
from harness.results import Verdict

PASS, FAIL, MISS, ERROR = Verdict.PASS, Verdict.FAIL, Verdict.MISS, Verdict.ERROR
NONE: frozenset[str] = frozenset()
POST = frozenset({"POST-05"})
BOTH = frozenset({"POST-05", "KEY-01"})


@pytest.mark.parametrize(
    ("rules", "verdict", "broken", "blaming", "outcome"),
    [
        (("POST-05",), FAIL, POST, POST, PASS),
        (("POST-05",), FAIL, BOTH, BOTH, FAIL),  # more is wrong than should be
        (("POST-05",), FAIL, BOTH, POST, PASS),  # a warning beside it blames nobody
        (("POST-05",), PASS, POST, NONE, PASS),  # a rule that only warns was found
        (("POST-05",), PASS, NONE, NONE, ERROR),  # the checker is blind
        (("POST-05",), MISS, NONE, NONE, MISS),  # the lab broke: nothing is known
        (("POST-05",), ERROR, NONE, NONE, ERROR),
        ((), FAIL, BOTH, BOTH, PASS),
        ((), PASS, NONE, NONE, ERROR),
        ((), MISS, NONE, NONE, MISS),
    ],
)
def test_a_cell_that_is_to_fail_passes_if_it_fails_as_it_should(
    rules: tuple[str, ...],
    verdict: Verdict,
    broken: frozenset[str],
    blaming: frozenset[str],
    outcome: Verdict,
) -> None:
    """By these rules and no other; a lab that broke stays one."""
    assert held_against(Expectation(rules), verdict, "why", broken, blaming)[0] is outcome


def test_a_cell_that_is_to_pass_is_what_its_run_is() -> None:
    """Whatever was found."""
    assert held_against(None, FAIL, "why", POST, POST) == (FAIL, "why")
    assert held_against(None, PASS, "why", POST, NONE) == (PASS, "why")


def test_it_says_what_was_not_found_and_what_was_too_much() -> None:
    """By the names of the rules."""
    assert held_against(Expectation(("KEY-01",)), PASS, "All obeyed.", NONE, NONE)[1] == (
        "expected to fail, but KEY-01 was not found: All obeyed."
    )
    assert held_against(Expectation(("KEY-01",)), FAIL, "x", BOTH, BOTH)[1] == (
        "more is broken than expected, POST-05: x"
    )
