# SPDX-License-Identifier: GPL-2.0-or-later
"""The service's first start: tried again when the host does not come up, but not against a stop."""

from __future__ import annotations

from autoconfig.__main__ import BOOT_TRIES, start_at_boot
from autoconfig.ihv_host.lifecycle import State
from autoconfig.ihv_host.process import HostLoss, ServiceEvent

from tests.unit.autoconfig.doubles import FakeLoop
from tests.unit.autoconfig.scripted_host import Bench

SLOW = HostLoss(hung=True, function="", text="start did not return")


def test_slow_first_starts_are_tried_again_so_often_and_no_more() -> None:
    """Each lost start is followed by another until the tries are used up."""
    loop, it = FakeLoop(), Bench()
    start_at_boot(loop, it.life)
    for _ in range(BOOT_TRIES + 2):
        if it.life.state is State.STARTING:
            it.life.on_lost(SLOW)
        loop.advance(2)
    assert it.host.log.count("start") == BOOT_TRIES
    assert it.life.state is State.FAILED


def test_a_dll_that_cannot_be_loaded_is_not_tried_again() -> None:
    """Nothing changes by itself about a missing file."""
    loop, it = FakeLoop(), Bench()
    start_at_boot(loop, it.life)
    it.life.on_service(ServiceEvent(False, "load", 126))
    loop.advance(10)
    assert it.host.log.count("start") == 1


def test_a_stop_in_between_counts() -> None:
    """A service that was stopped while a retry was due stays stopped."""
    loop, it = FakeLoop(), Bench()
    start_at_boot(loop, it.life)
    it.life.on_lost(SLOW)
    it.life.stop(it.outcomes.append)
    loop.advance(10)
    assert it.life.state is State.STOPPED
    assert it.host.log.count("start") == 1
