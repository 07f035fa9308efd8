# SPDX-License-Identifier: GPL-2.0-or-later
"""A run that is over goes into the history, and what goes wrong there has no say in it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from harness.config.lab import StoreConfig
from harness.console import PlainConsole
from harness.history.sql import open_history
from harness.history.sql.database import Database
from harness.results import Verdict
from harness.run.into_history import keep_in_history
from harness.run.perform import perform
from tests.unit.conftest import MakePlan
from tests.unit.doubles import World
from tests.unit.results.samples import association, run


def test_a_run_is_in_the_history_when_it_is_over(
    world: World, plan: MakePlan, console: PlainConsole
) -> None:
    """With the folder that has its evidence."""
    todo = plan()
    result, folder = perform(todo, console)
    with open_history(todo.lab.store.place) as history:
        (kept,) = history.runs()
        assert (kept.id, kept.path, kept.verdict) == (result.run_id, str(folder), result.verdict)
        assert history.timings([kept.id])[kept.id].keys() == result.timing_summary_us.keys()


def test_a_history_that_cannot_be_opened_changes_no_verdict(
    world: World, plan: MakePlan, console: PlainConsole, said: io.StringIO
) -> None:
    """The run is whole on disk; one line says why it is not in the history, and what adds it."""
    todo = plan()
    Path(todo.lab.store.place).mkdir(parents=True)
    result, folder = perform(todo, console)
    assert result.verdict is Verdict.PASS
    assert (folder / "result.json").is_file()
    assert "not in the history" in said.getvalue().splitlines()[-1]
    assert "runs import" in said.getvalue().splitlines()[-1]


@pytest.mark.parametrize("error", [MemoryError(), KeyboardInterrupt(), ValueError("odd")])
def test_whatever_happens_is_told_in_a_line(
    error: BaseException,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    console: PlainConsole,
    said: io.StringIO,
) -> None:
    """An interruption, too: the verdict stands already."""

    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Database, "read", broken)
    keep_in_history(StoreConfig(runs=tmp_path), run(association(1)), tmp_path, console)
    assert said.getvalue().count("\n") == 1
    assert type(error).__name__ in said.getvalue()
