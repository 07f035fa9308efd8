# SPDX-License-Identifier: GPL-2.0-or-later
"""802.1X of the real air process: what a station may send out of turn, twice, or not at all."""

from __future__ import annotations

import os

import pytest

from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.eap_station import (
    IDENTITY,
    METHOD,
    EapStation,
    details,
    eap,
    finish,
    join,
    on_air,
)
from tests.unit.hwsim.fake_radius import ACCEPT, CHALLENGE, REJECT, FakeRadius
from tests.unit.hwsim.soft_station import LLC_EAPOL


def test_unanswered_request_is_given_up(air: AirProcess, radius: FakeRadius) -> None:
    """The same request as often as the handshake's messages, EAP-Failure, reason 23."""
    client = on_air(air, radius)
    station = EapStation(air.station())
    station.associate()
    requests = [station.heard() for _ in range(3)]
    assert len(set(requests)) == 1
    assert station.heard()[0] == 4
    assert station.station.reason(station.station.next_frame()) == 23
    client.state("gone")
    sent = [e for e in client.events if e.get("kind") == "eap" and e["direction"] == "down"]
    assert [event["retry"] for event in sent] == [False, True, True, False]
    radius.silent(0.1)


def test_lost_request_comes_again(air: AirProcess, radius: FakeRadius) -> None:
    """A rule can lose EAP; the authentication survives it."""
    client = on_air(air, radius)
    rule = {"message": "eap", "nth": 1, "action": "drop", "direction": "down"}
    client.call("begin", association=2, rules=[rule])
    station = EapStation(air.station())
    station.associate()
    join(station, radius)
    client.state("authorized")
    first, again = client.frame("eap", 1), client.frame("eap", 2)
    assert (first["rule"], first["delivered"], again["retry"]) == ("drop", False, True)


def test_eapol_start_repeats_the_first_request(air: AirProcess, radius: FakeRadius) -> None:
    """Before the identity is told the same request comes again; afterwards all begins anew."""
    client = on_air(air, radius, eap_ms=5000)
    station = EapStation(air.station())
    station.associate()
    first = station.heard()
    station.eapol(1)
    assert station.heard() == first
    station.say(eap(2, first[1], IDENTITY, b"hil-user"))
    stale = radius.asked()
    station.eapol(1)
    anew = station.heard()
    assert anew[1] != first[1]
    radius.answer(stale, REJECT, eap(4, first[1]))
    station.say(eap(2, anew[1], IDENTITY, b"hil-user"))
    radius.answer(radius.asked(), CHALLENGE, eap(1, 77, METHOD))
    station.heard()
    finish(station, radius)
    client.state("authorized")
    assert len(details(client, "eapol-start")) == 2


def test_eapol_start_in_the_midst_of_a_handshake(air: AirProcess, radius: FakeRadius) -> None:
    """A station that lost the success begins anew, and no M1 of the old handshake comes."""
    client = on_air(air, radius, eap_ms=5000)
    station = EapStation(air.station())
    station.associate()
    identity = station.identify()
    radius.answer(radius.asked(), ACCEPT, eap(3, identity[1]), msk=os.urandom(64))
    assert station.heard()[0] == 3
    station.station.key_message()
    station.eapol(1)
    join(station, radius)
    client.state("authorized")
    assert client.kinds().count("M1") == 2


def test_silence(air: AirProcess) -> None:
    """A silent access point acknowledges EAPOL-Start and does nothing more, ever."""
    client = on_air(air, None)
    station = EapStation(air.station())
    station.associate()
    for _ in range(3):
        assert station.station.acked(station.eapol(1))
    station.say(eap(2, 1, IDENTITY, b"hil-user"))
    assert client.frame("eap")["detail"]["ignored"] == "silent"
    assert [d["ignored"] for d in details(client, "eapol-start")] == ["silent"] * 3
    assert not station.station.inbox
    (status,) = client.call("status")["stations"]
    assert status["state"] == "authenticating"


def test_logoff(air: AirProcess, radius: FakeRadius) -> None:
    """A station that logs off has to go: its authentication is no longer valid."""
    client = on_air(air, radius)
    station = EapStation(air.station())
    station.associate()
    join(station, radius)
    client.state("authorized")
    station.eapol(2)
    assert station.station.reason(station.station.next_frame()) == 2
    client.state("gone")
    assert details(client, "eapol-logoff") == [{}]


@pytest.mark.parametrize(
    ("packet", "ignored"),
    [
        (eap(1, 0, IDENTITY), "not a response"),
        (eap(2, 1, IDENTITY, b"x"), "identifier"),
        (eap(2, 0, METHOD, b"x"), "not an identity"),
        (eap(2, 0, IDENTITY, b"x" * 254), "not an identity"),
    ],
)
def test_what_is_no_answer_is_ignored(
    air: AirProcess, radius: FakeRadius, packet: bytes, ignored: str
) -> None:
    """Each with its reason in the record; the server is not asked. (0 stands for the request's.)"""
    client = on_air(air, radius, eap_ms=5000)
    station = EapStation(air.station())
    station.associate()
    identifier = station.heard()[1]
    station.say(packet[:1] + bytes([(identifier + packet[1]) % 256]) + packet[2:])
    assert client.frame("eap", direction="up")["detail"]["ignored"] == ignored
    radius.silent(0.05)


def test_response_that_comes_twice_is_passed_on_once(air: AirProcess, radius: FakeRadius) -> None:
    """While the server thinks no request is open."""
    client = on_air(air, radius, eap_ms=5000, radius_ms=5000)
    station = EapStation(air.station())
    station.associate()
    identity = station.identify()
    radius.asked()
    station.say(identity)
    assert client.frame("eap", 2, "up")["detail"]["ignored"] == "no request is open"
    radius.silent(0.05)


@pytest.mark.parametrize(
    ("pdu", "said"),
    [
        (b"\x01\x00\x00\x05", "EAPOL: body of 5 bytes, 0 there"),
        (b"\x01\x00\x00\x02\x02\x01", "EAP: 2 bytes hold no header"),
        (b"\x01\x00\x00\x05\x02\x00\x00\x09\x01", "EAP: length 9, 5 bytes there"),
        (b"\x01", "EAPOL: 1 bytes hold no header"),
        (b"\x01\x03\x00\x00", "EAPOL-Key: 4 bytes"),
    ],
)
def test_malformed_eapol(air: AirProcess, radius: FakeRadius, pdu: bytes, said: str) -> None:
    """It is told in the record and does no harm."""
    client = on_air(air, radius, eap_ms=5000)
    station = EapStation(air.station())
    station.associate()
    station.heard()
    station.station.data(LLC_EAPOL + pdu)
    assert said in str(client.frame("eapol")["detail"]["malformed"])
    station.eapol(1)
    assert station.heard()[0] == 1


def test_station_with_a_preshared_key_does_not_fit(air: AirProcess, radius: FakeRadius) -> None:
    """Its AKM is refused with the status for that (43)."""
    on_air(air, radius)
    station = air.station()
    station.authenticate()
    station.assoc_request()
    assert station.assoc_status() == 43


def test_no_server_is_asked_for_a_preshared_key(air: AirProcess) -> None:
    """EAPOL-Start is told and ignored where there is no 802.1X."""
    client = air.on_air()
    station = air.station()
    station.join()
    client.state("authorized")
    station.data(LLC_EAPOL + b"\x01\x01\x00\x00")
    assert client.frame("eapol-start")["detail"]["ignored"] == "no 802.1X"
