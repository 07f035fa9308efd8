# SPDX-License-Identifier: GPL-2.0-or-later
"""A call that never ends, which can be told from outside alone."""

from __future__ import annotations

import subprocess
import sys

from hwsim.usb import watchdog
from hwsim.usb.watchdog import hung

HANGS = """
import time
from hwsim.usb import watchdog
watchdog.HUNG_S = watchdog._EVERY_S = 0.01
class Who:
    asked, since_ns = "control() of request 5", time.monotonic_ns()
who = Who()
watchdog.watch("vendor:Chip", who)
while True:
    time.sleep(1)
"""


class Who:
    """Who was asked a second ago."""

    asked = "reset()"
    since_ns = 1_000_000_000


def test_what_does_not_end_is_told() -> None:
    """After a while; not if nothing is asked."""
    who = Who()
    assert hung(who, 2_000_000_000) == ""
    late_ns = who.since_ns + int(watchdog.HUNG_S * 1e9)
    assert hung(who, late_ns) == "reset() has not ended for 5.0 s"
    who.since_ns = 0
    assert hung(who, 1 << 60) == ""


def test_the_process_ends_with_the_reason_as_its_last_line() -> None:
    """Which is what the harness tells of an air that ended."""
    ended = subprocess.run(
        [sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == watchdog.STATUS
    assert ended.stderr.startswith("device model vendor:Chip: control() of request 5 has not ended")
    assert ended.stderr.count("\n") == 1
