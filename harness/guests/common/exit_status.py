# SPDX-License-Identifier: GPL-2.0-or-later
"""How a command ended, asked of the shell that ran it: for SSH servers that do not tell. Pure.

``%^errorlevel%`` is no variable when cmd.exe reads the line, so that it stays; its caret is gone
when ``call`` reads it again, after the command. The token is new each time: no output of a command
can be taken for it.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

MARK = "hil-exit-"


@dataclass(frozen=True, slots=True)
class Told:
    """A command's output without the line that was asked for, and the exit code in that."""

    output: str
    status: int
    """As Windows has it, from 0 to 0xFFFFFFFF."""


def new_token() -> str:
    """A word that is in no output yet."""
    return secrets.token_hex(8)


def asking(command: str, token: str) -> str:
    """A line for cmd.exe that runs `command` and prints its exit code."""
    return f"{command} & call echo {MARK}{token} %^errorlevel%"


def told(output: str, token: str) -> Told | None:
    """What the line of `asking` printed; None if its exit code is not there."""
    before, mark, after = output.rpartition(f"{MARK}{token}")
    code = re.match(r" (-?\d{1,10})\s*$", after)
    if not mark or code is None:
        return None
    return Told(before.rstrip(), int(code[1]) & 0xFFFFFFFF)
