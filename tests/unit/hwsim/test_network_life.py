# SPDX-License-Identifier: GPL-2.0-or-later
"""Access points stop, start, move, switch channels: in the air process, before a station."""

from __future__ import annotations

import struct
from typing import Any

from tests.unit.hwsim.conftest import AirProcess, Client
from tests.unit.hwsim.soft_station import SoftStation
from tests.unit.hwsim.test_air_ess import FIRST, SECOND, echo, joined, mac

AUTHENTICATION = struct.pack("<HHH", 0, 1, 0)


def done(client: Client, do: str) -> dict[str, Any]:
    """The event that an order was carried out."""
    return client.wait(lambda event: event["event"] == "order" and event["do"] == do)


def begin(client: Client, *orders: dict[str, Any], association: int = 1) -> None:
    """An association with orders."""
    client.call("begin", association=association, rules=[], orders=list(orders))


def next_beacon(station: SoftStation) -> bytes:
    """The next beacon that comes."""
    station.beacons.clear()
    while not station.beacons:
        station.pump()
    return station.beacons[0][1]


def test_one_that_stops_is_gone_without_a_word(air: AirProcess) -> None:
    """Nothing is sent, nothing acknowledged, no beacon comes; started it knows nobody."""
    client, station = joined(air, [])
    client.call("order", do="stop")
    assert client.state("gone")["reason"] is None
    assert not station.acked(station.management(11, AUTHENTICATION))
    assert not station.inbox
    assert client.call("echo", count=1, timeout_s=1)["sent"] == 0
    client.call("order", do="start")
    told = done(client, "start")
    assert (told["place"], told["bssid"], told["channel"]) == (0, FIRST, 6)
    assert next_beacon(station)[10:16] == mac(FIRST)
    station.data(bytes(8))
    assert station.reason(station.next_frame()) == 7
    station.tk = None
    client.events.clear()
    station.join()
    client.state("authorized")
    assert client.frame("M1")["replay_counter"] == 1
    assert echo(client, station)["answered"] == 1


def test_the_other_one_stays(air: AirProcess) -> None:
    """Of two access points one goes; the station roams to the other."""
    client, station = joined(air, [{}])
    client.call("order", do="stop", access_point=1)
    client.state("gone")
    station.bssid, station.tk = mac(SECOND), None
    station.authenticate()
    station.reassociate(mac(FIRST))
    station.shake()
    assert echo(client, station)["answered"] == 1
    assert {next_beacon(station)[10:16] for _ in range(4)} == {mac(SECOND)}


def test_one_that_moves_is_on_another_channel(air: AirProcess) -> None:
    """It is heard there, and no more where it was."""
    client, station = joined(air, [])
    client.call("order", do="move", channel=11)
    assert done(client, "move")["channel"] == 11
    assert not station.acked(station.management(11, AUTHENTICATION))
    assert b"\x03\x01\x0b" in next_beacon(station)
    station.freq, station.tk = 2462, None
    station.join()
    assert echo(client, station)["answered"] == 1


def test_a_channel_switch_keeps_stations_and_keys(air: AirProcess) -> None:
    """Beacons count down; then the access point is on the new channel, and data flows on."""
    client, station = joined(air, [])
    begin(client, {"on": "echoed", "do": "switch-channel", "channel": 11, "count": 3,
                   "announce": ["csa", "ecsa", "csa-action"]})  # fmt: skip
    station.beacons.clear()
    assert echo(client, station)["answered"] == 1
    waiting = client.post("await_orders", timeout_s=10)
    action = station.next_frame()
    assert (action[0], action[4:10], action[24:]) == (0xD0, b"\xff" * 6, b"\0\4\x25\3\0\x0b\3")
    assert client.reply(waiting)["result"] == {"left": []}
    told = done(client, "switch-channel")
    assert (told["place"], told["channel"], told["association"]) == (1, 11, 1)
    while not any(b"\x03\x01\x0b" in frame for _, frame in station.beacons):
        station.pump()
    announced = [frame[-11:] for _, frame in station.beacons if frame[-11:-8] == b"\x25\3\0"]
    assert announced == [bytes((37, 3, 0, 11, n, 60, 4, 0, 81, 11, n)) for n in (3, 2, 1)]
    station.freq = 2462
    assert echo(client, station)["answered"] == 1


def test_orders_wait_for_moments(air: AirProcess) -> None:
    """Of the association, one behind the other; `await_orders` tells what is left."""
    client = air.on_air()
    begin(
        client,
        {"on": "begin", "do": "start"},
        {"on": "authorized", "do": "deauthenticate", "reason": 34, "after_ms": 20},
        {"on": "authorized", "nth": 2, "do": "stop"},
    )
    station = air.station()
    station.join()
    assert station.reason(station.next_frame()) == 34
    assert client.state("gone")["reason"] == 34
    order, frame = done(client, "deauthenticate"), client.frame("deauth")
    assert 0 <= frame["air_ns"] - order["air_ns"] < 1_000_000_000
    assert client.call("await_orders", timeout_s=0.05) == {"left": [3]}


def test_all_are_sent_away_by_one_frame(air: AirProcess) -> None:
    """A disassociation to the broadcast address, with the usual reason."""
    client, station = joined(air, [])
    client.call("order", do="disassociate", broadcast=True)
    frame = station.next_frame()
    assert (frame[0], frame[4:10], frame[24:26]) == (0xA0, b"\xff" * 6, b"\x08\0")
    assert client.state("gone")["reason"] == 8


def test_the_next_association_finds_all_as_it_was(air: AirProcess) -> None:
    """What was put off is not carried out any more, and every access point is in its place."""
    client = air.on_air(more=[{}])
    orders = (
        {"on": "begin", "do": "stop"},
        {"on": "begin", "do": "move", "access_point": 2, "channel": 11},
        {"on": "begin", "do": "stop", "access_point": 2, "after_ms": 60_000},
    )
    begin(client, *orders)
    done(client, "move")
    begin(client, association=2)
    station = air.station()
    station.join()
    client.state("authorized")
    assert {next_beacon(station)[10:16] for _ in range(6)} == {mac(FIRST), mac(SECOND)}
    assert client.call("await_orders", timeout_s=5) == {"left": []}


def test_before_there_is_a_network(fresh_air: AirProcess) -> None:
    """The call says what comes first."""
    assert fresh_air.client.error("order", do="stop")["code"] == "not-configured"
    assert fresh_air.client.error("await_orders", timeout_s=1)["code"] == "not-configured"


def test_what_cannot_be_ordered(air: AirProcess) -> None:
    """There is no such access point: the order is left."""
    client = air.on_air()
    assert client.error("order", do="stop", access_point=2)["code"] == "no-such-ap"
    begin(client, {"on": "begin", "do": "stop", "access_point": 2})
    assert client.call("await_orders", timeout_s=0.05) == {"left": [1]}


def test_an_order_that_is_about_nobody_is_left(air: AirProcess) -> None:
    """Without a station there is nobody to be sent away, and without keys none to be renewed."""
    client = air.on_air()
    assert client.error("order", do="rekey-group")["code"] == "no-station"
    begin(
        client,
        {"on": "begin", "do": "deauthenticate"},
        {"on": "associated", "do": "rekey-group"},
        {"on": "associated", "do": "rekey-pairwise"},
        {"on": "begin", "do": "disassociate", "broadcast": True},
    )
    air.station().join()
    client.state("authorized")
    assert client.call("await_orders", timeout_s=0.05) == {"left": [1, 2, 3]}
