# SPDX-License-Identifier: GPL-2.0-or-later
"""Exit 1 is a verdict, never an accident; whatever else ends a command is one line."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cli.ends import exit_code_of
from harness.errors import HarnessError, LabFault, PeerGone, StoreError, UsageError
from harness.local.storage import DiskFull

ENDS = [
    (UsageError("no fault 'x'", hint="`hil faults` lists them"), 2),
    (HarnessError("compiling failed"), 2),
    (LabFault("SSH of the guest", 1, "refused", hint="look"), 3),
    (StoreError("cannot make a run directory in /x", hint="choose another"), 2),
    (OSError(errno.ENOSPC, "No space left on device", "/x/report.html"), 3),
    (OSError(errno.EDQUOT, "Disk quota exceeded", "/x/report.html"), 3),
    (KeyError("nobody foresaw this"), 3),
    (PermissionError(errno.EACCES, "Permission denied", "/x"), 3),
    (RecursionError("deep"), 3),
    (MemoryError(), 3),
    (KeyboardInterrupt(), 3),
]


@pytest.mark.parametrize(
    "cause",
    [
        OSError(errno.ENOSPC, "No space left"),
        DiskFull("writing", Path("/x"), "no room"),
        PeerGone("history", 60, "no answer"),
    ],
)
def test_what_cannot_be_kept_for_the_labs_trouble_is_the_labs(cause: BaseException) -> None:
    """However it is told: history, runs, a page that is written."""

    def fail() -> object:
        try:
            raise cause
        except (OSError, LabFault) as error:
            raise StoreError("the history cannot be written") from error

    assert exit_code_of(fail) == 3


@pytest.mark.parametrize(("error", "code"), ENDS, ids=lambda one: type(one).__name__)
def test_no_error_is_exit_1(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """One line and at most a hint; the driver is blamed by none."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def fail() -> object:
        raise error

    assert exit_code_of(fail) == code
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] in (["error"], ["error", "hint"])


def test_a_full_disk_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    """What was written, and what to do."""

    def fail() -> object:
        raise OSError(errno.ENOSPC, "No space left on device", "/x/report.html")

    exit_code_of(fail)
    said = capsys.readouterr().err
    assert "disk is full" in said
    assert "/x/report.html" in said
    assert "free disk space" in said


def test_what_nobody_foresaw_says_where_its_traceback_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The traceback goes to a file, its place into the hint."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    exit_code_of(lambda: {}["gone"])
    said = capsys.readouterr().err
    assert "internal error: KeyError: 'gone'" in said
    assert "Traceback" not in said
    (log,) = re.findall(r"traceback: (\S+)", said)
    assert "KeyError: 'gone'" in Path(log).read_text()


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_the_exit_code_of_a_command_is_its_own(code: int) -> None:
    """A verdict's code passes as it is."""
    assert exit_code_of(lambda: code) == code


def test_a_reader_that_goes_away_is_no_verdict() -> None:
    """`hil faults | true`: quiet, and not exit 1."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "harness", "faults"],
            stdout=gone, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (3, "")


def test_an_import_that_fails_is_told(tmp_path: Path) -> None:
    """A damaged environment is no traceback and no verdict either."""
    (tmp_path / "typer.py").write_text("raise ImportError('half an installation')")
    done = subprocess.run(
        [sys.executable, "-m", "harness", "faults"],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 3
    assert "ImportError: half an installation" in done.stderr
    assert "Traceback" not in done.stderr
