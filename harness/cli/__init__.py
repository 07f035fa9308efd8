# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: one clear line for whatever ends a command, and one exit code.

Whatever happens, from the first import on, ends in `main`: exit 1 is a verdict, never an accident.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from harness.cli.ends import exit_code_of
from harness.naming import VARIABLE

__all__ = ["main"]


def main() -> NoReturn:
    """The program `wlan-hil`."""
    sys.exit(exit_code_of(_run))


def _run() -> object:
    if VARIABLE in os.environ:  # the script `hil` let us start undisturbed
        signal.signal(signal.SIGINT, signal.default_int_handler)
    from harness.cli.app import run_app  # here, so that what goes wrong in it is told as well

    return run_app()
