# SPDX-License-Identifier: GPL-2.0-or-later
"""Two adapters of one service and IHV host: handles, queues, notifications, order at the end."""

from __future__ import annotations

from typing import Any, cast

import pytest
from autoconfig.adapter import Adapter, AdapterSet, adapter_guid
from autoconfig.association.attempt import Phase
from autoconfig.ihv_host.call_queue import Arguments, Done
from autoconfig.ihv_host.lifecycle import Lifecycle
from autoconfig.ihv_host.process import IhvHost, ServiceEvent
from autoconfig.radio import extra_radio
from autoconfig.settings import ServiceLimits

from hil_common.jsonlines import Channel
from tests.unit.autoconfig.doubles import STATION, FakeLoop, Rig
from tests.unit.autoconfig.scripted_host import CRASH, ScriptedHost
from tests.unit.autoconfig.serving import ACM, GUID, MSM, Lab

SECOND = adapter_guid(STATION[:4] + bytes((1, 0)))


def guids(it: Lab) -> list[str]:
    """The interfaces that are listed."""
    found = it.client.call("enum_interfaces")["result"]["interfaces"]
    return [interface["guid"] for interface in found]


def test_a_further_adapter_is_listed(lab: Lab) -> None:
    """It arrives while the service runs, with a GUID and a name of its own; asking again for as
    many changes nothing."""
    assert guids(lab) == [GUID]
    for _ in range(2):
        assert lab.client.call("adapters", count=2)["result"] == {"adapters": 2}
    assert guids(lab) == [GUID, SECOND]
    names = [
        one["description"] for one in lab.client.call("enum_interfaces")["result"]["interfaces"]
    ]
    assert len(set(names)) == 2


def test_both_connect_at_the_same_time(lab: Lab) -> None:
    """Each with its profile, told by notifications of its interface; one ends without the other."""
    client = lab.client
    client.call("adapters", count=2)
    for guid in (GUID, SECOND):
        client.set_up(guid)
    for guid in (GUID, SECOND):
        assert client.connect(guid)["result"] == {}
    for guid in (GUID, SECOND):
        assert client.until(ACM, 10, guid)["reason"] == 0
        client.until(MSM, 4, guid)
        state = client.call("query_interface", interface=guid, opcode=6)["result"]
        assert state["state"] == 1
    (extra,) = lab.extra_radios
    assert lab.radio.names() == extra.names() == ["connect", "authorize"]
    client.call("disconnect", interface=SECOND)
    client.until(ACM, 21, SECOND)
    assert client.call("query_interface", interface=GUID, opcode=6)["result"]["state"] == 1
    assert not [e for e in client.events if (e["code"], e["interface"]) == (21, GUID)]


def test_profiles_are_the_interfaces_own(lab: Lab) -> None:
    """What was set for one interface is unknown to another."""
    lab.client.call("adapters", count=2)
    lab.client.set_up(GUID)
    assert lab.client.connect(SECOND)["error"]["code"] == 1168
    assert lab.client.call("get_profile_list", interface=SECOND)["result"] == {"profiles": []}


@pytest.mark.parametrize("count", [0, 5])
def test_impossible_counts_are_refused(lab: Lab, count: int) -> None:
    """So is one that the kernel has no radio for; what is there stays."""
    assert lab.client.call("adapters", count=count)["error"]["code"] == 87
    assert "no more radios" in lab.client.call("adapters", count=3)["error"]["message"]
    assert guids(lab) == [GUID, SECOND]


class Bench:
    """A life with two adapters over doubles."""

    def __init__(self) -> None:
        self.host = ScriptedHost()
        self.rigs = [Rig(), Rig()]
        self.adapters = AdapterSet(self._adapter(0))
        self.life = Lifecycle("{G}", "test", self.adapters, self.adapters.new_host)
        self.life.use(cast(IhvHost, self.host))
        self.adapters.add(self._adapter(1))

    def _adapter(self, number: int) -> Adapter:
        rig = self.rigs[number]
        return Adapter(
            f"{{{number}}}", "test", self.host, self.host,
            rig.connection, rig.framework, rig.stimuli,
        )  # fmt: skip

    def running(self) -> Bench:
        """Both are initialized."""
        self.life.start(lambda _outcome: None)
        self.life.on_service(ServiceEvent(True, "", 0))
        self.host.answer(ihv_handle="0x7001")
        self.host.answer(ihv_handle="0x7002")
        return self

    def phases(self) -> list[Phase]:
        """Where the two are."""
        return [rig.connection.phase for rig in self.rigs]


def test_order_of_start_and_stop() -> None:
    """LIFE-10: DeinitAdapter for every adapter, the first one's last, then DeinitService."""
    it = Bench().running()
    assert it.phases() == [Phase.IDLE, Phase.IDLE]
    assert it.host.log.count("init_adapter") == 2
    handles = [rig.connection.svc_handle for rig in it.rigs]
    assert len(set(handles)) == 2
    it.host.log.clear()
    it.life.stop(lambda _outcome: None)
    assert it.host.log == ["deinit_adapter", "deinit_adapter", "deinit_service"]
    assert it.phases() == [Phase.ABSENT, Phase.ABSENT]


