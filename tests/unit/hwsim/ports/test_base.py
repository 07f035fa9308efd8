# SPDX-License-Identifier: GPL-2.0-or-later
"""The protocol of a radio port is all that the air uses: a second port carries an association."""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hwsim.air import Air
from hwsim.loop import Loop
from hwsim.ports.base import Port, Radio
from tests.unit.hwsim.conftest import NETWORK, Client
from tests.unit.hwsim.ports.memory_port import MemoryPort
from tests.unit.hwsim.soft_station import SoftStation

PROTOCOL = {name for name in vars(Port) if not name.startswith("_")}


class OnlyTheProtocol:
    """Passes on what the protocol of a port has, and keeps which of it was used."""

    def __init__(self, port: MemoryPort) -> None:
        self._port = port
        self.used: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        assert name in PROTOCOL, f"{name} is not in the protocol of a port"
        self.used.add(name)
        return getattr(self._port, name)


class TurningClient(Client):
    """A client in the air's own thread: while it waits, it turns the air's loop."""

    def __init__(self, path: Path, loop: Loop) -> None:
        super().__init__(path)
        self.loop = loop

    def _read(self, end: float) -> None:
        while not select.select([self.sock], [], [], 0)[0]:
            assert time.monotonic() < end, f"nothing came in time; so far: {self.kinds()}"
            self.loop.turn(0.01)
        super()._read(end)


class MemoryStation(SoftStation):
    """The software station on a port in memory, in the air's own thread."""

    def __init__(self, port: MemoryPort, loop: Loop) -> None:
        super().__init__("", ssid=NETWORK["ssid"], passphrase=NETWORK["passphrase"])
        self.port = port
        self.loop = loop

    def connect(self, path: str) -> None:
        """There is nothing to connect to."""

    def wait_at_most(self, limit_s: float) -> None:
        """How long to turn the loop."""
        self.end = time.monotonic() + limit_s

    def hello(self) -> None:
        """The station's radio is there."""
        self.port.connect(Radio(self.mac, self.hw))

    def send_frame(self, frame: bytes, *, flags: int = 1, freq: int | None = None) -> int:
        """Transmit a frame; returns its cookie."""
        self.cookie += 1
        self.port.send(self.hw, frame, freq or self.freq, struct.pack("<Q", self.cookie))
        return self.cookie

    def pump(self) -> None:
        """Turn the loop once, and take what has come."""
        if time.monotonic() > self.end:
            raise TimeoutError
        self.loop.turn(0.01)
        for token, acked in self.port.acked.items():
            self.status[struct.unpack("<Q", token)[0]] = 4 if acked else 0
        for delivered in self.port.delivered:
            assert delivered.radio == self.hw
            frame = delivered.frame
            self.beacons.append((0, frame)) if frame[0] == 0x80 else self.inbox.append(frame)
        self.port.delivered.clear()


class Bench:
    """An air on a port in memory, its client and a station."""

    def __init__(self, directory: Path) -> None:
        self.loop = Loop()
        self.port = MemoryPort(self.loop)
        self.seen = OnlyTheProtocol(self.port)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(directory / "control"))
        listener.listen(1)
        self.air = Air(self.loop, listener, self.seen, directory)
        self.client = TurningClient(directory / "control", self.loop)
        self.station = MemoryStation(self.port, self.loop)

    def close(self) -> None:
        """Leave the air and the loop, once."""
        if not self.port.closed:
            self.client.close()
            self.air.close()
            self.loop.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """The air of a network, and a station whose radio has come."""
    bench = Bench(tmp_path)
    bench.client.call("configure", network=NETWORK)
    bench.client.call("start")
    bench.client.call("begin", association=1, rules=[])
    bench.station.hello()
    yield bench
    bench.close()


def test_association_over_a_port_in_memory(bench: Bench) -> None:
    """From authentication to an echo under keys, without netlink and without a relay."""
    client, station = bench.client, bench.station
    assert client.call("wait_radio", timeout_s=5)["radios"] == [
        {"mac": station.mac.hex(":"), "hw": station.hw.hex(":")}
    ]
    station.join()
    client.state("authorized")
    echo = client.post("echo", count=1, timeout_s=5)
    assert [station.answer(station.next_frame()) for _ in range(2)] == ["arp", "icmp"]
    assert client.reply(echo)["result"]["answered"] == 1
    kinds = client.kinds()
    handshake = ["M1", "M2", "M3", "M4"]
    assert kinds[: len(handshake) + 4] == [
        "auth", "auth", "assoc-req", "assoc-resp", *handshake,
    ]  # fmt: skip
    assert all(event["delivered"] for event in client.events if event["event"] == "frame")


def test_what_the_medium_hands_to_a_port(bench: Bench) -> None:
    """A beacon at 1 Mbit/s and data at 6 Mbit/s, on the access point's channel and signal."""
    bench.station.wait_at_most(5)
    bench.station.authenticate()
    bench.station.associate()
    seen = set()
    while len(seen) < 2:
        bench.loop.turn(0.2)
        seen |= {(one.frame[0], one.rate_kbps, one.freq_mhz) for one in bench.port.delivered}
    assert seen == {(0x80, 1000, 2437), (0x08, 6000, 2437)}
    assert {one.signal_dbm for one in bench.port.delivered} == {-40}


def test_guest_of_a_port_goes(bench: Bench) -> None:
    """Without radios the port is lost; who waits for some is told by the port what is missing."""
    client = bench.client
    bench.port.connect()
    client.wait(lambda e: e["event"] == "port" and e["state"] == "lost")
    error = client.error("wait_radio", timeout_s=0.05, radios=2)
    assert error["message"] == "waited 0.05 s for 2 radios in memory"
    assert bench.port.asked == 1


def test_clock_of_a_port(bench: Bench) -> None:
    """The air takes the guest's clock from the port."""
    assert bench.client.call("status")["clock"] == {"offset_ns": 0, "uncertainty_ns": 0}


def test_all_of_the_protocol_is_used(bench: Bench) -> None:
    """And nothing else; what is no frame is counted, and the port is closed with the air."""
    client, station = bench.client, bench.station
    client.call("wait_radio", timeout_s=5)
    station.join()
    client.state("authorized")
    while not station.beacons:
        station.pump()
    client.call("status")
    bench.port.connect()
    client.error("wait_radio", timeout_s=0.01)
    bench.port.send_rubbish()
    stopped = client.call("stop")
    assert (stopped["malformed"], stopped["port_errors"]) == (1, 0)
    bench.close()
    assert bench.port.closed
    assert bench.seen.used == PROTOCOL
