# SPDX-License-Identifier: GPL-2.0-or-later
"""The IHV host process with a real process as its double: order, crash, hang, broken protocol."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from autoconfig.ihv_host.call_queue import Arguments
from autoconfig.ihv_host.exit_record import HostExit
from autoconfig.ihv_host.process import HostLoss, IhvHost, ServiceEvent
from autoconfig.settings import ServiceLimits

from hil_common.loop import Loop
from tests.unit.autoconfig.doubles import FAKE_HOST

LIMITS = ServiceLimits(handler_s=0.3, load_s=0.5, deinit_s=0.3)
PATIENT = ServiceLimits()


class Bench:
    """A host, what it reported, and a bounded wait."""

    def __init__(self, fault: str, limits: ServiceLimits = PATIENT) -> None:
        self.loop = Loop()
        self.services: list[ServiceEvent] = []
        self.losses: list[HostLoss] = []
        self.framework: list[str] = []
        self.exits: list[HostExit] = []
        self.prepared: list[bool] = []
        self.host = IhvHost(
            self.loop, (sys.executable, "-S", FAKE_HOST, fault), limits,
            self._framework, self.services.append, self.losses.append, on_exit=self.exits.append,
        )  # fmt: skip

    def _framework(self, function: str, _arguments: Arguments) -> Arguments:
        self.framework.append(function)
        return {"status": 0}

    def until(self, what: Callable[[], bool]) -> None:
        """Serve until something holds; ten seconds at most."""
        end_s = time.monotonic() + 10
        while not what():
            assert time.monotonic() < end_s, "waited 10 s in vain"
            self.loop.turn(0.2)

    def prepare(self) -> Bench:
        """Wait for a process that waits."""
        self.host.prepare(self.prepared.append)
        self.until(lambda: bool(self.prepared))
        return self

    def started(self) -> Bench:
        """Wait for the service event."""
        self.until(lambda: bool(self.services))
        assert self.services == [ServiceEvent(True, "", 0)]
        return self


@pytest.fixture
def bench() -> Iterator[Callable[..., Bench]]:
    """Makes benches and ends their processes."""
    made: list[Bench] = []

    def make(
        fault: str = "good", limits: ServiceLimits = PATIENT, *, prepared: bool = False
    ) -> Bench:
        made.append(Bench(fault, limits))
        if prepared:
            made[-1].prepare()
        made[-1].host.start()
        return made[-1]

    yield make
    for each in made:
        each.host.kill()


Make = Callable[..., Bench]


def test_handlers_run_one_at_a_time_in_order(bench: Make) -> None:
    """Calls asked for at once are answered in their order, framework calls in between."""
    it = bench().started()
    done: list[str] = []
    for name in ("init_adapter", "pre_associate", "adapter_reset"):
        arguments = {"svc_handle": "0x10", "connect_session": "0x20"}
        it.host.call(name, arguments, lambda _r, name=name: done.append(name))
    it.until(lambda: len(done) == 3)
    assert done == ["init_adapter", "pre_associate", "adapter_reset"]
    assert it.framework[-1] == "Dot11ExtPreAssociateCompletion"


def test_call_made_in_an_answer_comes_after_what_waits(bench: Make) -> None:
    """A call that a completion asks for does not overtake."""
    it = bench().started()
    done: list[str] = []
    it.host.call("a", {}, lambda _r: it.host.call("c", {}, lambda _r: done.append("c")))
    it.host.call("b", {}, lambda _r: done.append("b"))
    it.until(lambda: len(done) == 2)
    assert done == ["b", "c"]


def test_failed_load_is_told_with_its_stage(bench: Make) -> None:
    """The host's report of a DLL that cannot be loaded arrives whole."""
    it = bench("fail-load")
    it.until(lambda: bool(it.services))
    assert it.services == [ServiceEvent(False, "load", 126)]


def test_crash_is_told_once_and_drops_calls(bench: Make) -> None:
    """The process dies in a handler: one loss naming the handler, no answers."""
    it = bench("crash-in:post_associate").started()
    answers: list[Arguments] = []
    it.host.call("post_associate", {"session": "0x1"}, answers.append)
    it.host.call("adapter_reset", {}, answers.append)
    it.until(lambda: bool(it.losses))
    (loss,) = it.losses
    assert (loss.hung, loss.function) == (False, "post_associate")
    assert answers == []
    assert not it.host.alive


def test_hang_is_killed_after_the_limit(bench: Make) -> None:
    """A handler that does not return ends the process within its limit."""
    it = bench("hang-in:post_associate", LIMITS).started()
    it.host.call("post_associate", {"session": "0x1"})
    it.until(lambda: bool(it.losses))
    (loss,) = it.losses
    assert (loss.hung, loss.function) == (True, "post_associate")
    assert "0.3 s" in loss.text
    assert not it.host.alive


