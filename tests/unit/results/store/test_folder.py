# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder that keeps runs: creation, a disk that is full, runs found again and forgotten."""

from __future__ import annotations

import errno
import os
import re
import secrets
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from harness.errors import StoreError
from harness.results import FolderStore, RunDirectory, RunStore, Verdict, load_result
from harness.results.store import folder
from tests.unit.results.samples import NO_COMPLETION, STARTED, association, run


def names(path: Path) -> list[str]:
    """All names in a directory, hidden ones too."""
    return sorted(item.name for item in path.iterdir())


def test_name_is_utc_time_and_short_id(tmp_path: Path) -> None:
    """Sorting names sorts runs by time, wherever they ran."""
    local = datetime.fromisoformat("2026-11-22T18:30:05+02:00")
    directory = FolderStore(tmp_path / "runs").create(local)
    assert re.fullmatch(r"20261122T163005Z-[0-9a-f]{6}", directory.run_id)
    assert directory.file(".reserve").stat().st_size == folder.RESERVE_BYTES


def test_two_runs_in_one_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is taken is not used again, and latest names the later run."""
    ids = iter(["aaaaaa", "aaaaaa", "bbbbbb"])
    monkeypatch.setattr(secrets, "token_hex", lambda _: next(ids))
    first, second = (FolderStore(tmp_path).create(STARTED) for _ in range(2))
    assert not (tmp_path / "latest").exists()
    for directory in (first, second):
        directory.save(run(association(1)))
    assert (first.run_id[-6:], second.run_id[-6:]) == ("aaaaaa", "bbbbbb")
    assert (tmp_path / "latest").readlink() == Path(second.run_id)
    assert names(tmp_path) == [first.run_id, second.run_id, "latest"]


def test_latest_that_is_a_directory_is_left_alone(tmp_path: Path) -> None:
    """A convenience link never destroys what a person put there."""
    (tmp_path / "latest").mkdir()
    directory = FolderStore(tmp_path).create(STARTED)
    directory.save(run(association(1)))
    assert names(tmp_path) == [directory.run_id, "latest"]
    assert not (tmp_path / "latest").is_symlink()


def test_root_that_is_a_file(tmp_path: Path) -> None:
    """One error that names the place and the fix."""
    (tmp_path / "runs").write_text("")
    with pytest.raises(StoreError, match=r"cannot make a run directory in .*runs") as caught:
        FolderStore(tmp_path / "runs").create(STARTED)
    assert "another place" in caught.value.hint


def test_no_room_for_the_reserve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is found before the run starts, and nothing is left behind."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(StoreError, match=r"1024 KiB .* No space left"):
        FolderStore(tmp_path).create(STARTED)
    assert names(tmp_path) == []


def test_save_keeps_four_files(tmp_path: Path) -> None:
    """Result, command, JUnit and report are there, the reserve is gone."""
    directory = FolderStore(tmp_path).create(STARTED)
    result = run(association(1))
    saved = directory.save(result, {"report.html": lambda known: f"<p>{known.verdict}</p>"})
    assert names(directory.path) == ["junit.xml", "report.html", "repro.txt", "result.json"]
    assert (saved.result, saved.lost) == (result, ())
    assert set(saved.kept) == set(names(directory.path))
    assert directory.file("repro.txt").read_text() == "./hil run --scenario plain\n"
    assert directory.file("report.html").read_text() == "<p>PASS</p>"
    assert load_result(directory.path) == result


class Disk:
    """A disk with room for so many bytes; giving the reserve back makes some."""

    def __init__(self, directory: RunDirectory, room: int) -> None:
        self.directory, self.room = directory, room
        self.real = folder.write_atomic

    def write(self, path: Path, text: str) -> None:
        """Write as the store does, if it fits."""
        if self.directory.file(".reserve").exists():
            room = self.room
        else:
            room = self.room + folder.RESERVE_BYTES
        if len(text) > room:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.real(path, text)


def test_full_disk_costs_the_report_not_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reserve makes room for the result, which then names what was lost and says MISS."""
    directory = FolderStore(tmp_path).create(STARTED)
    monkeypatch.setattr(folder, "write_atomic", Disk(directory, 0).write)
    saved = directory.save(
        run(association(1)),
        {"report.html": lambda _: "x" * (folder.RESERVE_BYTES + 1)},
    )
    assert [item.name for item in saved.lost] == ["report.html"]
    assert saved.kept == ("result.json", "repro.txt", "junit.xml")
    stored = load_result(directory.path)
    assert stored == saved.result
    assert stored.verdict is Verdict.MISS
    assert stored.lab_faults[0].message == (
        "could not write result.json, repro.txt, junit.xml, report.html: No space left on device"
    )
    assert names(directory.path) == ["junit.xml", "repro.txt", "result.json"]


def test_full_disk_does_not_hide_a_failing_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAIL outweighs the lab fault of the disk."""
    directory = FolderStore(tmp_path).create(STARTED)
    monkeypatch.setattr(folder, "write_atomic", Disk(directory, 0).write)
    assert directory.save(run(association(1, NO_COMPLETION))).result.verdict is Verdict.FAIL


def test_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even then nothing is raised, and every lost file is named."""
    directory = FolderStore(tmp_path).create(STARTED)
    monkeypatch.setattr(folder, "write_atomic", Disk(directory, -folder.RESERVE_BYTES).write)
    saved = directory.save(run(association(1)))
    assert [item.name for item in saved.lost] == ["result.json", "repro.txt", "junit.xml"]
    assert not (tmp_path / "latest").is_symlink(), "half a run is nobody's latest"
    assert saved.result.verdict is Verdict.MISS


def test_runs_are_found_again_and_forgotten(tmp_path: Path) -> None:
    """By their ids, the oldest first; one that came to no result is not among them."""
    store: RunStore = FolderStore(tmp_path)
    assert list(store.run_ids()) == []
    later = store.create(STARTED + timedelta(hours=1))
    first, _unfinished = store.create(STARTED), store.create(STARTED)
    first.write("events.jsonl", "{}")
    for kept in (later, first):
        kept.save(run(association(1)))
    assert list(store.run_ids()) == [first.run_id, later.run_id]
    assert store.load(first.run_id) == run(association(1))
    assert (store.evidence(first.run_id) / "events.jsonl").read_text() == "{}"
    store.remove(first.run_id)
    store.remove(first.run_id)
    assert list(store.run_ids()) == [later.run_id]
    assert not (tmp_path / "latest").is_symlink(), "it named the run that is gone"


@pytest.mark.parametrize("run_id", ["..", "../other", "/etc", ""])
def test_an_id_leads_nowhere_else(tmp_path: Path, run_id: str) -> None:
    """Nothing outside of the store is read or removed."""
    with pytest.raises(ValueError, match="no id of a run"):
        FolderStore(tmp_path / "runs").remove(run_id)
