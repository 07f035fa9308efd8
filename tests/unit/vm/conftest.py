# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine's parts without a machine: a fake QEMU on the PATH, and a console that says nothing."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


class FakeQemu:
    """The QEMU that tests of this folder start, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answer({})

    def answer(self, answers: dict[str, list[Any]]) -> None:
        """Set what commands return, one after the other; the last value is returned for ever.

        "die" ends QEMU in place of an answer, "refuse" is an error.
        """
        usual = {"query-status": [{"status": "running"}]}
        (self.folder / "answers.json").write_text(json.dumps(usual | answers))

    def die(self, last_words: str) -> None:
        """Let it end as soon as it is started."""
        (self.folder / "dies").write_text(last_words)

    def be_mute(self) -> None:
        """Let its guest say nothing."""
        (self.folder / "mute").touch()

    def say(self, words: str) -> None:
        """Let it write to its standard error."""
        (self.folder / "says").write_text(words)

    def stay(self) -> None:
        """Let it ignore `quit`."""
        (self.folder / "stays").touch()

    @property
    def asked(self) -> list[str]:
        """The QMP commands it got."""
        return [name for name, _ in self._asked()]

    def arguments(self, command: str) -> object:
        """The arguments of the QMP command of that name that came last."""
        return dict(self._asked())[command]

    def _asked(self) -> list[tuple[str, object]]:
        lines = (self.folder / "asked").read_text().splitlines()
        return [(name, arguments) for name, arguments in map(json.loads, lines)]

    @property
    def argv(self) -> list[str]:
        """Its arguments."""
        found: list[str] = json.loads((self.folder / "argv.json").read_text())
        return found


@pytest.fixture
def qemu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeQemu:
    """A fake QEMU that is found before the real one."""
    folder = tmp_path / "qemu"
    folder.mkdir()
    program = folder / "qemu-system-x86_64"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {HERE}/fake_qemu.py {folder} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return FakeQemu(folder)