def test_a_new_host_works_after_a_crash(bench: Make) -> None:
    """start() after a loss begins a clean process; late events of the old one do not count."""
    it = bench("crash-in:a").started()
    it.host.call("a", {})
    it.until(lambda: bool(it.losses))
    it.services.clear()
    it.host.start()
    it.started()
    done: list[Arguments] = []
    it.host.call("b", {}, done.append)
    it.until(lambda: bool(done))
    assert len(it.losses) == 1


def test_host_that_says_nothing_is_given_up(bench: Make) -> None:
    """No service event within the start limit counts as a hang."""
    it = bench("silent", LIMITS)
    it.until(lambda: bool(it.losses))
    assert it.losses[0].hung
    assert it.services == []


@pytest.mark.parametrize("fault", ["exit-at-start", "garbage"])
def test_host_that_is_none_is_a_loss(bench: Make, fault: str) -> None:
    """A process that ends or speaks no JSON is lost, not waited for."""
    it = bench(fault)
    it.until(lambda: bool(it.losses))
    assert not it.losses[0].hung


def test_refused_call_reads_as_a_failed_handler(bench: Make) -> None:
    """A protocol error of the host is answered as ERROR_GEN_FAILURE, and the next call runs."""
    it = bench("refuse:a").started()
    answers: list[Arguments] = []
    it.host.call("a", {}, answers.append)
    it.host.call("b", {}, answers.append)
    it.until(lambda: len(answers) == 2)
    assert [each["status"] for each in answers] == [31, 0]


def test_program_that_does_not_exist(bench: Make) -> None:
    """A host that cannot even be started is a failed service, not an exception."""
    services: list[ServiceEvent] = []
    loop = Loop()
    host = IhvHost(
        loop, ("/nonexistent/host",), PATIENT, lambda _f, _a: {}, services.append,
        lambda _loss: None,
    )  # fmt: skip
    host.start()
    loop.turn()
    assert services == [ServiceEvent(False, "start", 2)]


def test_finish_lets_the_process_end_by_itself(bench: Make) -> None:
    """After deinit_service the end of the process is no loss."""
    it = bench().started()
    done: list[bool] = []
    it.host.call("deinit_service", {}, lambda _r: it.host.finish(lambda: done.append(True)))
    it.until(lambda: bool(done))
    assert it.losses == []
    assert not it.host.alive


def test_calls_without_a_host_are_dropped(bench: Make) -> None:
    """After a kill nothing is asked and nothing answered."""
    it = bench().started()
    it.host.kill()
    it.host.call("a", {}, lambda _r: pytest.fail("answered"))
    assert not it.host.alive


def test_a_host_that_waits_goes_on_at_the_start(bench: Make) -> None:
    """It is the same process, it serves like any other, and its end is accounted for."""
    it = bench(prepared=True).started()
    assert it.prepared == [True]
    answers: list[Arguments] = []
    it.host.call("a", {}, answers.append)
    it.until(lambda: bool(answers))
    it.host.kill()
    assert [(end.how, end.pid) for end in it.exits] == [("stopped", 4711)]


def test_a_host_that_waits_is_none_yet() -> None:
    """It runs nothing, what is asked is dropped, and to ask for it again is to have it."""
    it = Bench("good").prepare()
    it.host.prepare(it.prepared.append)
    it.host.call("a", {}, lambda _r: pytest.fail("answered"), lambda: it.prepared.append(False))
    it.until(lambda: len(it.prepared) == 3)
    assert it.prepared == [True, True, False]
    assert not it.host.alive
    it.host.kill()
    assert it.exits == []


def test_a_host_that_ends_while_it_waits_is_forgotten() -> None:
    """Nothing of a DLL was in it: it is no loss, and the next start begins with another."""
    it = Bench("good").prepare()
    assert it.host._process is not None
    it.host._process.terminate()
    it.until(lambda: it.host._process is None)
    assert (it.losses, it.exits) == ([], [])
    it.host.start()
    it.started()
    it.host.kill()


def test_a_host_that_ended_unseen_while_it_waited_is_not_started() -> None:
    """The start comes before the loop has seen its end: no DLL gets the blame for that."""
    it = Bench("good").prepare()
    process = it.host._process
    assert process is not None
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it is dead, and not yet reaped
    it.host.start()
    it.started()
    assert (it.losses, it.exits) == ([], [])
    it.host.kill()


def test_a_host_that_fails_after_it_waited_fails_like_any_other(bench: Make) -> None:
    """The limit of the load counts from the start."""
    it = bench("silent", LIMITS, prepared=True)
    it.until(lambda: bool(it.losses))
    assert it.losses[0].hung


def test_a_program_that_does_not_exist_cannot_wait() -> None:
    """Who asked is told so."""
    loop = Loop()
    host = IhvHost(
        loop, ("/nonexistent/host",), PATIENT, lambda _f, _a: {}, lambda _event: None,
        lambda _loss: None,
    )  # fmt: skip
    told: list[bool] = []
    host.prepare(told.append)
    loop.turn()
    assert told == [False]
