# SPDX-License-Identifier: GPL-2.0-or-later
"""Cells that are to fail: what their run found, held against what it should have found. Pure.

A checker that stays silent on a broken DLL is worth nothing, so a plan may want a FAIL. The cell
then passes if the run failed as it should; a run that passes is an error of the test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from harness.results import Verdict

Judged = tuple[Verdict, str]
"""A verdict, and the sentence that explains it."""


@final
@dataclass(frozen=True, slots=True)
class Expectation:
    """The rules that must be broken, and none beside them; none named: any."""

    rules: tuple[str, ...] = ()


def held_against(
    expect: Expectation | None,
    verdict: Verdict,
    reason: str,
    broken: frozenset[str],
    blaming: frozenset[str],
) -> Judged:
    """What came of a cell whose run came to `verdict`.

    `broken` are the rules of all its findings, warnings too, `blaming` those of its FAILs.
    """
    if expect is None:
        return verdict, reason
    wanted = frozenset(expect.rules)
    more = blaming - wanted if wanted else frozenset[str]()
    if more:
        return Verdict.FAIL, f"more is broken than expected, {_listed(more)}: {reason}"
    if (wanted and wanted <= broken) or (not wanted and verdict is Verdict.FAIL):
        return Verdict.PASS, f"failed as expected: {_listed(wanted or blaming)}"
    if verdict in (Verdict.ERROR, Verdict.MISS):
        return verdict, reason
    lacking = f"{_listed(wanted - broken)} was not found" if wanted else "nothing was found"
    return Verdict.ERROR, f"expected to fail, but {lacking}: {reason}"


def _listed(rules: frozenset[str]) -> str:
    return ", ".join(sorted(rules))
