# SPDX-License-Identifier: GPL-2.0-or-later
"""State changes to stderr, which is the guest's serial console. Never content: no XML, no packet,
no key.

A line costs 1.5 ms on an emulated serial port, so once `defer` was called lines are written a
little later, with the time they are about.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

DELAY_S = 0.3

_pending: list[str] = []
_later: Callable[[float, Callable[[], None]], object] | None = None


def defer(call_after_s: Callable[[float, Callable[[], None]], object]) -> None:
    """Write lines together, `DELAY_S` after the first, through a loop's `call_after_s`."""
    global _later
    _later = call_after_s


def note(text: str) -> None:
    """Take one line, with the guest clock (CLOCK_MONOTONIC, seconds) in front."""
    _pending.append(f"[{time.monotonic():12.6f}] autoconfig: {text}\n")
    if _later is None:
        flush()
    elif len(_pending) == 1:
        _later(DELAY_S, flush)


def flush() -> None:
    """Write what waits."""
    text = "".join(_pending)
    _pending.clear()
    sys.stderr.write(text)
    sys.stderr.flush()
