# SPDX-License-Identifier: GPL-2.0-or-later
"""A history read from a copy; what other users are told is in test_troubled_machine.py."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from harness.errors import StoreError
from harness.history.sql import open_history, read_history, snapshot
from harness.history.sql.snapshot import readable
from tests.unit.exports.samples import a_run
from tests.unit.results.samples import association, run


def not_writable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be written by this user, who is root in most tests."""
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))


def add(place: Path, name: str) -> None:
    """One more run in the history."""
    with open_history(str(place)) as history:
        history.add_run(run(association(1), run_id=name), a_run(name).test, "x")


def test_ones_own_is_read_where_it_is(tmp_path: Path) -> None:
    """And so is what a URL names."""
    add(tmp_path / "history.sqlite", "a")
    for place in (str(tmp_path / "history.sqlite"), "postgresql://db/x"):
        with readable(place) as there:
            assert there == place


def test_one_that_is_not_there_reads_as_empty(tmp_path: Path) -> None:
    """And is not made."""
    with read_history(str(tmp_path / "runs" / "history.sqlite")) as history:
        assert history.runs() == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_meanwhile_is_read_as_of_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that was made while somebody wrote is made again."""
    place = tmp_path / "history.sqlite"
    add(place, "a")
    not_writable(monkeypatch)
    copied: list[Path] = []
    copyfile = shutil.copyfile

    def copy(source: Path, target: Path) -> None:
        copyfile(source, target)
        copied.append(source)
        if len(copied) == 1:
            add(place, "b")

    monkeypatch.setattr(snapshot.shutil, "copyfile", copy)
    with read_history(str(place)) as history:
        assert {one.id for one in history.runs()} == {"a", "b"}


def test_one_that_never_holds_still_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to do."""
    place = tmp_path / "history.sqlite"
    add(place, "a")
    not_writable(monkeypatch)
    ticks: list[int] = []

    def copy(source: Path, _: Path) -> None:
        ticks.append(len(ticks))
        os.utime(source, ns=(0, len(ticks)))

    monkeypatch.setattr(snapshot.shutil, "copyfile", copy)
    with pytest.raises(StoreError, match="written all the time"), readable(str(place)):
        pass
    assert len(ticks) == snapshot.TRIES
