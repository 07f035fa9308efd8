# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs beside a history."""

from __future__ import annotations

from pathlib import Path

from harness.comparison.given import Nothing, WithRuns, summary_of, timings_of
from harness.results.reading import load_result
from tests.unit.board.factory import MemoryHistory

RECORDED = Path(__file__).parents[1] / "recorded" / "plain" / "result.json"


def test_a_run_that_is_given_is_one_of_the_history() -> None:
    """With its figures and its environment."""
    result = load_result(RECORDED)
    history = WithRuns(Nothing(), {"here": result})
    (run,) = history.runs()
    assert (run.id, run.path, run.verdict) == (result.run_id, "here", result.verdict)
    assert run.test.id == "reference/hwsim/sample/plain"
    (figures,) = history.timings([run.id]).values()
    assert len(figures["m1_to_m2"]) == result.timing_summary_us["m1_to_m2"].n
    assert history.environments([run.environment])[run.environment]["accelerator"]
    assert history.nights() == ()


def test_what_the_history_has_counts() -> None:
    """A run that was renamed by its plan is not taken anew from its folder."""
    result = load_result(RECORDED)
    kept = summary_of(result, "/kept")
    history = WithRuns(MemoryHistory(all_runs={kept.id: kept}), {"here": result})
    assert [one.path for one in history.runs()] == ["/kept"]


def test_figures_are_gathered_over_handshakes() -> None:
    """Each one that was measured."""
    found = timings_of(load_result(RECORDED))
    assert all(len(values) for values in found.values())
