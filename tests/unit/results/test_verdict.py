# SPDX-License-Identifier: GPL-2.0-or-later
"""Verdicts: priority, combination, exit codes."""

from __future__ import annotations

import itertools

import pytest

from harness.results import Verdict, association_verdict, combine, run_verdict

F, E, M, P, D, S = Verdict


def test_priority_is_kcidbs() -> None:
    """FAIL > ERROR > MISS > PASS > DONE > SKIP, in every pair and order."""
    order = ["FAIL", "ERROR", "MISS", "PASS", "DONE", "SKIP"]
    assert [verdict.value for verdict in sorted(Verdict, key=lambda v: v.priority)] == order
    for high, low in itertools.combinations(Verdict, 2):
        assert combine([low, high]) is combine([high, low]) is high


def test_nothing_to_combine_is_no_verdict() -> None:
    """No verdict is invented where there is none."""
    assert combine([]) is None


@pytest.mark.parametrize(
    ("verdict", "code"), [(P, 0), (D, 0), (S, 0), (F, 1), (E, 2), (M, 3)]
)  # fmt: skip
def test_exit_codes(verdict: Verdict, code: int) -> None:
    """0 nothing wrong, 1 driver, 2 test, 3 lab."""
    assert verdict.exit_code == code


@pytest.mark.parametrize(
    ("severities", "lab_fault", "error", "judged", "expected"),
    [
        ([], False, False, True, P),
        (["WARN"], False, False, True, P),
        (["WARN", "FAIL"], False, False, True, F),
        ([], True, False, True, M),
        ([], True, True, True, E),
        (["FAIL"], True, True, True, F),
        (["WARN", "MISS"], False, False, True, M),
        (["MISS", "FAIL"], False, False, True, F),
        ([], False, False, False, D),
        ([], True, False, False, M),
    ],
)
def test_association(
    severities: list[str], lab_fault: bool, error: bool, judged: bool, expected: Verdict
) -> None:
    """Warnings never fail; a lab fault alone is MISS; a broken rule outweighs both."""
    verdict = association_verdict(severities, lab_fault=lab_fault, error=error, judged=judged)
    assert verdict is expected


@pytest.mark.parametrize(
    ("ran", "requested", "more", "expected"),
    [
        ([P, P], 2, {}, P),
        ([P, F], 2, {}, F),
        ([P, M, E], 3, {}, E),
        ([P], 2, {}, M),
        ([D], 1, {}, D),
        ([S, P], 2, {}, P),
        ([P], 1, {"severities": ["FAIL"]}, F),
        ([P], 1, {"severities": ["WARN"]}, P),
        ([P], 1, {"severities": ["WARN", "MISS"]}, M),
        ([P], 1, {"lab_fault": True}, M),
        ([P], 1, {"error": True}, E),
        ([], 20, {"lab_fault": True}, M),
        ([], 20, {}, E),
        ([], 0, {}, E),
        ([], 20, {"severities": ["FAIL"], "lab_fault": True}, F),
    ],
)
def test_run(
    ran: list[Verdict], requested: int, more: dict[str, object], expected: Verdict
) -> None:
    """A run that ended early is MISS, one in which nothing ran is never PASS."""
    assert run_verdict(ran, requested=requested, **more) is expected  # type: ignore[arg-type]


def test_every_verdict_has_a_meaning() -> None:
    """Six verdicts, six different meanings."""
    assert len({verdict.meaning for verdict in Verdict}) == 6
