# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs of folders taken into the history, once and for all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.history.identity import stands_for
from harness.history.model import Test
from harness.history.sql import SqlHistory, open_history
from harness.results import load_result
from harness.run.importing import import_runs

RECORDED = Path(__file__).parents[1] / "recorded"


@pytest.fixture
def history(tmp_path: Path) -> Iterator[SqlHistory]:
    """An empty one."""
    with open_history(str(tmp_path / "history.sqlite")) as history:
        yield history


def test_every_recorded_run_is_taken_in(history: SqlHistory) -> None:
    """As its result says; a second time there is nothing to do."""
    done = import_runs(RECORDED, history)
    results = {one.run_id: one for one in map(load_result, sorted(RECORDED.iterdir()))}
    assert set(done.added) == set(results)
    assert (done.known, done.moved, done.refused) == ([], [], [])
    for run in history.runs():
        result = results[run.id]
        assert (run.verdict, run.test, run.fault) == (
            result.verdict, stands_for(result), result.fault,
        )  # fmt: skip
        assert len(history.findings([run.id])) == len(result.all_findings)
        samples = history.timings([run.id]).get(run.id, {})
        assert {name: len(each) for name, each in samples.items()} == {
            name: summary.n for name, summary in result.timing_summary_us.items()
        }
    again = import_runs(RECORDED, history)
    assert (again.added, len(again.known)) == ([], len(done.added))


def test_a_run_keeps_the_name_that_a_plan_gave_its_dll(history: SqlHistory) -> None:
    """It is not taken in again under its file's."""
    folder = RECORDED / "user-answers"
    result = load_result(folder)
    named = Test("reference", "hwsim", "acme", result.scenario)
    history.add_run(result, named, str(folder))
    assert import_runs(folder, history).known == [result.run_id]
    assert history.runs()[0].test == named


def test_a_folder_that_was_moved_is_found_again(history: SqlHistory, tmp_path: Path) -> None:
    """As is one that was pruned and came back from elsewhere."""
    first, second = tmp_path / "first", tmp_path / "second"
    shutil.copytree(RECORDED / "user-answers", first)
    (run_id,) = import_runs(first, history).added
    first.rename(second)
    assert import_runs(second, history).moved == [run_id]
    assert history.runs()[0].path == str(second)
    history.mark_pruned(run_id, history.runs()[0].started_at)
    assert import_runs(second, history).moved == [run_id]
    assert history.runs()[0].pruned_at is None


def test_one_that_cannot_be_read_does_not_keep_the_others_out(
    history: SqlHistory, tmp_path: Path
) -> None:
    """It is told with its file."""
    runs = tmp_path / "runs"
    shutil.copytree(RECORDED / "user-answers", runs / "good")
    (runs / "bad").mkdir()
    (runs / "bad" / "result.json").write_text("{")
    done = import_runs(runs, history)
    assert len(done.added) == 1
    assert [str(runs / "bad") in one.message for one in done.refused] == [True]


def test_a_folder_without_runs_is_refused(history: SqlHistory, tmp_path: Path) -> None:
    """Rather than done with at once."""
    with pytest.raises(UsageError, match="no run is there"):
        import_runs(tmp_path / "none", history)
