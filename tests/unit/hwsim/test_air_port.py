# SPDX-License-Identifier: GPL-2.0-or-later
"""The radio port of the real air process: QEMU comes, goes and stands still, and rubbish on it."""

from __future__ import annotations

import itertools
import random
import struct

import pytest

from tests.unit.hwsim.conftest import NETWORK, AirProcess

BEACON_US = 102_400
FLOOD = 40
"""Frames whose answers, left unread, fill what may wait for a guest."""


def test_wait_radio_times_out(air: AirProcess) -> None:
    """The error says what was waited for, how long, and the last state seen."""
    error = air.client.error("wait_radio", timeout_s=0.05)
    assert error["code"] == "timeout"
    assert "0.05 s" in error["message"]
    assert "QEMU is not connected" in error["message"]
    air.station(hello=False)
    message = air.client.error("wait_radio", timeout_s=0.05)["message"]
    assert "QEMU is connected" in message


def test_radio_comes_while_waited_for(air: AirProcess) -> None:
    """wait_radio answers when the relay says hello."""
    number = air.client.post("wait_radio", timeout_s=10)
    station = air.station(hello=False)
    station.hello()
    radios = [{"mac": "02:00:00:00:00:00", "hw": "42:00:00:00:00:00"}]
    assert air.client.reply(number)["result"] == {"relay": 1, "radios": radios}


def test_station_comes_back_after_its_vm_was_replaced(air: AirProcess) -> None:
    """A closed radio port is told, frames on their way are accounted for, and QEMU may return."""
    client = air.on_air()
    station = air.station(report=False)
    station.management(11, struct.pack("<HHH", 0, 1, 0))
    station.next_frame()
    station.sock.close()
    client.wait(lambda e: e["event"] == "port" and e["state"] == "lost")
    lost = client.frame("auth", 1, "down")
    assert (lost["delivered"], lost["detail"]["delivery"]) == (False, "port lost")
    again = air.station()
    again.join()
    client.state("authorized")


def test_tail_of_an_older_message_is_passed_over(air: AirProcess) -> None:
    """A restored guest may begin in the middle of a message; its HELLO is found all the same."""
    air.on_air()
    station = air.station(hello=False)
    station.sock.sendall(bytes(range(100, 177)))
    station.hello()
    air.client.call("wait_radio", timeout_s=10)
    station.join()


def test_rubbish_on_the_radio_port(air: AirProcess) -> None:
    """Random messages of every kind do not disturb the access point."""
    client = air.on_air()
    station = air.station()
    chance = random.Random(802_11)
    frame = station.header(b"\x08\x41", station.bssid, station.bssid)
    for _ in range(400):
        kind = chance.choice((0, 1, 2, 2, 2, 3, 4, 6, 9))
        station.message(kind, chance.randbytes(chance.randrange(60))) if kind != 1 else None
        station.send_frame(frame[: chance.randrange(10, 25)] + chance.randbytes(40))
    for subtype in range(16):
        for size in range(14):
            station.management(subtype, chance.randbytes(size))
    client.call("hello")
    client.call("stop")
    client.call("configure", network=NETWORK)
    client.call("start")
    fresh = air.station()
    fresh.join()


def test_overlong_message_closes_the_port(air: AirProcess) -> None:
    """A length over 64 KiB is a protocol error; the next connection is served."""
    before = air.client.call("stop")["port_errors"]
    client = air.on_air()
    station = air.station()
    station.sock.sendall(struct.pack("<IB3xQ", 65537, 2, 0))
    client.wait(lambda e: e["event"] == "port" and e["state"] == "lost")
    assert client.call("stop")["port_errors"] == before + 1
    air.station()


def test_messages_may_come_in_pieces(air: AirProcess) -> None:
    """A message cut anywhere is put together again."""
    client = air.on_air()
    station = air.station(hello=False)

    class Slowly:
        def sendall(self, data: bytes) -> None:
            for at in range(0, len(data), 7):
                real.sendall(data[at : at + 7])

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    real = station.sock
    station.sock = Slowly()  # type: ignore[assignment]
    station.hello()
    station.join()
    client.state("authorized")


def test_guest_that_does_not_read(air: AirProcess) -> None:
    """Beacons for a stopped guest are left out: no more than 16 KiB wait for it (as accounted)."""
    client = air.on_air()
    station = air.station()
    assert client.call("echo", count=1, timeout_s=1)["sent"] == 0
    client.error("wait_radio", timeout_s=-1)
    while not station.beacons:
        station.pump()
    for _ in range(FLOOD):
        station.management(11, struct.pack("<HHH", 0, 1, 0))
    client.frame("auth", FLOOD, "up")
    before = client.call("status")["frames"]
    with pytest.raises(AssertionError, match="nothing came"):
        client.wait(lambda e: e["event"] == "never", limit_s=5 * BEACON_US / 1e6)
    assert client.call("status")["frames"] == before
    while len(station.inbox) < FLOOD:
        station.pump()
    station.inbox.clear()
    station.join()
    client.state("authorized")
    seen = len(station.beacons)
    while len(station.beacons) == seen:
        station.pump()
    stamps = [struct.unpack_from("<Q", frame, 24)[0] for _, frame in station.beacons]
    assert max(b - a for a, b in itertools.pairwise(stamps)) >= 5 * BEACON_US
