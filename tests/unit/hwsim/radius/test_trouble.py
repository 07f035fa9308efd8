# SPDX-License-Identifier: GPL-2.0-or-later
"""RADIUS servers in trouble, as a scenario wants them: what the access point makes of each."""

from __future__ import annotations

import pytest

from hwsim.errors import WireError
from hwsim.radius.codec import ACCESS_REJECT, Trouble, encode_reject, parse_reply
from hwsim.radius.trouble import troubled
from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.eap_station import METHOD, EapStation, eap, on_air
from tests.unit.hwsim.fake_radius import CHALLENGE, FakeRadius

ASKED, SECRET = bytes(range(16)), b"between us"
ANSWER = encode_reject(7, ASKED, SECRET)


def test_a_reject_verifies() -> None:
    """Both codes of the Access-Reject are right, and it has an EAP-Failure."""
    made = troubled(Trouble("rejects"), ANSWER[:20], ASKED, SECRET)
    assert made is not None
    reply = parse_reply(made, ASKED, SECRET)
    assert (reply.code, reply.eap) == (ACCESS_REJECT, b"\x04\x07\0\x04")


def test_a_forged_answer_does_not() -> None:
    """The Response Authenticator is wrong, and nothing else."""
    made = troubled(Trouble("forged"), ANSWER, ASKED, SECRET)
    assert made is not None
    assert made[:4] + made[20:] == ANSWER[:4] + ANSWER[20:]
    with pytest.raises(WireError, match="Response Authenticator"):
        parse_reply(made, ASKED, SECRET)


def test_what_is_left_as_it_is() -> None:
    """A late answer is the server's own; of a silent server none is left."""
    assert troubled(Trouble("late", 5), ANSWER, ASKED, SECRET) == ANSWER
    assert troubled(Trouble("silent"), ANSWER, ASKED, SECRET) is None
    with pytest.raises(WireError):
        troubled(Trouble("late", 5), b"\0", ASKED, SECRET)


@pytest.mark.parametrize("kind", ["silent", "forged"])
def test_no_answer_for_the_scenarios_sake_is_no_fault(
    air: AirProcess, radius: FakeRadius, kind: str
) -> None:
    """Four requests, then EAP-Failure and reason 23; the lab is not told to be broken."""
    radius.trouble = {"kind": kind}
    client = on_air(air, radius)
    station = EapStation(air.station())
    station.associate()
    identity = station.identify()
    for _ in range(4):
        radius.answer(radius.asked(), CHALLENGE, eap(1, 9, METHOD))
    assert station.heard() == eap(4, identity[1])
    assert station.station.reason(station.station.next_frame()) == 23
    assert not [event for event in client.events if event["event"] == "fault"]


def test_a_late_answer_comes_all_the_same(air: AirProcess, radius: FakeRadius) -> None:
    """Not before its time, and the request under which it is expected stays open."""
    radius.trouble = {"kind": "late", "delay_ms": 200}
    client = on_air(air, radius, radius_ms=1000)
    station = EapStation(air.station())
    station.associate()
    station.identify()
    radius.answer(radius.asked(), CHALLENGE, eap(1, 9, METHOD))
    assert station.heard() == eap(1, 9, METHOD)
    identity, request = client.frame("eap", 2), client.frame("eap", 3)
    assert request["air_ns"] - identity["air_ns"] >= 200_000_000


def test_a_reject_comes_whatever_the_server_says(air: AirProcess, radius: FakeRadius) -> None:
    """EAP-Failure at the first answer."""
    radius.trouble = {"kind": "rejects"}
    on_air(air, radius)
    station = EapStation(air.station())
    station.associate()
    identity = station.identify()
    radius.answer(radius.asked(), CHALLENGE, eap(1, 9, METHOD))
    assert station.heard() == eap(4, identity[1])
