# SPDX-License-Identifier: GPL-2.0-or-later
"""BSS transition requests and neighbour reports: frames, and a station on the real air."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap.neighbours import (
    TransitionRequest,
    is_neighbour_request,
    is_query,
    neighbour,
    parse_response,
)
from tests.unit.hwsim.ap.test_templates import network
from tests.unit.hwsim.conftest import AirProcess, Client
from tests.unit.hwsim.soft_station import SoftStation
from tests.unit.hwsim.test_air_ess import FIRST, SECOND, mac

TOGETHER = bytes.fromhex("3410") + mac(SECOND) + bytes.fromhex("07000000") + b"\x51\x06\x06"
"""A Neighbor Report element of the second access point, on channel 6; its preference follows."""


def joined(air: AirProcess, **changes: Any) -> tuple[Client, SoftStation]:
    """A station at the first of two access points that tell of each other."""
    client = air.on_air(**{
        "more": [{}], "bss_transition": True, "neighbour_reports": True, **changes,
    })  # fmt: skip
    station = air.station()
    station.join()
    client.state("authorized")
    return client, station


def test_what_stations_are_told_of_it(air: AirProcess) -> None:
    """Bit 19 of the extended capabilities, bit 1 of the RM ones, radio measurement."""
    client = air.on_air(bss_transition=True, neighbour_reports=True)
    station = air.station()
    station.probe(b"hil-net")
    frame = station.next_frame()
    assert bytes.fromhex("46050200000000") in frame
    assert bytes.fromhex("7f03000008") in frame
    assert struct.unpack_from("<H", frame, 34)[0] & 0x1000
    client.call("stop")
    air.on_air()
    station.probe(b"hil-net")
    frame = station.next_frame()
    assert b"\x46\x05\x02" not in frame
    assert not struct.unpack_from("<H", frame, 34)[0] & 0x1000


def test_a_station_is_asked_to_go(air: AirProcess) -> None:
    """By an order: the other access points of the network are candidates; its answer is told."""
    client, station = joined(air)
    client.call("order", do="bss-transition")
    asked = station.next_frame()[24:]
    assert asked[:2] == b"\x0a\x07"
    assert asked[3:7] == b"\x01\0\0\xc8"
    assert asked[7:] == TOGETHER + b"\x03\x01\xff"
    station.management(13, b"\x0a\x08" + asked[2:3] + b"\0\0" + mac(SECOND))
    told = client.frame("action", 2)
    assert told["detail"] == {"action": "BTM response", "status": 0, "target": SECOND}
    assert client.frame("action")["detail"] == {"action": "BTM request", "token": asked[2]}


def test_a_station_that_does_not_go_is_sent_away(air: AirProcess) -> None:
    """Disassociation is imminent, and comes with reason 12; who has gone is left alone."""
    client, station = joined(air)
    client.call("order", do="bss-transition", candidates=[2], disassociate_after=2, abridged=True)
    assert station.next_frame()[27:30] == b"\x07\2\0"
    gone = station.next_frame()
    assert gone[0] == 0xA0
    assert struct.unpack_from("<H", gone, 24)[0] == 12
    assert client.state("gone")["bssid"] == FIRST


def test_a_question_for_a_better_access_point(air: AirProcess) -> None:
    """It is answered by a request that knows its token."""
    client, station = joined(air)
    station.management(13, b"\x0a\x06\x55\x10")
    assert station.next_frame()[24:27] == b"\x0a\x07\x55"
    assert client.frame("action")["detail"] == {"action": "BTM query"}


@pytest.mark.parametrize(("ssid", "count"), [(b"", 1), (b"\0\x07hil-net", 1), (b"\0\5other", 0)])
def test_a_neighbour_report(air: AirProcess, ssid: bytes, count: int) -> None:
    """The other access points of the network, or of the one that is asked for."""
    _, station = joined(air)
    station.management(13, b"\5\4\x21" + ssid)
    answer = station.next_frame()[24:]
    assert answer[:3] == b"\5\5\x21"
    assert answer[3:].count(mac(SECOND)) == count
    assert mac(FIRST) not in answer


def test_a_network_without_them(air: AirProcess) -> None:
    """Nothing is answered."""
    client, station = joined(air, bss_transition=False, neighbour_reports=False)
    station.management(13, b"\5\4\x21")
    station.management(13, b"\x0a\x06\x55\x10")
    for nth in (1, 2):
        assert client.frame("action", nth)["detail"]["ignored"] == "not offered"
    error = client.error("order", do="bss-transition", candidates=[3])
    assert error["code"] == "no-such-ap"


def test_candidates_are_in_their_order() -> None:
    """Of two the first is preferred."""
    first, second = network(), replace(network(), bssid=mac(SECOND), channel=36)
    body = TransitionRequest((first, second), abridged=True).body(1)
    assert body[3] == 3
    assert neighbour(first, 255) + neighbour(second, 254) == body[7:]
    assert neighbour(second)[2:] == mac(SECOND) + bytes.fromhex("07000000") + b"\x73\x24\4"
    there = replace(second, channel=5975)
    assert neighbour(there)[-3:] == bytes((131, 5, 14))


@given(st.binary(max_size=20))
def test_rubbish(rest: bytes) -> None:
    """Whatever comes is one of them or none."""
    for body in (rest, b"\x0a\x08" + rest, b"\x0a\x06" + rest, b"\5\4" + rest):
        found = parse_response(body)
        assert found is None or len(found.detail) in (1, 2)
        assert not (is_query(body) and is_neighbour_request(body))
