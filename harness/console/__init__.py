# SPDX-License-Identifier: GPL-2.0-or-later
"""What the person at the terminal sees while a run runs and when it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO

from harness.console.live import LiveConsole
from harness.console.plain import PlainConsole
from harness.console.protocol import Console, StageProgress, Stages
from harness.console.stages import StageClock
from harness.results.grouping import RuleText

__all__ = [
    "Console",
    "LiveConsole",
    "PlainConsole",
    "StageClock",
    "StageProgress",
    "Stages",
    "open_console",
]


def open_console(
    stream: TextIO | None = None,
    *,
    rules: Mapping[str, RuleText] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Console:
    """Return the display that fits the stream (default: standard output).

    Plain lines if it is no terminal, cannot show Unicode, or NO_COLOR, CI or TERM=dumb is set.
    ``rules`` gives the findings of the summary their rule texts.
    """
    stream = stream or sys.stdout
    if _live(stream, os.environ if environment is None else environment):
        return LiveConsole(stream, rules)
    return PlainConsole(stream, rules)


def _live(stream: TextIO, environment: Mapping[str, str]) -> bool:
    if environment.get("NO_COLOR") or environment.get("CI") or environment.get("TERM") == "dumb":
        return False
    encoding = (getattr(stream, "encoding", None) or "").lower().replace("-", "")
    return encoding.startswith("utf") and stream.isatty()
