# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs of this machine that the lab runs to their end."""

from __future__ import annotations

import subprocess

from harness.errors import HarnessError


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
