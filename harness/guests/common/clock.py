# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's calendar clock, proven to have been set.

A restored machine lives at the moment it was saved; certificates made today are not valid yet for
one that is days old. Only the calendar moves: the monotonic clock, on which everything is measured,
goes on as it was.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.local.deadline import Deadline

MAX_OFF_S = 2.0
"""Most by which the guest's clock may differ from the host's once it is set; a call under TCG
takes some 0.1 s."""


def behind_s(asked_s: float, told_s: float, answer: Mapping[str, object]) -> float:
    """The seconds by which the clock had been behind, from what the guest says of it.

    `asked_s` is the time that it was to be set to, `told_s` the one at its answer: `before_s` and
    `after_s`. All are seconds since 1970. Raises `LabFault` if the guest does not tell the time, or
    another one.
    """
    deadline = Deadline("setting of the guest's clock", 0)
    before_s, after_s = answer.get("before_s"), answer.get("after_s")
    if not isinstance(before_s, float) or not isinstance(after_s, float):
        deadline.state = f"its answer has {sorted(answer) or 'nothing'}, not the time"
        raise deadline.gone()
    if not asked_s - MAX_OFF_S <= after_s <= told_s + MAX_OFF_S:
        deadline.state = f"it is {told_s - after_s:.0f} s behind the host's still"
        raise deadline.gone()
    return asked_s - before_s
