# SPDX-License-Identifier: GPL-2.0-or-later
"""802.1X of the real air process: what the RADIUS server says, garbles, or leaves unsaid."""

from __future__ import annotations

import os

import pytest

from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.eap_station import METHOD, QUICK, EapStation, details, eap, on_air
from tests.unit.hwsim.fake_radius import ACCEPT, CHALLENGE, REJECT, FakeRadius


def test_empty_identity(air: AirProcess, radius: FakeRadius) -> None:
    """The station's address stands in for it: a User-Name is never empty (RFC 3579, 2.1)."""
    on_air(air, radius, eap_ms=5000)
    station = EapStation(air.station())
    station.associate()
    station.identify(b"")
    assert radius.asked().attributes["User-Name"] == [b"02:00:00:00:00:00"]


@pytest.mark.parametrize("told", [True, False])
def test_reject(air: AirProcess, radius: FakeRadius, told: bool) -> None:
    """EAP-Failure with the open request's identifier, whatever the server sent; then, when there
    was time to read it, reason 23."""
    client = on_air(air, radius)
    station = EapStation(air.station())
    station.associate()
    identity = station.identify()
    radius.answer(radius.asked(), REJECT, eap(4, identity[1]) if told else b"")
    assert station.heard() == eap(4, identity[1])
    assert station.station.reason(station.station.next_frame()) == 23
    assert client.state("gone")["reason"] == 23
    failure, deauth = client.frame("eap", 3), client.frame("deauth")
    assert deauth["air_ns"] - failure["air_ns"] >= QUICK["eap_failure_to_deauth_ms"] * 1_000_000
    assert not [event for event in client.events if event["event"] == "fault"]


def test_silent_server_is_a_fault_of_ours(air: AirProcess, radius: FakeRadius) -> None:
    """The request is sent four times alike; then the client is told, and the station has to go."""
    client = on_air(air, radius)
    station = EapStation(air.station())
    station.associate()
    station.identify()
    assert len({radius.asked().raw for _ in range(4)}) == 1
    fault = client.wait(lambda e: e["event"] == "fault")
    assert fault["what"] == "radius"
    assert "no answer to 4 requests" in fault["message"]
    assert station.heard()[0] == 4
    assert station.station.reason(station.station.next_frame()) == 23


def test_server_that_is_not_there(air: AirProcess, radius: FakeRadius) -> None:
    """The fault tells that the port refused."""
    client = on_air(air, radius)
    radius.close()
    station = EapStation(air.station())
    station.associate()
    station.identify()
    fault = client.wait(lambda e: e["event"] == "fault")
    assert "Connection refused" in fault["message"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ("response authenticator", "Response Authenticator does not verify"),
        ("message authenticator", "Message-Authenticator does not verify"),
        ("no message authenticator", "without Message-Authenticator"),
        ("identifier", "an answer to no request"),
        ("length", "RADIUS: length"),
    ],
)
def test_forged_answer_is_dropped(
    air: AirProcess, radius: FakeRadius, spoil: str, reason: str
) -> None:
    """An answer that does not verify is none; when no other comes, the fault says why."""
    client = on_air(air, radius)
    station = EapStation(air.station())
    station.associate()
    identity = station.identify()
    asked = radius.asked()
    radius.answer(asked, ACCEPT, eap(3, identity[1]), msk=bytes(64), spoil=spoil)
    again = radius.asked()
    assert again.raw == asked.raw
    radius.answer(again, ACCEPT, eap(3, identity[1]), msk=bytes(64), spoil=spoil)
    fault = client.wait(lambda e: e["event"] == "fault")
    assert reason in fault["message"]
    assert not details(client, "M1")


def test_right_answer_after_a_forged_one(air: AirProcess, radius: FakeRadius) -> None:
    """What was dropped does no harm."""
    client = on_air(air, radius)
    station = EapStation(air.station())
    station.associate()
    identity = station.identify()
    asked = radius.asked()
    radius.sock.sendto(b"rubbish", asked.peer)
    radius.answer(asked, REJECT, eap(4, 0), secret="another")
    msk = os.urandom(64)
    radius.answer(asked, ACCEPT, eap(3, identity[1]), msk=msk)
    assert station.heard()[0] == 3
    station.handshake(msk)
    client.state("authorized")


@pytest.mark.parametrize(
    ("code", "packet", "msk", "said"),
    [
        (ACCEPT, eap(3, 1), None, "without MS-MPPE-Recv-Key"),
        (ACCEPT, eap(3, 1), bytes(16), "without MS-MPPE-Recv-Key"),
        (ACCEPT, eap(1, 1, METHOD), bytes(64), "EAP code 1 in a RADIUS packet of code 2"),
        (CHALLENGE, eap(3, 1), None, "EAP code 3 in a RADIUS packet of code 11"),
        (CHALLENGE, b"", None, "EAP: 0 bytes hold no header"),
        (CHALLENGE, b"\x09\x01\x00\x05\x0d", None, "EAP: code 9 is unknown"),
        (CHALLENGE, b"\x01\x01\x00\x09\x0d", None, "EAP: length 9"),
    ],
)
def test_senseless_answer_is_a_fault_of_ours(
    air: AirProcess, radius: FakeRadius, code: int, packet: bytes, msk: bytes | None, said: str
) -> None:
    """A verified answer that makes no sense is told, and the station is not left waiting."""
    client = on_air(air, radius)
    station = EapStation(air.station())
    station.associate()
    station.identify()
    radius.answer(radius.asked(), code, packet, msk=msk)
    fault = client.wait(lambda e: e["event"] == "fault")
    assert said in fault["message"]
    assert station.heard()[0] == 4
