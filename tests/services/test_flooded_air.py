# SPDX-License-Identifier: GPL-2.0-or-later
"""A station that floods the air: it neither starves others nor makes the air's process grow."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from hwsim.ap.station_table import MAX_STATIONS
from hwsim.ports.shared import QUEUED
from tests.unit.hwsim.conftest import NETWORK, AirProcess
from tests.unit.hwsim.soft_station import LLC_IP, RATES, SoftStation, StationBeside

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


class Held:
    """What would be sent, kept to be sent at once."""

    def __init__(self) -> None:
        self.data = bytearray()

    def sendall(self, data: bytes) -> None:
        """Keep it."""
        self.data += data


def answer_ms(first: SoftStation, second: SoftStation, burst: int = BURST) -> float:
    """How long the second station waits for an answer, in ms, behind a flood of the first."""
    sock, held = first.sock, Held()
    first.sock = second.sock = held  # type: ignore[assignment]
    for _ in range(burst):
        first.probe(b"hil-net")
    second.probe(b"hil-net")
    first.sock = second.sock = sock
    since_s = time.monotonic()
    flood = threading.Thread(target=sock.sendall, args=(held.data,))
    flood.start()
    second.next_frame()
    waited_ms = (time.monotonic() - since_s) * 1000
    flood.join()
    while len(first.status) < burst:
        first.pump()
    for station in (first, second):
        station.status.clear()
        station.inbox.clear()
    return waited_ms


def test_a_flood_on_one_medium_does_not_starve_another(air: AirProcess) -> None:
    """Who is alone on its medium is answered while the flood of the other is still to be carried;
    on one medium it waits behind the flood. `pytest -rP` shows the latencies."""
    client, median_ms = air.client, {}
    first = air.station(hello=False)
    known = {"ssid": NETWORK["ssid"], "passphrase": NETWORK["passphrase"]}
    second = StationBeside(first, mac="02:00:00:00:01:00", **known)
    first.hello()
    client.call("wait_radio", timeout_s=10, radios=2)
    for media in (1, 2):
        client.call("media", count=media)
        for number in range(1, media + 1):
            client.call("configure", medium=number, network=NETWORK)
            client.call("start", medium=number)
        client.call("begin", association=1, rules=[])
        waited_ms = [answer_ms(first, second) for _ in range(ROUNDS)]
        median_ms[media] = median(waited_ms)
        print(f"behind {BURST} frames, {media} media: {[round(ms, 1) for ms in waited_ms]} ms")
        for number in range(1, media + 1):
            client.call("stop", medium=number)
    assert median_ms[2] < median_ms[1] / 2, median_ms
    assert not [one for one in client.events if one["event"] == "fault"]


def test_more_than_a_medium_can_carry_is_a_fault_of_the_lab(air: AirProcess) -> None:
    """Told once; the sender gets no acknowledgement of what was lost, and another medium serves."""
    client = air.client
    client.call("media", count=2)
    for number in (1, 2):
        client.call("configure", medium=number, network=NETWORK)
        client.call("start", medium=number)
    first = air.station(hello=False)
    known = {"ssid": NETWORK["ssid"], "passphrase": NETWORK["passphrase"]}
    second = StationBeside(first, mac="02:00:00:00:01:00", **known)
    first.hello()
    client.call("wait_radio", timeout_s=10, radios=2)
    answer_ms(first, second, 2 * QUEUED)
    client.call("status")
    (fault,) = [one for one in client.events if one["event"] == "fault"]
    assert (fault["what"], fault["message"][:8]) == ("overrun", "medium 1")
    second.join()
