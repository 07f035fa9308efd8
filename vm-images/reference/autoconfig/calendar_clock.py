# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine's calendar clock, which a restored guest has as it was when it was saved."""

from __future__ import annotations

import time

from . import codes
from .client import CallError
from .ihv_host.call_queue import Arguments


def set_calendar_clock(arguments: Arguments) -> Arguments:
    """Set it to `now_s`, seconds since 1970; what it said before and says now.

    The monotonic clocks, on which everything is measured, go on as they were. Raises CallError.
    """
    before_s = time.time()
    try:
        time.clock_settime(time.CLOCK_REALTIME, float(arguments["now_s"]))
    except (OSError, OverflowError) as error:
        raise CallError(codes.ERROR_INVALID_PARAMETER, f"clock not set: {error}") from None
    return {"before_s": before_s, "after_s": time.time()}
