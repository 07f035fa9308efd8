# SPDX-License-Identifier: GPL-2.0-or-later
"""The IHV service's life: start, failing starts, losses and restarts, the order of its stop."""

from __future__ import annotations

from autoconfig import codes
from autoconfig.ihv_host.lifecycle import Outcome, State
from autoconfig.ihv_host.process import ServiceEvent

from tests.unit.autoconfig.scripted_host import CRASH, RUNNING, Bench


def test_start_answers_after_init_adapter() -> None:
    """InitAdapter is done before the reply; the adapter knows its handle before it is called."""
    it = Bench()
    it.life.start(it.outcomes.append)
    assert it.outcomes == []
    it.life.on_service(RUNNING)
    assert it.host.log == ["new", "start", "initializing", "init_adapter"]
    it.host.answer(ihv_handle="0x7")
    assert it.host.log[-1] == "ready 0x7"
    assert it.outcomes == [Outcome()]


def test_starts_at_once_are_one() -> None:
    """A second start joins the first."""
    it = Bench()
    it.life.start(it.outcomes.append)
    it.running()
    assert it.outcomes == [Outcome(), Outcome()]
    assert it.host.log.count("start") == 1


def test_failed_load_answers_with_its_stage() -> None:
    """The stage and error of the host are the answer; the state is failed."""
    it = Bench()
    it.life.start(it.outcomes.append)
    it.life.on_service(ServiceEvent(False, "load", 126))
    assert it.outcomes == [Outcome(126, "load")]
    assert it.life.state is State.FAILED
    assert it.host.log[-3:] == ["kill", "removed", "unavailable"]


def test_failed_init_adapter_is_a_failed_start() -> None:
    """An error of InitAdapter fails the start with stage adapter."""
    it = Bench()
    it.life.start(it.outcomes.append)
    it.life.on_service(RUNNING)
    it.host.answer(status=31)
    assert it.outcomes == [Outcome(31, "adapter")]
    assert it.life.state is State.FAILED


def test_failed_service_starts_again_when_it_is_needed() -> None:
    """The next connect or SetProfile tries again."""
    it = Bench()
    it.life.start(it.outcomes.append)
    it.life.on_service(ServiceEvent(False, "load", 126))
    it.life.ensure(it.outcomes.append)
    assert it.life.state is State.STARTING
    assert it.host.log.count("start") == 2


def test_used_host_that_is_lost_is_started_at_once() -> None:
    """After a crash the next connect finds a host: the connection is told first, then the start."""
    it = Bench().used()
    it.life.on_lost(CRASH)
    assert it.host.log == ["host_lost", "new", "start"]
    assert it.life.state is State.STARTING


def test_host_that_dies_unused_is_not_started_in_a_circle() -> None:
    """A DLL that crashes by itself after each start does not restart for ever."""
    it = Bench().used()
    it.life.on_lost(CRASH)
    it.life.on_service(RUNNING)
    it.host.answer(ihv_handle="0x8")
    it.life.on_lost(CRASH)
    assert it.life.state is State.FAILED
    assert it.host.log.count("start") == 1


def test_loss_in_the_start_fails_it() -> None:
    """A host that ends before its service event, or in InitAdapter, fails the start."""
    it = Bench()
    it.life.start(it.outcomes.append)
    it.life.on_lost(CRASH)
    assert it.outcomes == [Outcome(1067, "lost")]
    assert it.life.state is State.FAILED


def test_stop_is_in_the_documented_order() -> None:
    """LIFE-10, ADPT-05: connection down → DeinitAdapter → DeinitService → the process ends."""
    it = Bench().used()
    it.life.stop(it.outcomes.append)
    assert it.host.log == ["shut_down"]
    assert it.adapter.done is not None
    it.adapter.done()
    assert it.host.log[1:] == ["removed", "deinit_adapter", "deinit_service"]
    it.host.answer()
    it.host.answer()
    assert it.host.log[-1] == "finish"
    assert it.outcomes == []
    assert it.host.over is not None
    it.host.over()
    assert it.outcomes == [Outcome()]
    assert it.life.state is State.STOPPED


def test_stop_with_a_dll_that_dies_is_still_a_stop() -> None:
    """A host lost in DeinitAdapter or DeinitService does not keep the service from stopping."""
    it = Bench().used()
    it.life.stop(it.outcomes.append)
    assert it.adapter.done is not None
    it.adapter.done()
    it.life.on_lost(CRASH)
    assert it.outcomes == [Outcome()]
    assert it.life.state is State.STOPPED


def test_stop_of_what_is_stopped_or_failed() -> None:
    """Both answer at once."""
    it = Bench()
    it.life.stop(it.outcomes.append)
    it.life.start(lambda _outcome: None)
    it.life.on_service(ServiceEvent(False, "load", 126))
    it.life.stop(it.outcomes.append)
    assert it.outcomes == [Outcome(), Outcome()]
    assert it.life.state is State.STOPPED


