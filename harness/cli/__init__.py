# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: one clear line for whatever ends a command, and one exit code.

Whatever happens, from the first import on, ends in `main`: exit 1 is a verdict, never an accident.
"""

from __future__ import annotations

import sys
from typing import NoReturn

from harness.cli.ends import exit_code_of

__all__ = ["main"]


def main() -> NoReturn:
    """The program `wlan-hil`."""
    sys.exit(exit_code_of(_run))


def _run() -> object:
    from harness.cli.app import run_app  # here, so that what goes wrong in it is told as well

    return run_app()
