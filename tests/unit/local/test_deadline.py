# SPDX-License-Identifier: GPL-2.0-or-later
"""Errors and bounded waits: a wait in vain says what, how long, and what was last seen."""

from __future__ import annotations

import pytest

from harness.errors import HarnessError, LabFault, PeerGone, TooSlow, UsageError
from harness.local.deadline import Deadline


def test_a_wait_ends_with_the_first_result() -> None:
    """False and 0 are results; only None is not."""
    answers = iter([None, None, 0])
    assert Deadline("x", 5).poll(lambda: next(answers), every_s=0) == 0


def test_a_wait_in_vain_tells_all_of_it() -> None:
    """What was awaited, for how long, and the state the probe set."""
    deadline = Deadline("boot of the guest", 0)

    def probe() -> None:
        deadline.state = "kernel"

    with pytest.raises(TooSlow) as caught:
        deadline.poll(probe)
    assert str(caught.value) == "boot of the guest: gave up after 0.0 s; last seen: kernel"


def test_a_probe_is_asked_at_least_once() -> None:
    """Also when the limit has passed already: what is there counts."""
    assert Deadline("x", 0).poll(lambda: "there") == "there"


def test_a_probe_ends_the_wait_by_raising() -> None:
    """What can no longer come is not waited for."""
    deadline = Deadline("SSH", 3600)

    def probe() -> None:
        raise deadline.gone(hint="look at serial.log")

    with pytest.raises(PeerGone, match="SSH: went away") as caught:
        deadline.poll(probe)
    assert caught.value.hint == "look at serial.log"


def test_the_time_left_is_never_negative() -> None:
    """It can be handed on as a timeout."""
    assert Deadline("x", 0).remaining_s == 0
    assert Deadline("x", 0).expired
    assert 0 < Deadline("x", 60).remaining_s <= 60


def test_errors_are_told_apart_by_who_has_to_act() -> None:
    """The user's input is no lab fault, and a lab fault is what the standard library calls it."""
    assert not issubclass(UsageError, LabFault)
    assert issubclass(TooSlow, LabFault)
    assert issubclass(TooSlow, TimeoutError)
    assert issubclass(PeerGone, ConnectionError)
    assert issubclass(LabFault, HarnessError)
