# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's calendar clock, set and proven.

A restored machine lives at the moment it was saved; certificates made today are not valid yet for
one that is days old. Only the calendar moves: the monotonic clock, on which everything is measured,
goes on as it was.
"""

from __future__ import annotations

import time

from harness.guests.common.ssh import Ssh
from harness.local.deadline import Deadline

MAX_OFF_S = 2.0
"""Most by which the guest's clock may differ from the host's once it is set; an SSH command under
TCG takes some 0.3 s."""


def set_clock(ssh: Ssh) -> float:
    """Set the guest's clock to the host's; the seconds by which it had been behind.

    Raises `LabFault` if the guest does not tell the time afterwards, or another one.
    """
    deadline = Deadline("setting of the guest's clock", 0)
    asked_s = time.time()
    said = ssh.run(f"hil-clock {asked_s:.3f}")
    told_s = time.time()
    try:
        before_s, after_s = (float(word) for word in said.output.split())
    except ValueError:
        deadline.state = f"status {said.status}: {said.errors or said.output or 'no output'}"
        raise deadline.gone() from None
    if not asked_s - MAX_OFF_S <= after_s <= told_s + MAX_OFF_S:
        deadline.state = f"it is {told_s - after_s:.0f} s behind the host's still"
        raise deadline.gone()
    return asked_s - before_s
