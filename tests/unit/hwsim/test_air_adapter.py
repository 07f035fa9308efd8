# SPDX-License-Identifier: GPL-2.0-or-later
"""Orders to a USB adapter over the control socket: when they are carried out, and what is told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from hwsim.adapter_orders import Holdup
from hwsim.air import Air
from hwsim.loop import Loop
from tests.unit.hwsim.conftest import NETWORK
from tests.unit.hwsim.ports.memory_port import MemoryPort
from tests.unit.hwsim.ports.test_base import MemoryStation, TurningClient


class Plug:
    """The adapter: its driver is there at once when it is plugged in."""

    def __init__(self, port: MemoryPort) -> None:
        self._port = port
        self.station: MemoryStation
        self.held: list[Holdup] = []

    def unplug(self) -> None:
        """The guest's radio goes."""
        self._port.connect()

    def plug(self) -> None:
        """It is there again."""
        self.station.hello()

    def hold_up(self, holdup: Holdup) -> None:
        """Keep it."""
        self.held.append(holdup)

    def let_go(self) -> None:
        """There is nothing to be let go."""


class Bench:
    """An air whose one radio is an adapter, its client and a station with that radio."""

    def __init__(self, directory: Path) -> None:
        self.loop = Loop()
        self.port = MemoryPort(self.loop)
        self.plug = Plug(self.port)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(directory / "control"))
        listener.listen(1)
        self.air = Air(self.loop, listener, self.port, directory, self.plug)
        self.client = TurningClient(directory / "control", self.loop)
        self.station = self.plug.station = MemoryStation(self.port, self.loop)

    def begin(self, association: int, *usb: dict[str, object]) -> None:
        """An association with these orders."""
        self.client.call("begin", association=association, rules=[], usb=list(usb))

    def close(self) -> None:
        """Leave air and loop."""
        self.client.close()
        self.air.close()
        self.loop.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """The air of a network, with the radio there."""
    bench = Bench(tmp_path)
    bench.client.call("configure", network=NETWORK)
    bench.client.call("start")
    bench.station.hello()
    yield bench
    bench.close()


def test_pulled_out_before_m3_and_plugged_in_again(bench: Bench) -> None:
    """M3 reaches nobody; the port says that it was lost by order, the event what was done."""
    bench.begin(1, {"do": "unplug", "on": "M3", "when": "before", "for_ms": 20})
    bench.station.authenticate()
    bench.station.associate()
    bench.station.m2(bench.station.key_message())
    assert bench.client.call("await_adapter", timeout_s=5) == {"left": []}
    told = [one for one in bench.client.events if one["event"] == "usb"]
    assert [(one["do"], one["place"], one["association"]) for one in told] == [
        ("unplug", 1, 1), ("plug", 1, 1),
    ]  # fmt: skip
    assert told[0]["until_ns"] - told[0]["air_ns"] == 20_000_000
    ports = [one for one in bench.client.events if one["event"] == "port"]
    assert [(one["state"], one["ordered"]) for one in ports[-2:]] == [
        ("lost", True), ("connected", True),
    ]  # fmt: skip
    assert bench.client.frame("M3")["delivered"] is False


def test_with_the_next_association_all_is_as_new(bench: Bench) -> None:
    """The adapter is there, and the access point knows its station no more; what goes then goes by
    itself. An order whose moment does not come is left."""
    bench.begin(1, {"do": "unplug", "on": "authorized"})
    bench.station.join()
    bench.client.wait(lambda one: one["event"] == "usb")
    bench.begin(2, {"do": "stall", "on": "M1", "for_ms": 10})
    assert bench.client.call("status")["stations"] == []
    assert bench.client.call("await_adapter", timeout_s=0.05) == {"left": [1]}
    assert bench.plug.held == []
    bench.port.connect()
    bench.client.wait(
        lambda one: one["event"] == "port" and one["state"] == "lost" and not one["ordered"]
    )


def test_a_radio_of_another_kind_has_no_plug(tmp_path: Path) -> None:
    """Orders to it are refused, before anything of the association is done."""
    bench = Bench(tmp_path)
    bench.air._adapter = None
    order = {"do": "unplug", "on": "M3"}
    error = bench.client.error("begin", association=1, rules=[], usb=[order])
    assert error["code"] == "no-adapter"
    assert bench.client.error("await_adapter", timeout_s=1)["code"] == "no-adapter"
    bench.close()
