# SPDX-License-Identifier: GPL-2.0-or-later
"""A station that dozes, against the real air: its beacons, what it fetches, what it is sent."""

from __future__ import annotations

import pytest

from tests.unit.hwsim.conftest import AirProcess, Client
from tests.unit.hwsim.qos_station import QosStation
from tests.unit.hwsim.soft_station import SoftStation

PATIENT = {"first_ms": 60_000, "next_ms": 60_000, "group_first_ms": 60_000}
"""Nothing is sent again within a test."""


@pytest.fixture
def client(air: AirProcess) -> Client:
    """The control of a network whose every second beacon is a DTIM."""
    return air.on_air(timers=PATIENT)


@pytest.fixture
def station(air: AirProcess, client: Client) -> SoftStation:
    """A station with its keys that has begun to doze."""
    station = air.station()
    station.join()
    client.state("authorized")
    null(station, dozes=True)
    client.frame("null")
    return station


def null(station: SoftStation, *, dozes: bool) -> None:
    """A Null frame with the Power Management bit, or without."""
    control = b"\x48\x11" if dozes else b"\x48\x01"
    station.send_frame(station.header(control, station.bssid, station.bssid))


def poll(station: SoftStation) -> bytes:
    """A PS-Poll under the first AID, and what comes of it."""
    station.send_frame(b"\xa4\x10\x01\xc0" + station.bssid + station.mac)
    return station.next_frame()


def tim(station: SoftStation) -> bytes:
    """The TIM of the next beacon: count, period, control, bitmap."""
    station.beacons.clear()
    while not station.beacons:
        station.pump()
    elements = station.beacons[0][1][36:]
    while elements[0] != 5:
        elements = elements[2 + elements[1] :]
    return elements[2 : 2 + elements[1]]


def test_it_fetches_what_its_beacons_tell_of(client: Client, station: SoftStation) -> None:
    """G1 waits under the bit of its AID, comes by PS-Poll, and is as good as ever; then a Null
    frame says that there is nothing."""
    number = client.post("rekey_group")
    assert tim(station)[2:] == b"\0\x02"
    assert not station.inbox
    g1 = poll(station)
    assert not g1[1] & 0x20
    assert tim(station)[2:] == b"\0\0"
    assert poll(station)[0] == 0x48
    station.g2(station.parse_key(g1))
    assert client.reply(number)["result"] == {"stations": 1}
    assert client.frame("G1")["detail"]["power_save"] == "buffered"
    assert client.frame("ps-poll")["acked"]


def test_a_broadcast_waits_for_the_dtim(client: Client, station: SoftStation) -> None:
    """It is told of in the DTIM beacon alone, after which it comes; the answer wakes the station,
    so the echo needs no beacon."""
    number = client.post("echo", count=1, timeout_s=10)
    while (told := tim(station))[0]:
        assert told[2] == 0
        assert not station.inbox
    assert told[2] == 1
    asked = iter(lambda: station.answer(station.next_frame()), "icmp")
    assert set(asked) == {"arp"}  # on a busy machine it comes again before it is answered
    assert client.reply(number)["result"]["answered"] == 1


def test_an_association_begins_awake(client: Client, station: SoftStation) -> None:
    """What waited for the one before is given up, as its record says: M1 comes at once, and nothing
    older."""
    client.post("rekey_group")
    assert tim(station)[3] == 2
    station.tk = None
    station.join()
    assert tim(station)[2:] == b"\0\0"
    g1 = client.frame("G1")
    assert (g1["delivered"], g1["acked"], g1["detail"]["delivery"]) == (False, False, "given up")


class Triggering(QosStation):
    """A station with U-APSD for all categories, two frames at once."""

    qos_info = 0x2F


def test_it_fetches_by_trigger_frames(air: AirProcess) -> None:
    """G1 comes as the answer to a QoS Null frame, and ends the service period; there is none for a
    station that has not said so."""
    client = air.on_air(timers=PATIENT, wmm=True, uapsd=True)
    station = air.station(kind=Triggering)
    station.join()
    client.state("authorized")
    station.qos_null(flags=0x10)
    client.frame("null")
    number = client.post("rekey_group")
    assert tim(station)[2:] == b"\0\x02"
    assert not station.inbox
    station.qos_null(flags=0x10)
    g1 = station.next_frame()
    assert (g1[0], g1[24]) == (0x88, 0x10)
    station.g2(station.parse_key(g1))
    assert client.reply(number)["result"] == {"stations": 1}
    assert client.frame("G1")["detail"]["service_period"] == "ends"
    for _ in range(2):
        station.qos_null(flags=0x10)
    ending = station.next_frame()
    assert (ending[0], ending[24]) == (0xC8, 0x10)
