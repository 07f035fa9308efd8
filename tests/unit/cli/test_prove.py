# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil prove windows` at the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.errors import UsageError
from harness.run import proof as proof_module
from harness.run.proof import Proof


def test_the_steps_are_listed() -> None:
    """With what each proves."""
    said = CliRunner().invoke(app, ["prove", "windows", "--steps"])
    assert said.exit_code == 0
    assert said.output.count("proves: ") == 10


def test_a_lab_without_a_windows_guest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is told what to write into lab.toml."""
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(app, ["prove", "windows"])
    assert isinstance(said.exception, UsageError)
    assert "rehearsal" in said.exception.hint


@pytest.mark.parametrize(
    ("outcome", "mistake", "code"), [("done", False, 0), ("failed", False, 3), ("failed", True, 2)]
)
def test_the_file_and_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: str, mistake: bool, code: int
) -> None:
    """A rehearsal is called one, in the file's name too."""

    def carried_out(_lab: object, _given: object, folder: Path, _console: object) -> Proof:
        made = Proof(rehearsal=True, folder=folder, mistake=mistake)
        for step in made.steps:
            step.outcome = outcome  # type: ignore[assignment]
        return made

    monkeypatch.chdir(tmp_path)
    (tmp_path / "lab.toml").write_text('[guest]\nkind = "windows"\nimage = "rehearsal"\n')
    monkeypatch.setattr(proof_module, "prove", carried_out)
    said = CliRunner().invoke(app, ["prove", "windows"])
    assert said.exit_code == code
    assert "nothing of it is Windows" in said.output
    assert list(tmp_path.glob("windows-rehearsal-*.zip"))


@pytest.mark.parametrize("folder", ["/proc", "nowhere"])
def test_a_folder_that_takes_no_file_is_told_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    """Behind an hour of steps their file would have no place."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lab.toml").write_text('[guest]\nkind = "windows"\nimage = "rehearsal"\n')
    monkeypatch.setattr(proof_module, "prove", lambda *_: pytest.fail("the steps have begun"))
    said = CliRunner().invoke(app, ["prove", "windows", "--to", folder])
    assert isinstance(said.exception, UsageError)
    assert said.exception.message.startswith(f"--to {folder}: ")
    assert said.exception.hint
