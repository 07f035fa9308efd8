# SPDX-License-Identifier: GPL-2.0-or-later
"""Which runs give way, and that nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness.config.keep import Keep
from harness.history.model import NightState, RunSummary, Test
from harness.history.sql import open_history
from harness.results import FolderStore, Verdict
from harness.run.retention import (
    GIB,
    KeptFolder,
    folders_here,
    giving_way,
    needed_runs,
    remove,
    size_of,
)
from tests.unit.results.samples import STARTED, association, run

NOW = datetime(2026, 11, 28, tzinfo=UTC)
PLAIN = Test("reference", "hwsim", "acme", "plain")


def folder(age_days: int, gib: float = 1) -> KeptFolder:
    """A run that began so many days ago."""
    summary = RunSummary(
        f"r{age_days}", PLAIN, None, NOW - timedelta(days=age_days), 1.0, Verdict.PASS, "", 1,
        None, "e", f"/runs/r{age_days}", "./hil run",
    )  # fmt: skip
    return KeptFolder(summary, int(gib * GIB))


@pytest.mark.parametrize(
    ("keep", "gone"),
    [
        (Keep(30, "days"), ["r40", "r31"]),
        (Keep(3, "runs"), ["r40", "r31"]),
        (Keep(3, "GiB"), ["r40", "r31"]),
        (Keep(0, "runs"), ["r40", "r31", "r30", "r2", "r1"]),
        (Keep(100, "GiB"), []),
    ],
)
def test_the_oldest_give_way(keep: Keep, gone: list[str]) -> None:
    """In whatever order they come."""
    folders = [folder(age) for age in (30, 2, 40, 1, 31)]
    assert [one.run.id for one in giving_way(folders, keep, NOW, ())] == gone


def test_a_size_is_that_of_the_newest_together() -> None:
    """A small old one does not stay because a large newer one goes."""
    folders = [folder(1, 2), folder(2, 5), folder(3, 0.1)]
    gone = giving_way(folders, Keep(4, "GiB"), NOW, ())
    assert [one.run.id for one in gone] == ["r3", "r2"]


def test_what_is_needed_stays() -> None:
    """However old it is."""
    folders = [folder(age) for age in (40, 50)]
    gone = giving_way(folders, Keep(30, "days"), NOW, {"r50"})
    assert [one.run.id for one in gone] == ["r40"]


def test_runs_are_removed_and_their_figures_stay(tmp_path: Path) -> None:
    """What `latest` names and an unfinished night's runs stay; the history knows what is gone."""
    store = FolderStore(tmp_path)
    kept = []
    with open_history(str(tmp_path / "history.sqlite")) as history:
        for hours in range(4):
            directory = store.create(STARTED + timedelta(hours=hours))
            result = run(
                association(1), run_id=directory.run_id, started_at=STARTED + timedelta(hours=hours)
            )
            directory.save(result)
            history.add_run(result, PLAIN, str(directory.path))
            kept.append(directory.run_id)
        night_id = history.begin_night("p", "d", [(PLAIN, 1), (PLAIN, 2)], STARTED)
        attempt_id = history.begin_attempt(night_id, 0, "slot-1", STARTED)
        history.end_attempt(attempt_id, Verdict.PASS, "", STARTED, run_id=kept[1])
        assert needed_runs(history, tmp_path) == {kept[1], kept[3]}

        def gone() -> list[KeptFolder]:
            folders = folders_here(history.runs(), tmp_path)
            return giving_way(folders, Keep(0, "runs"), NOW, needed_runs(history, tmp_path))

        assert [one.run.id for one in gone()] == [kept[0], kept[2]]
        remove(gone(), store, history)
        assert sorted(store.run_ids()) == [kept[1], kept[3]]
        assert [one.pruned_at is None for one in history.runs()] == [False, True, False, True]
        assert history.timings(kept).keys() == set(kept)
        history.end_night(night_id, NightState.COMPLETE, STARTED)
        assert [one.run.id for one in gone()] == [kept[1]]


def test_only_folders_right_below_the_runs_are_looked_at(tmp_path: Path) -> None:
    """A history may name other machines' folders, or any folder at all."""
    here, elsewhere = tmp_path / "runs", tmp_path / "elsewhere"
    for place in (here / "r1", elsewhere / "r2", here / "r1" / "r3"):
        place.mkdir(parents=True)
        (place / "air.pcapng").write_bytes(b"12345")
    (tmp_path / "precious").mkdir()
    runs = [
        replace(folder(1).run, id=name, path=str(path))
        for name, path in (
            ("r1", here / "r1"), ("r2", elsewhere / "r2"), ("r3", here / "r1" / "r3"),
            ("../precious", here / "../precious"), ("r4", here / "r4"), ("..", here / ".."),
            ("", here),
        )
    ]  # fmt: skip
    found = folders_here(runs, here)
    assert [(one.run.id, one.size_bytes) for one in found] == [("r1", 10)]
    assert size_of(here / "none") == 0
