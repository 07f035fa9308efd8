# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/adding-a-device-model.md as its reader follows it: commands, lab.toml, folder."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "adding-a-device-model.md"
_BLOCK = re.compile(r"^```(sh|toml)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(kind: str) -> list[str]:
    """The blocks of that kind, in their order."""
    text = GUIDE.read_text(encoding="utf-8")
    return [found[2] for found in _BLOCK.finditer(text) if found[1] == kind]


def commands() -> list[str]:
    """All commands, in their order."""
    return [line for block in blocks("sh") for line in block.splitlines()]


def labs() -> list[str]:
    """The files lab.toml, in their order."""
    return [block for block in blocks("toml") if block.startswith("[guest]")]


def lay_out(folder: Path) -> None:
    """Make a folder look like the project's."""
    (folder / "docs").symlink_to(ROOT / "docs")


def argv(command: str) -> list[str]:
    """A command's arguments; `./hil` without what it does first, which has tests of its own."""
    first, *rest = shlex.split(command)
    python = {"./hil": [sys.executable, "-m", "harness"], "python3": [sys.executable]}
    return [*python.get(first, [first]), *rest]


def run(command: str, folder: Path) -> str:
    """Run a command there, to its good end; what it printed."""
    ended = subprocess.run(
        argv(command), cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, (command, ended.stdout, ended.stderr)
    assert ended.stderr == "", command
    return ended.stdout


def compiled(folder: Path) -> Path:
    """The model in C, compiled by the guide's command; a warning of the compiler is an error."""
    (command,) = (one for one in commands() if one.startswith("cc "))
    run(command, folder)
    return folder / "rtl8187l"
