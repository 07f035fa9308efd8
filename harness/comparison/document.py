# SPDX-License-Identifier: GPL-2.0-or-later
"""A comparison as a JSON document: `hil compare --json`. Times are in microseconds."""

from __future__ import annotations

from typing import Any, Final

from harness.comparison.compare import Comparison
from harness.comparison.distribution import Percentile
from harness.comparison.sides import Chosen
from harness.comparison.timings import FigureChange, Summary
from harness.history.changes import Outcome

SCHEMA: Final = 1
"""Number of the document's shape; it changes when a name or a meaning does."""


def document(found: Comparison) -> dict[str, Any]:
    """The whole comparison, what did not change included."""
    return {
        "schema": SCHEMA,
        "worse": found.worse,
        "base": _side(found.base),
        "new": _side(found.new),
        "learned_from": found.learned_from,
        "verdicts": [
            {
                "test": one.test.id,
                "change": one.change.value,
                "base": _outcome(one.base),
                "new": _outcome(one.new),
            }
            for one in found.verdicts
        ],
        "timings": [_timing(one) for one in found.timings],
        "steps": [
            {
                "test": test.id,
                "figure": figure,
                "night": one.night,
                "before_us": one.step.before_us,
                "after_us": one.step.after_us,
            }
            for (test, figure), some in sorted(found.steps.items())
            for one in some
        ],
        "withheld": [one.id for one in found.withheld],
        "differences": {one.part: {"base": one.base, "new": one.new} for one in found.differences},
    }


def _side(side: Chosen) -> dict[str, Any]:
    return {"name": side.name, "runs": [one.id for one in side.runs], "builds": side.builds}


def _outcome(one: Outcome | None) -> dict[str, Any] | None:
    if one is None:
        return None
    verdict = None if one.verdict is None else one.verdict.value
    return {"verdict": verdict, "flaky": one.flaky, "mark": one.mark.value if one.mark else None}


def _timing(one: FigureChange) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "test": one.test.id,
        "figure": one.figure,
        "change": one.change.value,
        "explained_by": list(one.explained_by),
        "base": _summary(one.base),
        "new": _summary(one.new),
    }
    if one.shift is None:
        return shown
    return shown | {
        "like_base": one.like_base,
        "ratio": one.shift.ratio,
        "ratio_low": one.shift.low,
        "ratio_high": one.shift.high,
        "ratio_plain": one.shift.plain,
        "ratio_machine": one.shift.machine,
        "p": one.shift.p,
        "p_corrected": one.p,
        "ratio_detectable": one.detectable,
    }


def _summary(side: Summary) -> dict[str, Any]:
    figures = {"p50": side.p50, "p95": side.p95, "p99": side.p99}
    shown = {f"{name}_us": _percentile(one) for name, one in figures.items()}
    return {"n": side.n, "nights": side.nights, **shown}


def _percentile(one: Percentile | None) -> dict[str, float] | None:
    return None if one is None else {"value": one.us, "low": one.low_us, "high": one.high_us}
