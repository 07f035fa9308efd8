# SPDX-License-Identifier: GPL-2.0-or-later
"""The script `hil`: found through links, named as it is typed, and never exit 1 by itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PYTHON = """#!/bin/sh
case "$*" in
*import*) exit 0 ;;
*pip*) echo "$PIP_SAYS" >&2; exit "${PIP_ENDS:-0}" ;;
*venv*) echo "$VENV_SAYS" >&2; [ -z "$VENV_SAYS" ] || exit 1
    for folder; do :; done; mkdir -p "$folder/bin"; cp "$0" "$folder/bin/python" ;;
*) echo "$HIL_COMMAND: $*"; exit 0 ;;
esac
"""
"""In the place of Python: makes environments of itself, and says what it was called with."""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone without its environment, and a Python of ours before the machine's."""
    folder = tmp_path / "a clone"
    folder.mkdir()
    for name in ("hil", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").write_text(PYTHON)
    (tmp_path / "bin" / "python3").chmod(0o755)
    return folder


def started(script: str, cwd: Path, *path: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """The script with our Python first in the path."""
    places = [cwd.parent / "bin", *path, os.environ["PATH"]]
    environment = {**os.environ, "PATH": ":".join(map(str, places)), **more}
    return subprocess.run(
        [script, "faults", "--json"], cwd=cwd, env=environment, executable=None,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_it_is_named_as_it_was_typed(clone: Path) -> None:
    """`./hil` in the clone; its whole path from elsewhere."""
    assert started("./hil", clone).stdout == "./hil: -P -m harness faults --json\n"
    assert started("../a clone/hil", clone).stdout.startswith("../a clone/hil: ")


def test_python_starts_undisturbed(clone: Path) -> None:
    """Interrupted before it can tell of it, it would end with 1, which is a verdict."""
    (clone.parent / "bin" / "python3").write_text(
        PYTHON.replace('echo "$HIL_COMMAND: $*"', "grep SigIgn: /proc/$$/status")
    )
    ignored = int(started("./hil", clone).stdout.split()[1], 16)
    assert ignored & 1 << (signal.SIGINT - 1)


def test_it_is_found_through_a_link(clone: Path) -> None:
    """A link in the path makes it `hil`, and the clone's environment is used all the same."""
    links = clone.parent / "links"
    links.mkdir()
    (links / "hil").symlink_to(clone / "hil")
    done = started(str(links / "hil"), clone, links)
    assert done.stdout == "hil: -P -m harness faults --json\n", done.stderr
    assert (clone / ".venv" / "stamp").exists()


def test_the_environment_is_made_once(clone: Path) -> None:
    """And again when what it is made from has changed, or the clone has moved."""
    assert "making the Python environment" in started("./hil", clone).stderr
    assert started("./hil", clone).stderr == ""
    moved = clone.rename(clone.parent / "moved")
    assert "making the Python environment" in started("./hil", moved).stderr


FAILURES = [
    ({"VENV_SAYS": "ensurepip is broken"}, "could not make"),
    ({"VENV_SAYS": "[Errno 28] No space left on device"}, "the disk is full"),
    ({"PIP_ENDS": "1", "PIP_SAYS": "a wheel that does not build"}, "could not install"),
    ({"PIP_ENDS": "1", "PIP_SAYS": "Temporary failure in name resolution"}, "index is not reached"),
    ({"PIP_ENDS": "1", "PIP_SAYS": "No space left on device"}, "the disk is full"),
    ({"TMPDIR": "/nonexistent"}, "no temporary file can be made in /nonexistent"),
]


@pytest.mark.parametrize(("trouble", "words"), FAILURES)
def test_what_fails_in_it_is_told_and_exit_2(
    clone: Path, trouble: dict[str, str], words: str
) -> None:
    """What failed, why, and the fix; a failed environment is made anew the next time."""
    done = started("./hil", clone, **trouble)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert done.stderr.splitlines()[-1].startswith("hil: fix: ")
    assert not (clone / ".venv" / "stamp").exists()


def test_a_file_in_the_environments_place(clone: Path) -> None:
    """Is named, and nothing is written over it."""
    (clone / ".venv").write_text("mine")
    done = started("./hil", clone)
    assert (done.returncode, (clone / ".venv").read_text()) == (2, "mine")
    assert ".venv is in the place of a folder" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts")
def test_a_clone_that_is_read_only(clone: Path) -> None:
    """Told before anything is tried; no verdict."""
    script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec ./hil run'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", f'cd "$1" && {script}', "sh", str(clone)],
        capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "PATH": f"{clone.parent}/bin:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "is not writable for you" in done.stderr
