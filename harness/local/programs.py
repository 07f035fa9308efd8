# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs of this machine: run to their end, or beside us and with what they said."""

from __future__ import annotations

import subprocess
from pathlib import Path

from harness.errors import HarnessError

PARENT_DEATH = ("setpriv", "--pdeathsig", "KILL", "--")
"""Put before an argv, ties that program's life to ours: not even a killed harness leaves it."""


class ProgramMissing(HarnessError):
    """A program the lab needs is not on this machine."""


def run(argv: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program and keep what it says; raises `ProgramMissing`. Its status is the caller's."""
    try:
        return subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False)
    except FileNotFoundError:
        raise ProgramMissing(
            f"{argv[0]}: not found on this machine", hint="`hil doctor` lists the fix"
        ) from None


def last_line(path: Path, *, limit: int = 160) -> str:
    """The last line with text in a file of lines, shortened and made printable."""
    try:
        tail = path.read_bytes()[-4096:]
    except OSError:
        return ""
    lines = [line.strip() for line in tail.decode("utf-8", "replace").splitlines()]
    text = next((line for line in reversed(lines) if line), "")
    return "".join(c if c.isprintable() else "?" for c in text)[:limit]
