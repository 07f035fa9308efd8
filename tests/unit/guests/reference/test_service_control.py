# SPDX-License-Identifier: GPL-2.0-or-later
"""The way to the guest's WLAN service: opened when it is needed, held open, closed."""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness.config.limits import LimitsConfig
from harness.errors import TooSlow
from harness.guests.reference import service_control as module
from harness.guests.reference.service_control import COMMAND, ReferenceServiceControl
from harness.local.jsonlines import CallFailed, JsonLinesClient
from harness.scenarios import OsStimulus
from harness.scenarios.stimuli import AssociationForm, OsParameters

USUAL = OsParameters()
RESET = OsStimulus(on="Dot11ExtIhvPerformPostAssociate", do="reset")


class Channel:
    """An SSH channel to a service that answers as `reply` says."""

    def __init__(self, reply: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self.lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.got: list[dict[str, Any]] = []
        self._reply = reply

    def read(self) -> Iterator[bytes]:
        """Lines of the service."""
        while (line := self.lines.get()) is not None:
            yield line

    def write(self, data: bytes) -> None:
        """A call arrives."""
        message = json.loads(data)
        self.got.append(message)
        self.lines.put(json.dumps({"id": message["id"], **self._reply(message)}).encode())

    def close(self) -> None:
        """The end of the stream."""
        self.lines.put(None)


class FakeSsh:
    """Starts one program."""

    def __init__(self, reply: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self.channel = Channel(reply)
        self.started: list[str] = []

    def program(
        self, command: str, on_event: Callable[[dict[str, Any]], None], *, name: str
    ) -> tuple[JsonLinesClient, Channel]:
        """See Ssh."""
        self.started.append(command)
        return JsonLinesClient(name, self.channel.read(), self.channel.write, on_event), (
            self.channel
        )


class BootingSsh(FakeSsh):
    """Its first programs end at once: nothing serves yet."""

    def __init__(self, reply: Callable[[dict[str, Any]], dict[str, Any]], early: int) -> None:
        super().__init__(reply)
        self._early = early

    def program(
        self, command: str, on_event: Callable[[dict[str, Any]], None], *, name: str
    ) -> tuple[JsonLinesClient, Channel]:
        """See Ssh."""
        self.channel = Channel(self.channel._reply)
        client, channel = super().program(command, on_event, name=name)
        if len(self.started) <= self._early:
            channel.close()
            client.join(5)
        return client, channel


def orders_to(ssh: FakeSsh) -> ReferenceServiceControl:
    """ReferenceServiceControl over a double."""
    over: Any = ssh
    return ReferenceServiceControl(over, limit_s=5)


def test_a_scenario_without_orders_starts_nothing() -> None:
    """No process, no call."""
    ssh = FakeSsh(lambda _: {"result": {}})
    orders = orders_to(ssh)
    orders.give((), USUAL)
    assert orders.collect() == []
    orders.close()
    assert ssh.started == []


def test_one_program_serves_the_whole_run_and_old_orders_are_taken_back() -> None:
    """Started once; a later scenario without orders clears those of the one before."""
    ssh = FakeSsh(lambda _: {"result": {"done": [{"order": 1, "do": "reset"}]}})
    orders = orders_to(ssh)
    orders.give((RESET,), USUAL)
    assert orders.collect() == [{"order": 1, "do": "reset"}]
    orders.give((), USUAL)
    orders.close()
    assert ssh.started == [COMMAND]
    plans = [call["args"]["orders"] for call in ssh.channel.got if call["call"] == "orders"]
    assert plans == [[{"on": RESET.on, "nth": 1, "do": "reset"}], []]


def test_the_form_of_the_parameters_is_given_too() -> None:
    """Also without any order."""
    ssh = FakeSsh(lambda _: {"result": {}})
    orders = orders_to(ssh)
    orders.give((), OsParameters(association=AssociationForm(size=88, revision=1)))
    orders.close()
    assert ssh.channel.got[0]["args"] == {
        "orders": [], "association": {"size": 88, "revision": 1},
    }  # fmt: skip


def test_a_guest_that_does_not_know_an_order_says_so() -> None:
    """An error of the test, in the service's words."""
    ssh = FakeSsh(lambda _: {"error": {"code": 87, "message": "order 1: no action 'fly'"}})
    orders = orders_to(ssh)
    with pytest.raises(CallFailed, match="order 1: no action 'fly'"):
        orders.give((RESET,), USUAL)
    orders.close()


def test_limits_are_told_where_the_guest_has_others() -> None:
    """Those of lab.toml; the defaults need no process of their own."""
    ssh = FakeSsh(lambda _: {"result": {}})
    orders = orders_to(ssh)
    orders.keep_limits(LimitsConfig())
    assert ssh.started == []
    orders.keep_limits(LimitsConfig(handler_s=20, command_s=900))
    orders.close()
    (call,) = ssh.channel.got
    assert call["call"] == "limits"
    assert call["args"] == LimitsConfig().of_guest() | {"handler_s": 20}


def test_channels_are_told_where_the_guest_would_begin_elsewhere() -> None:
    """In the order of the access points, once, and taken back for a network on channel 1."""
    ssh = FakeSsh(lambda _: {"result": {}})
    service = orders_to(ssh)
    service.look_first([2412, 5180])
    assert ssh.started == []
    for channels in ([2457, 5180, 2457], [2457, 5180], [2412]):
        service.look_first(channels)
    service.close()
    assert [call["args"] for call in ssh.channel.got] == [{"mhz": [2457, 5180]}, {"mhz": []}]


def test_a_guest_that_does_not_know_a_limit_says_so() -> None:
    """An error of the test, in the service's words."""
    ssh = FakeSsh(lambda _: {"error": {"code": 87, "message": "there is no limit load_s"}})
    orders = orders_to(ssh)
    with pytest.raises(CallFailed, match="there is no limit load_s"):
        orders.keep_limits(LimitsConfig(load_s=3))
    orders.close()


def test_the_next_start_is_prepared_by_one_call() -> None:
    """It is the service's own."""
    ssh = FakeSsh(lambda _: {"result": {"state": "stopped"}})
    service = orders_to(ssh)
    service.prepare_start()
    service.close()
    (call,) = ssh.channel.got
    assert (call["call"], call["args"]) == ("service", {"action": "prepare"})


def test_a_session_without_orders_asks_nothing_of_a_way_that_is_open() -> None:
    """An association costs no call that it does not need; nor after orders that were forgotten."""
    ssh = FakeSsh(lambda _: {"result": {"state": "running"}})
    orders = orders_to(ssh)
    assert orders.start() == ""
    orders.give((), USUAL)
    assert orders.collect() == []
    orders.give((RESET,), USUAL)
    orders.forget()
    orders.give((), USUAL)
    orders.close()
    assert [call["call"] for call in ssh.channel.got] == ["service", "orders", "forget"]


def test_a_service_that_does_not_come_up_says_why() -> None:
    """In its own words, for the caller to judge."""
    ssh = FakeSsh(lambda _: {"error": {"code": 1067, "message": "init: error 1067"}})
    service = orders_to(ssh)
    assert service.start() == "init: error 1067"
    service.close()


@pytest.mark.parametrize("says", [{"result": {"state": "stopped"}}, {"error": {"code": 1223}}])
def test_the_service_is_stopped_by_one_call(says: dict[str, Any]) -> None:
    """However far it comes: how the DLL ends is judged by its trace."""
    ssh = FakeSsh(lambda _: says)
    service = orders_to(ssh)
    service.stop()
    service.close()
    (call,) = ssh.channel.got
    assert (call["call"], call["args"]) == ("service", {"action": "stop"})


def told(call: dict[str, Any]) -> dict[str, Any]:
    """A clock that was three days behind, and is set."""
    now_s = call["args"]["now_s"]
    return {"result": {"before_s": now_s - 3 * 86400, "after_s": now_s}}


def test_the_clock_is_set_to_this_machines() -> None:
    """By how much it had been behind is told."""
    ssh = FakeSsh(told)
    service = orders_to(ssh)
    assert service.set_clock() == pytest.approx(3 * 86400)
    service.close()
    (call,) = ssh.channel.got
    assert call["args"]["now_s"] == pytest.approx(time.time(), abs=60)


def test_a_guest_that_boots_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """SSH answers before the service does: the way is opened anew until it does."""
    monkeypatch.setattr(module, "RETRY_S", 0.001)
    ssh = BootingSsh(told, early=2)
    service = orders_to(ssh)
    assert service.set_clock() == pytest.approx(3 * 86400)
    service.close()
    assert ssh.started == [COMMAND] * 3


def test_a_service_that_never_serves_is_a_lab_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the limit, with what was seen last."""
    monkeypatch.setattr(module, "RETRY_S", 0.001)
    over: Any = BootingSsh(told, early=1000)
    with pytest.raises(TooSlow, match=r"WLAN service of the guest: .*its stream ended"):
        ReferenceServiceControl(over, limit_s=0.02).set_clock()
