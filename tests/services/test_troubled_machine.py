# SPDX-License-Identifier: GPL-2.0-or-later
"""Machines that are not as the lab needs them, for real: other users, full and read-only disks.

Each is one line with the fix, exit 2 or 3, before a guest starts: never exit 1, never a traceback.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534
NAMELESS = 4_000_000
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users may enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="troubled-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def hil(
    *args: str, cwd: Path, uid: int | None = None, mounts: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """`hil ARGS` as the user `uid`, after the shell commands `mounts` in a namespace of its own."""
    command = [sys.executable, "-P", "-m", "harness", *args]
    if uid is not None:
        # It may read all, this clone below somebody's home included, and write what is its own.
        reads = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
        who = (f"--reuid={uid}", f"--regid={uid}", "--clear-groups")
        command = ["setpriv", *who, *reads, *command]
    if mounts:
        script = f'set -e; {mounts}; shift; exec "$@"'
        command = ["unshare", "--mount", "sh", "-c", script, "sh", "--", *command]
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return subprocess.run(
        command, cwd=cwd, env={**kept, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def told(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The one line that says what is wrong, with its hint, of a command that ended with `code`."""
    assert done.returncode == code, done.stderr + done.stdout
    lines = done.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["error", "hint"], done.stderr
    return done.stderr


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="plays other users, and mounts")


def test_a_file_where_the_cache_goes(folder: Path) -> None:
    """The file is named, and both ways to another cache."""
    (folder / "cache").touch()
    said = told(hil("run", cwd=folder, HOME=str(folder), XDG_CACHE_HOME=str(folder / "cache")), 2)
    assert f"{folder}/cache is a file, not a folder" in said
    assert "[store] cache in lab.toml, or XDG_CACHE_HOME" in said


def test_a_file_where_the_runs_go(folder: Path) -> None:
    """Named before anything is begun."""
    (folder / "runs").touch()
    said = told(hil("run", cwd=folder, HOME=str(folder)), 2)
    assert "runs is a file, not a folder" in said
    assert "[store] runs in lab.toml" in said


def test_a_file_where_the_report_goes(folder: Path) -> None:
    """Named before the run is judged."""
    (folder / "report").touch()
    said = told(hil("judge", "runs/x", "--report", "report", cwd=folder, HOME=str(folder)), 2)
    assert "--report report: report is a file, not a folder" in said


@needs_root
def test_another_users_cache(folder: Path) -> None:
    """Who is refused, and where."""
    (folder / "cache").mkdir(mode=0o700)
    done = hil("run", cwd=folder, uid=NOBODY, HOME="/", XDG_CACHE_HOME=str(folder / "cache"))
    assert "is not open to user" in told(done, 2)


@needs_root
def test_a_cache_that_can_only_be_read_and_lacks_what_is_needed(folder: Path) -> None:
    """Found before a run directory is made."""
    (folder / "cache" / "wlan-hil").mkdir(parents=True)
    done = hil("run", cwd=folder, uid=NOBODY, HOME="/", XDG_CACHE_HOME=str(folder / "cache"))
    assert f"{folder}/cache/wlan-hil is not open to user" in told(done, 2)
    assert not (folder / "runs").exists()


@needs_root
def test_no_home_and_no_name(folder: Path) -> None:
    """A container that is run by number: the setting that helps is named."""
    said = told(hil("run", cwd=folder, uid=NAMELESS), 2)
    assert f"HOME is not set, and user {NAMELESS} has no home" in said
    assert "XDG_CACHE_HOME" in said


@needs_root
def test_commands_that_need_no_home_work_without(folder: Path) -> None:
    """Lists and the doctor, who says what is missing."""
    for command in ("faults", "rules", "scenarios"):
        assert hil(command, cwd=folder, uid=NAMELESS).returncode == 0
    done = hil("doctor", cwd=folder, uid=NAMELESS)
    assert done.returncode == 2
    assert "MISSING folder for the cache" in done.stdout
    assert done.stderr == ""


@needs_root
def test_a_folder_of_another_user(folder: Path) -> None:
    """Runs go below the working folder, which may be somebody else's."""
    (folder / "home").mkdir()
    os.chown(folder / "home", NOBODY, NOBODY)
    said = told(hil("run", cwd=folder, uid=NOBODY, HOME=str(folder / "home")), 2)
    assert "cannot make a run directory in runs" in said
    assert "is not open to user" in said


@needs_root
def test_a_file_system_that_is_read_only(folder: Path) -> None:
    """For the cache as for the runs."""
    mounts = f"mount -t tmpfs -o ro none {folder}"
    done = hil("run", cwd=Path("/"), mounts=mounts, XDG_CACHE_HOME=str(folder))
    assert "is on a file system that is read-only" in told(done, 2)


@needs_root
def test_a_disk_with_too_little_room_for_an_image(folder: Path) -> None:
    """Asked for before the minutes of building, with what is needed and what is there."""
    for name in ("cache", "runs"):
        (folder / name).mkdir()
    lab = f'[store]\nruns = "{folder}/runs"\ncache = "{folder}/cache"\n'
    (folder / "lab.toml").write_text(lab)
    mounts = f"mount -t tmpfs -o size=64m none {folder}/cache"
    done = hil("image", "--lab", str(folder / "lab.toml"), cwd=folder, mounts=mounts, HOME="/")
    said = told(done, 3)
    assert "the disk is full: 0.1 GiB free of 1.0 needed" in said


@needs_root
def test_a_disk_that_is_full_already(folder: Path) -> None:
    """Found by the first folder that cannot be made, or by the first file."""
    (folder / "cache").mkdir()
    mounts = (
        f"mount -t tmpfs -o size=64k none {folder}/cache;"
        f"head -c 1m /dev/zero >{folder}/cache/filler 2>/dev/null || :"
    )
    done = hil("image", cwd=folder, mounts=mounts, HOME="/", XDG_CACHE_HOME=f"{folder}/cache")
    assert "the disk is full" in told(done, 3)


@needs_root
def test_no_room_for_a_run(folder: Path) -> None:
    """The run directory reserves its result's place first."""
    (folder / "runs").mkdir()
    mounts = f"mount -t tmpfs -o size=64k none {folder}/runs"
    done = hil("run", cwd=folder, mounts=mounts, HOME=str(folder))
    assert "cannot reserve 1024 KiB for the result in runs" in told(done, 2)
    assert not (folder / "runs" / "latest").is_symlink()


def test_standard_output_on_a_full_disk(folder: Path) -> None:
    """`hil faults > file` where there is no room."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "harness", "faults"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    assert done.returncode == 3
    assert "the disk is full" in done.stderr