def test_calls_are_told_apart_by_their_handle() -> None:
    """ADPT-02: a framework call goes to the adapter whose handle it carries."""
    it = Bench().running()
    for adapter, rig in zip(it.adapters.all, it.rigs, strict=True):
        given = rig.connection.svc_handle
        assert it.adapters.of_handle(given) is adapter
        assert it.adapters.of_handle(int(given, 16)) is adapter
    for strange in ("0xdead", None, "junk"):
        assert it.adapters.of_handle(strange) is it.adapters.all[0]


def test_a_lost_host_is_lost_for_both() -> None:
    """Both are gone, and both come back with the next host."""
    it = Bench().running()
    before = [rig.connection.svc_handle for rig in it.rigs]
    it.life.ensure(lambda _outcome: None)
    it.life.on_lost(CRASH)
    assert it.phases() == [Phase.ABSENT, Phase.ABSENT]
    it.host.waiting.clear()
    it.life.on_service(ServiceEvent(True, "", 0))
    it.host.answer(ihv_handle="0x7003")
    it.host.answer(ihv_handle="0x7004")
    assert it.phases() == [Phase.IDLE, Phase.IDLE]
    assert not set(before) & {rig.connection.svc_handle for rig in it.rigs}


def test_an_adapter_that_the_dll_refuses() -> None:
    """InitAdapter of the second fails: the first serves on."""
    it = Bench()
    it.life.start(lambda _outcome: None)
    it.life.on_service(ServiceEvent(True, "", 0))
    it.host.answer(ihv_handle="0x7001")
    done = it.host.waiting.pop(0)
    assert done is not None
    done({"status": 31})
    assert it.phases() == [Phase.IDLE, Phase.ABSENT]


class Wire:
    """What the host process would be sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send(self, message: dict[str, Any]) -> None:
        """Keep it."""
        self.sent.append(message)


def queues() -> tuple[IhvHost, Wire]:
    """A host whose process is not there."""

    def nothing(*_args: object) -> Arguments:
        return {}

    host = IhvHost(FakeLoop(), (), ServiceLimits(), nothing, nothing, nothing)  # type: ignore[arg-type]
    wire = Wire()
    host._process = cast(Any, object())
    host._channel = cast(Channel, wire)
    return host, wire


def names(wire: Wire) -> list[str]:
    """The functions asked for."""
    return [message["call"] for message in wire.sent]


def test_a_slow_handler_keeps_only_its_own_adapter_waiting() -> None:
    """Each queue has one call under way; answers find theirs by number."""
    host, wire = queues()
    came: list[str] = []

    def done(name: str) -> Done:
        return lambda _result: came.append(name)

    second = host.queue("{2}")
    host.call("post_associate", {}, done("a"))
    host.call("receive_packet", {}, done("b"))
    second.call("pre_associate", {}, done("c"))
    second.call("receive_packet", {}, done("d"))
    assert names(wire) == ["post_associate", "pre_associate"]
    host._on_message({"id": wire.sent[1]["id"], "result": {"status": 0}})
    assert (came, names(wire)[2:]) == (["c"], ["receive_packet"])
    host._on_message({"id": wire.sent[2]["id"], "result": {"status": 0}})
    host._on_message({"id": wire.sent[0]["id"], "result": {"status": 0}})
    assert came == ["c", "d", "a"]
    assert host.queue("{2}") is second


def test_the_service_ends_after_every_adapter() -> None:
    """DeinitService waits for what other queues have under way."""
    host, wire = queues()
    host.queue("{2}").call("deinit_adapter", {})
    host.call("deinit_service", {})
    assert names(wire) == ["deinit_adapter"]
    host._on_message({"id": wire.sent[0]["id"], "result": {"status": 0}})
    assert names(wire) == ["deinit_adapter", "deinit_service"]


def test_addresses_of_further_radios() -> None:
    """The n-th counts on from the first, and answers by a way of its own."""
    commands = extra_radio.address_commands("wlan1", 1)
    assert commands == [
        ["addr", "replace", "10.77.0.3/24", "dev", "wlan1"],
        ["link", "set", "wlan1", "up"],
        ["route", "add", "10.77.0.0/24", "dev", "wlan1", "table", "101"],
        ["rule", "add", "from", "10.77.0.3", "table", "101"],
    ]


def test_guid_is_the_adapters_own_and_stays() -> None:
    """The same MAC gives the same GUID, another one another."""
    assert adapter_guid(STATION) == "{D8F2A1C4-77E0-4B6E-9C53-020000000000}"
    assert adapter_guid(b"\2\0\0\0\0\1") != adapter_guid(STATION)