def test_stop_while_starting_cancels_the_start() -> None:
    """The waiting start is told, the host killed."""
    it = Bench()
    starts: list[Outcome] = []
    it.life.start(starts.append)
    it.life.stop(it.outcomes.append)
    assert starts == [Outcome(codes.ERROR_CANCELLED, "stopped")]
    assert it.outcomes == [Outcome()]
    assert "kill" in it.host.log


def test_stopped_service_stays_stopped() -> None:
    """A connect or SetProfile does not start what was stopped on purpose."""
    it = Bench()
    it.life.ensure(it.outcomes.append)
    assert it.outcomes == [Outcome(codes.ERROR_SERVICE_NOT_ACTIVE, "stopped")]
    assert it.host.log == []


def test_the_adapter_is_taken_away_and_added_again() -> None:
    """DeinitAdapter, then InitAdapter with a new service handle, in the same host."""
    it = Bench().used()
    it.life.replug(it.outcomes.append)
    assert it.host.log == ["removed", "deinit_adapter"]
    it.host.answer()
    assert it.host.log[2:] == ["new", "initializing", "init_adapter"]
    it.host.answer(ihv_handle="0x8")
    assert it.host.log[-1] == "ready 0x8"
    assert it.outcomes == [Outcome()]
    assert it.life.state is State.RUNNING


def test_a_host_lost_while_the_adapter_is_away_is_a_failed_start() -> None:
    """Whoever waits is told, and the next connect starts a host again."""
    it = Bench().used()
    it.life.replug(it.outcomes.append)
    it.life.on_lost(CRASH)
    assert [one.stage for one in it.outcomes] == ["lost"]
    assert it.life.state is State.FAILED


def test_only_a_running_service_has_an_adapter_to_take_away() -> None:
    """Else it is an error, and nothing is called."""
    it = Bench()
    it.life.replug(it.outcomes.append)
    assert [one.error for one in it.outcomes] == [codes.ERROR_INVALID_STATE]
    assert it.host.log == []


def test_a_host_is_prepared_for_a_service_that_is_stopped() -> None:
    """In any other state there is one already, or none is wanted."""
    it = Bench()
    it.life.prepare(it.outcomes.append)
    it.running()
    it.life.prepare(it.outcomes.append)
    assert it.outcomes == [Outcome(), Outcome(), Outcome(codes.ERROR_INVALID_STATE, "running")]
    assert it.host.log[:3] == ["prepare", "new", "start"]


def test_an_adapter_that_is_pulled_out_and_comes_back() -> None:
    """DeinitAdapter, then InitAdapter in the same host; what was asked meanwhile waits for it."""
    it = Bench().used()
    it.life.adapter_gone()
    assert it.host.log == ["removed", "deinit_adapter"]
    assert it.life.state is State.ABSENT
    it.host.answer()
    it.life.ensure(it.outcomes.append)
    assert it.outcomes == []
    it.life.adapter_back()
    assert it.host.log[2:] == ["new", "initializing", "init_adapter"]
    it.host.answer(ihv_handle="0x8")
    assert it.host.log[-1] == "ready 0x8"
    assert it.outcomes == [Outcome()]


def test_one_that_is_back_before_the_dll_has_seen_it_go() -> None:
    """InitAdapter does not overtake DeinitAdapter; and one that goes meanwhile is taken away."""
    it = Bench().used()
    it.life.adapter_gone()
    it.life.adapter_back()
    assert it.host.log == ["removed", "deinit_adapter"]
    it.host.answer()
    assert it.host.log[-1] == "init_adapter"
    it.life.adapter_gone()
    it.host.answer(ihv_handle="0x8")
    assert it.host.log[-3:] == ["ready 0x8", "removed", "deinit_adapter"]
    assert it.life.state is State.ABSENT


def test_a_service_without_adapter_stops_in_order() -> None:
    """There is no adapter to be taken away, and no start to be cancelled."""
    it = Bench().used()
    it.life.adapter_gone()
    it.host.answer()
    it.life.stop(it.outcomes.append)
    assert it.adapter.done is not None
    it.adapter.done()
    assert it.host.log == ["removed", "deinit_adapter", "shut_down", "removed", "deinit_service"]
    it.host.answer()
    assert it.host.over is not None
    it.host.over()
    assert it.outcomes == [Outcome()]


def test_a_host_that_is_lost_without_adapter_is_started() -> None:
    """As with one; the adapter that is not there is taken away again."""
    it = Bench().used()
    it.life.adapter_gone()
    it.host.answer()
    it.life.on_lost(CRASH)
    assert it.host.log[2:] == ["host_lost", "new", "start"]
    it.life.on_service(RUNNING)
    it.host.answer(ihv_handle="0x8")
    assert it.life.state is State.ABSENT
