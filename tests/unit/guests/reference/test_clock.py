# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's calendar clock is set and proven: a restored guest lives in the past."""

from __future__ import annotations

import time
from typing import Any

import pytest

from harness.errors import PeerGone
from harness.guests.common.ssh import CommandResult
from harness.guests.reference.clock import set_clock


class Guest:
    """A guest whose clock is behind; it obeys or does not."""

    def __init__(self, behind_s: float, *, obeys: bool = True) -> None:
        self.behind_s, self.obeys = behind_s, obeys
        self.asked: list[str] = []

    def run(self, command: str) -> CommandResult:
        """`hil-clock`."""
        self.asked.append(command)
        before_s = time.time() - self.behind_s
        after_s = float(command.split()[1]) if self.obeys else before_s
        return CommandResult(0, f"{before_s:.9f} {after_s:.9f}", "")


def test_a_clock_that_is_behind_is_set() -> None:
    """By how much it was behind is told; what it says afterwards is checked."""
    guest: Any = Guest(3 * 86400)
    assert set_clock(guest) == pytest.approx(3 * 86400, abs=1)
    assert guest.asked[0].startswith("hil-clock ")


def test_a_clock_that_does_not_follow_is_a_lab_fault() -> None:
    """802.1X would fail for a reason nobody sees."""
    guest: Any = Guest(3 * 86400, obeys=False)
    with pytest.raises(PeerGone, match=r"guest's clock: .*259200 s behind"):
        set_clock(guest)


class Refusing:
    """A guest that knows no such command."""

    def run(self, _: str) -> CommandResult:
        """What a shell says."""
        return CommandResult(1, "", "not recognized")


def test_a_guest_that_does_not_tell_the_time_is_a_lab_fault() -> None:
    """Its words are in the fault."""
    guest: Any = Refusing()
    with pytest.raises(PeerGone, match="status 1: not recognized"):
        set_clock(guest)
