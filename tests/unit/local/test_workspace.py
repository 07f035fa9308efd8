# SPDX-License-Identifier: GPL-2.0-or-later
"""The work folder: private, gone at the end, and cleared after a killed run but never before."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.local import workspace
from harness.local.storage import DiskFull
from harness.local.workspace import PREFIX, work_folder

KILLED = (
    "import os\nfrom harness.local.workspace import work_folder\nwith work_folder(): os._exit(9)"
)


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_a_folder_is_private_and_gone_at_the_end(root: Path) -> None:
    """Nobody else may look into it, and an error takes it away as well."""
    with work_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "disk.qcow2").touch()
        assert folder.parent == root
    with pytest.raises(ZeroDivisionError), work_folder():
        raise ZeroDivisionError
    assert list(root.iterdir()) == []


def test_a_socket_fits_into_its_path() -> None:
    """A Unix socket's path has 107 bytes: the folder's own name leaves room."""
    with work_folder() as folder:
        assert len(folder.name) <= 16


def test_a_folder_too_deep_for_sockets_is_the_users_to_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said before anything is started, with the variable that names the folder; nothing is left."""
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with (
        pytest.raises(UsageError, match="too long a path for a Unix socket") as error,
        work_folder(),
    ):
        pass
    assert "TMPDIR" in error.value.hint
    assert list(deep.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (errno.ENOSPC, DiskFull, "folder for temporary files: the disk is full"),
        (errno.EACCES, UsageError, "no folder for temporary files: .* not open to user"),
    ],
)
def test_where_no_folder_can_be_made(
    error: int, kind: type[Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk breaks the lab; a folder that is not ours is the user's to change."""

    def refuse(**_: object) -> str:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    with pytest.raises(kind, match=words), work_folder():
        pass


def test_no_place_for_temporary_files_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python finds none it can write to: told with the variable that names one."""

    def refuse() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", refuse)
    with pytest.raises(UsageError, match="No usable temporary directory") as found, work_folder():
        pass
    assert "TMPDIR" in found.value.hint


def test_what_a_killed_run_left_is_cleared(root: Path) -> None:
    """A process that dies inside leaves its folder; the next run takes it away."""
    done = subprocess.run([sys.executable, "-c", KILLED], check=False, timeout=60)
    assert done.returncode == 9
    (left,) = root.glob(f"{PREFIX}*")
    with work_folder() as folder:
        assert not left.exists()
        assert folder.exists()


def test_a_folder_in_use_is_left_alone(root: Path) -> None:
    """Of two labs at once neither clears the other's."""
    with work_folder() as first, work_folder() as second:
        assert first.exists()
        assert second.exists()


def test_a_folder_can_be_seen_only_once_it_is_locked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run that starts in the same moment never finds a folder whose lock is still free."""
    flock, free = fcntl.flock, []

    def watched(file: object, how: int) -> None:
        if how == fcntl.LOCK_EX:
            free.extend(root.glob(f"{PREFIX}*/lock"))
        flock(file, how)

    monkeypatch.setattr(workspace.fcntl, "flock", watched)
    with work_folder() as folder:
        assert free == []
        assert (folder / "lock").exists()


def test_another_users_folder_is_left_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/tmp is shared: only our own leftovers are ours to clear."""
    other = root / f"{PREFIX}other"
    other.mkdir()
    (other / "lock").touch()
    monkeypatch.setattr(workspace.os, "getuid", lambda: os.geteuid() + 1)
    with work_folder():
        assert other.exists()
