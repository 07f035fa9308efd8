# SPDX-License-Identifier: GPL-2.0-or-later
"""Signals that end a run in good order."""

from __future__ import annotations

import signal
from types import FrameType
from typing import NoReturn


def interrupt_on_signals() -> None:
    """Make SIGTERM and SIGHUP end a run as Ctrl-C does; a second signal cannot cut the clean-up."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt(signal.Signals(number).name)

    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, interrupt)
