# SPDX-License-Identifier: GPL-2.0-or-later
"""State changes to stderr, which is the guest's serial console. Never content: no XML, no packet,
no key."""

from __future__ import annotations

import sys
import time


def note(text: str) -> None:
    """Write one line with the guest clock (CLOCK_MONOTONIC, seconds) in front."""
    sys.stderr.write(f"[{time.monotonic():12.6f}] autoconfig: {text}\n")
    sys.stderr.flush()
