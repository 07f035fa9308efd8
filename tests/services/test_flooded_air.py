# SPDX-License-Identifier: GPL-2.0-or-later
"""A station that floods the air: it neither starves others nor makes the air's process grow."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from hwsim.ap.station_table import MAX_STATIONS
from hwsim.ports.shared import QUEUED
from tests.unit.hwsim.conftest import NETWORK, AirProcess
from tests.unit.hwsim.soft_station import LIMIT_S, LLC_IP, RATES, SoftStation, StationBeside

AP_IP = bytes((10, 77, 0, 1))

WARM_UP, FLOOD = 20 * MAX_STATIONS, 40 * MAX_STATIONS
"""Frames: the first until the table is full and the allocator has its arenas, the second to see
whether more is kept. 6 MiB over the second are 600 bytes a frame; flat floods take half of it."""
AT_ONCE = 64
"""Frames sent before what came of them is read: no more than the guest's side would hold."""
GROWTH_KIB = 6 * 1024


@pytest.fixture
def air(tmp_path: Path) -> Iterator[AirProcess]:
    """A process of its own, whose memory is looked at."""
    process = AirProcess(tmp_path)
    yield process
    process.close()


def memory_kib(air: AirProcess) -> int:
    """What the process has in memory."""
    status = Path(f"/proc/{air.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def flood(air: AirProcess, station: SoftStation, frames: int, first: int) -> None:
    """Authentication and association requests of one address after the other."""
    own, body = station.mac, struct.pack("<HH", 0x0431, 5) + b"\0\x07hil-net" + RATES + station.rsne
    for number in range(first, first + frames, 2):
        station.mac = b"\x02\xf1" + number.to_bytes(4, "big")
        station.management(11, struct.pack("<HHH", 0, 1, 0))
        station.management(0, body)
        if number % AT_ONCE == 0:
            air.client.call("hello")
            air.client.events.clear()
            air.client.transcript.clear()
    station.mac = own
    air.client.call("status")
    while len(station.status) < frames:
        station.pump()
        del station.inbox[:]
    station.status.clear()
    station.inbox.clear()


def test_a_flood_takes_nobodys_place_and_no_memory(air: AirProcess) -> None:
    """Who is connected stays so, and is served."""
    client = air.on_air()
    station = air.station()
    station.join()
    client.state("authorized")
    flood(air, station, WARM_UP, 0)
    before_kib = memory_kib(air)
    flood(air, station, FLOOD, WARM_UP)
    assert memory_kib(air) - before_kib < GROWTH_KIB
    known = client.call("status")["stations"]
    assert len(known) <= MAX_STATIONS
    assert [one["state"] for one in known if one["mac"] == station.mac.hex(":")] == ["authorized"]
    request = station.packet(station.ip, AP_IP, b"\x08\x00\1\2\3\4still there?")
    station.data(LLC_IP + request)
    # M1 is still repeated to the made-up addresses: not every data frame is ours
    to_us = bytes((0x08,)), station.mac
    reply = next(f for f in iter(station.next_frame, b"") if (f[:1], f[4:10]) == to_us)
    assert (
        station.open(reply)[28:] == station.packet(AP_IP, station.ip, b"\0\0" + request[24:])[20:]
    )


ROUNDS, BURST = 3, 1000
"""So often is an answer awaited, each time behind so many frames of a flood: fewer than may wait
for their turn."""


class OneWriter:
    """A station's socket, on which one thread alone writes, so that messages stay whole, and who
    reads never waits for the other side to do so."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._writing = sock, sock.dup()
        self._writing.settimeout(LIMIT_S)
        self._held: list[bytes] | None = None
        self._data: SimpleQueue[bytes] = SimpleQueue()
        threading.Thread(target=self._write, daemon=True).start()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def sendall(self, data: bytes) -> None:
        """Let it be sent behind what was before."""
        if self._held is None:
            self._data.put(data)
        else:
            self._held.append(data)

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """What is sent meanwhile goes out in one piece."""
        self._held = held = []
        yield
        self._held = None
        self._data.put(b"".join(held))

    def close(self) -> None:
        """Nothing is sent any more."""
        self._data.put(b"")
        self._sock.close()

    def _write(self) -> None:
        with self._writing, contextlib.suppress(OSError):  # the reader sees that the air is gone
            while data := self._data.get():
                self._writing.sendall(data)


def two_stations(air: AirProcess) -> tuple[SoftStation, SoftStation]:
    """Radios of one guest, the first with the socket of both."""
    first = air.station(hello=False)
    first.sock = OneWriter(first.sock)  # type: ignore[assignment]
    known = {"ssid": NETWORK["ssid"], "passphrase": NETWORK["passphrase"]}
    second = StationBeside(first, mac="02:00:00:00:01:00", **known)
    first.hello()
    air.client.call("wait_radio", timeout_s=10, radios=2)
    return first, second


def answered_behind(first: SoftStation, second: SoftStation, burst: int = BURST) -> int:
    """How many frames of the first station's flood have been carried when the second, which sends
    behind it, is answered."""
    with first.sock.at_once():  # type: ignore[attr-defined]
        for _ in range(burst):
            first.probe(b"hil-net")
        second.probe(b"hil-net")
    second.next_frame()
    carried = len(first.status)
    while len(first.status) < burst:
        first.pump()
    for station in (first, second):
        station.status.clear()
        station.inbox.clear()
    return carried


def test_a_flood_on_one_medium_does_not_starve_another(air: AirProcess) -> None:
    """Who is alone on its medium is answered while the flood of the other is still to be carried;
    on one medium it waits behind the flood."""
    client, behind = air.client, {}
    first, second = two_stations(air)
    for media in (1, 2):
        client.call("media", count=media)
        for number in range(1, media + 1):
            client.call("configure", medium=number, network=NETWORK)
            client.call("start", medium=number)
        client.call("begin", association=1, rules=[])
        behind[media] = [answered_behind(first, second) for _ in range(ROUNDS)]
        for number in range(1, media + 1):
            client.call("stop", medium=number)
    assert behind[1] == [BURST] * ROUNDS
    assert max(behind[2]) < BURST // 2, behind
    assert not [one for one in client.events if one["event"] == "fault"]


def test_more_than_a_medium_can_carry_is_a_fault_of_the_lab(air: AirProcess) -> None:
    """Told once; the sender gets no acknowledgement of what was lost, and another medium serves."""
    client = air.client
    client.call("media", count=2)
    for number in (1, 2):
        client.call("configure", medium=number, network=NETWORK)
        client.call("start", medium=number)
    first, second = two_stations(air)
    answered_behind(first, second, 2 * QUEUED)
    client.call("status")
    (fault,) = [one for one in client.events if one["event"] == "fault"]
    assert (fault["what"], fault["message"][:8]) == ("overrun", "medium 1")
    second.join()
