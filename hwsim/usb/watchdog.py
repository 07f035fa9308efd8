# SPDX-License-Identifier: GPL-2.0-or-later
"""What is to be done about a call that never ends, in the one thread that there is for all.

A thread looks from outside. It can end nothing but the process: that it does, with the reason as
its last line, which the harness tells as the air's last words.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import weakref
from typing import Final, Protocol

HUNG_S: Final = 5.0
"""A call that takes longer does not end."""
STATUS: Final = 4
"""The exit status then."""
_EVERY_S: Final = 0.25


class Asked(Protocol):
    """Who is asked: what, and since when (ns of the air's clock; 0: nothing is asked)."""

    asked: str
    since_ns: int


def watch(name: str, who: Asked) -> None:
    """Look after the calls of a model, for as long as it is there."""
    looked_at = weakref.ref(who)

    def look() -> None:
        while (one := looked_at()) is not None:
            if said := hung(one, time.monotonic_ns()):
                sys.stderr.write(f"device model {name}: {said}\n")
                sys.stderr.flush()
                os._exit(STATUS)
            del one
            time.sleep(_EVERY_S)

    threading.Thread(target=look, name="watchdog", daemon=True).start()


def hung(who: Asked, at_ns: int) -> str:
    """What does not end, in words; empty if there is nothing."""
    since_ns, asked = who.since_ns, who.asked
    if not since_ns or at_ns - since_ns < HUNG_S * 1e9:
        return ""
    return f"{asked} has not ended for {(at_ns - since_ns) / 1e9:.1f} s"
