# SPDX-License-Identifier: GPL-2.0-or-later
"""Machines that are not as the lab needs them, for real: other users, full and read-only disks.

Each is one line with the fix, exit 2 or 3, before a guest starts: never exit 1, never a traceback.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from harness.history.identity import stands_for
from harness.history.model import CellState, NightState
from harness.history.sql import open_history
from harness.results import Verdict
from tests.unit.exports.samples import AT
from tests.unit.results.samples import association, run

NOBODY = 65534
NAMELESS = 4_000_000
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users may enter, which pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="troubled-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def plain_environment() -> dict[str, str]:
    """As a user has it: nothing of ours, and no measuring of coverage in copies that soon go."""
    return {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}


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
    return subprocess.run(
        command, cwd=cwd, env={**plain_environment(), "PYTHONPATH": str(ROOT), **environment},
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


@pytest.mark.parametrize("command", ["wlan-hil", "pytest"])
def test_an_installation_without_its_clone(folder: Path, command: str) -> None:
    """As `pip install CLONE` makes one: the guest is built from what is in the clone alone."""
    shutil.copytree(ROOT / "harness", folder / "site" / "harness")
    (folder / "test_x.py").write_text(
        "import pytest\n@pytest.mark.hil('plain')\ndef test_x(hil_result): pass\n"
    )
    how = (
        ["-m", "harness", "run"]
        if command == "wlan-hil"
        else ["-m", "pytest", "-p", "no:cacheprovider"]
    )
    done = subprocess.run(
        [sys.executable, "-P", *how], cwd=folder, text=True, capture_output=True, timeout=60,
        env={**plain_environment(), "PYTHONPATH": str(folder / "site")}, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stdout + done.stderr
    assert "hint: install the clone as it is: pip install -e CLONE" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


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


READING = (
    "runs list", "runs list --json", "runs show newest", "compare last-1 last",
    "export latest -f ctrf", "board --out {mine}/board.html", "runs prune --keep 1runs",
)  # fmt: skip
WRITING = (
    "runs import {theirs}/further",
    "runs prune --keep 1runs --yes",
    "board",
    "run plain",
    "nightly plan.toml",
)


@pytest.fixture
def theirs(folder: Path) -> Iterator[Path]:
    """A folder of root's with two runs and nights, whose history another process has open: what it
    committed is not in the history's own file yet."""
    place = folder / "theirs"
    (place / "runs").mkdir(parents=True)
    (place / "further").mkdir()
    (place / "further" / "result.json").write_text(run(run_id="further").to_json())
    (place / "plan.toml").write_text('name = "nightly"\nscenarios = ["plain"]\n')
    with open_history(str(place / "runs" / "history.sqlite")) as history:
        for day, name in enumerate(("older", "newest")):
            result = run(association(1), run_id=name, started_at=AT + timedelta(days=day))
            (place / "runs" / name).mkdir()
            (place / "runs" / name / "result.json").write_text(result.to_json())
            test = stands_for(result)
            history.add_run(result, test, str(place / "runs" / name))
            night = history.begin_night("nightly", "00", [(test, 1)], result.started_at)
            attempt = history.begin_attempt(night, 0, "host/0", result.started_at)
            history.end_attempt(attempt, Verdict.PASS, "", result.started_at, run_id=name)
            history.end_cell(night, 0, CellState.DONE, None, "")
            history.end_night(night, NightState.COMPLETE, result.started_at)
        assert (place / "runs" / "history.sqlite-wal").stat().st_size
        yield place


def contents(place: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(one): one.read_bytes() for one in place.rglob("*") if one.is_file()}


@needs_root
def test_a_history_of_another_user_is_read(folder: Path, theirs: Path) -> None:
    """Also while it is written, with what was written last; nothing is changed there."""
    (folder / "mine").mkdir()
    os.chown(folder / "mine", NOBODY, NOBODY)
    before = contents(theirs)
    for command in READING:
        typed = command.format(mine=folder / "mine").split()
        done = hil(*typed, cwd=theirs, uid=NOBODY, HOME="/", TMPDIR=str(folder / "mine"))
        assert (done.returncode, done.stderr) == (0, ""), command
    assert contents(theirs) == before
    assert [one.name for one in (folder / "mine").iterdir()] == ["board.html"]


@needs_root
def test_a_history_of_another_user_is_not_written(folder: Path, theirs: Path) -> None:
    """One line says whose it is not."""
    (folder / "mine").mkdir()
    os.chown(folder / "mine", NOBODY, NOBODY)
    before = contents(theirs)
    for command in WRITING:
        typed = command.format(theirs=theirs).split()
        environment = {"HOME": str(folder / "mine"), "TMPDIR": str(folder / "mine")}
        said = told(hil(*typed, cwd=theirs, uid=NOBODY, **environment), 2)
        assert re.search(r"is not open to user|may not be written by user", said), command
    assert contents(theirs) == before


@needs_root
def test_a_history_on_a_full_disk_is_read(folder: Path) -> None:
    """What filled it is looked up there; SQLite takes room beside the file even to read it."""
    (folder / "disk").mkdir()
    with open_history(str(folder / "history.sqlite")) as history:
        result = run(association(1), run_id="newest")
        history.add_run(result, stands_for(result), "x")
    mounts = (
        f"mount -t tmpfs -o size=1m none {folder}/disk; mkdir {folder}/disk/runs; "
        f"cp {folder}/history.sqlite {folder}/disk/runs; "
        f"cat /dev/zero >{folder}/disk/fill 2>/dev/null || :; cd {folder}/disk"
    )
    done = hil("runs", "list", cwd=folder, mounts=mounts, HOME="/")
    assert (done.returncode, done.stderr) == (0, "")
    assert "newest" in done.stdout


@needs_root
def test_a_history_that_is_not_there_is_not_made(folder: Path) -> None:
    """By a user who may, either: to ask is no reason to."""
    assert hil("runs", "list", cwd=folder, HOME="/").stdout == "no run\n"
    assert list(folder.iterdir()) == []


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
    assert "cannot reserve 1024 KiB for the result in runs" in told(done, 3)
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


@needs_root
def test_name_servers_that_do_not_answer(folder: Path) -> None:
    """The server of a shared history cannot be found: that is told as soon as a wrong host is."""
    (folder / "resolv.conf").write_text("nameserver 127.0.0.77\n")
    (folder / "lab.toml").write_text('[store]\ndatabase = "postgresql://hil@db.example/hil"\n')
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.77", 53))
        began_s = time.monotonic()
        said = told(
            hil(
                "runs", "list", cwd=folder, HOME=str(folder),
                mounts=f"mount --bind {folder}/resolv.conf /etc/resolv.conf",
            ),
            2,
        )  # fmt: skip
    assert "failed to resolve host 'db.example': no name server answered within 4 s" in said
    assert "is the host right" in said
    assert 4 <= time.monotonic() - began_s < 15
