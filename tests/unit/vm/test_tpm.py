# SPDX-License-Identifier: GPL-2.0-or-later
"""The TPM beside a machine: how it is started, and what is told if it does not come up."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from harness.errors import PeerGone
from harness.local.programs import ProgramMissing
from harness.vm.tpm import running_tpm, tpm_argv


def stand_in(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program in swtpm's place, the first on PATH."""
    program = folder / "swtpm"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_its_command_line() -> None:
    """A TPM 2.0 with its memory in a folder."""
    assert tpm_argv(Path("/w/tpm"), Path("/w/tpm.sock")) == [
        "swtpm", "socket", "--tpm2", "--tpmstate", "dir=/w/tpm",
        "--ctrl", "type=unixio,path=/w/tpm.sock",
    ]  # fmt: skip


def test_it_runs_for_as_long_as_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder is private; the machine comes once the socket is there."""
    place = tmp_path / "sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        stand_in(tmp_path, "exec sleep 60", monkeypatch)
        with running_tpm(tmp_path / "state", place, tmp_path / "log") as found:
            assert found == place
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_one_that_ends_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it said is in the error."""
    stand_in(tmp_path, "echo no such option; exit 1", monkeypatch)
    with (
        pytest.raises(PeerGone, match="status 1: no such option"),
        running_tpm(tmp_path / "state", tmp_path / "sock", tmp_path / "log"),
    ):
        pass


def test_a_machine_without_swtpm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fix is in the error."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(ProgramMissing, match="swtpm") as caught,
        running_tpm(tmp_path / "state", tmp_path / "sock", tmp_path / "log"),
    ):
        pass
    assert "apt-get install" in caught.value.hint
