# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules given, changed, taken back and triggered while an association lasts, against the real air
process: what comes of it, and what is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.hwsim.conftest import AirProcess, Client
from tests.unit.hwsim.test_air_rules import finish, ready

DROP_M3 = {"message": "M3", "action": "drop"}


def changes(client: Client) -> list[tuple[Any, ...]]:
    """What the events say was done with which rule."""
    told = [event for event in client.events if event["event"] == "rule"]
    return [(one["change"], one["place"], one["was"], one["words"]) for one in told]


def test_others_in_the_stead_of_all(air: AirProcess) -> None:
    """Those that come count from then on, under places of their own; the association stays."""
    client, station = ready(air, {"message": "M1", "nth": "every", "action": "drop"})
    client.frame("M1", 2)
    client.call("rules", rules=[DROP_M3])
    station.m2(station.key_message())
    finish(client, station)
    lost = client.frame("M3")
    assert (lost["rule"], lost["rule_place"], lost["association"]) == ("drop", 2, 5)
    assert client.frame("M3", 2)["rule"] is None
    assert changes(client) == [
        ("removed", 1, 0, "drop M1 (every one)"), ("added", 2, 0, "drop M3 (number 1)"),
    ]  # fmt: skip


def test_a_rule_is_added(air: AirProcess) -> None:
    """It acts beside the scenario's, and counts from now on: not the M1 that was before."""
    client, station = ready(
        air, {"message": "M4", "action": "delay", "delay_ms": 5}, first_ms=300, next_ms=300
    )
    first = station.key_message()
    assert client.call("add_rules", rules=[DROP_M3, {"message": "M1", "action": "drop"}]) == {
        "places": [2, 3]
    }
    station.m2(first)
    finish(client, station)
    assert [client.frame("M3", nth)["rule_place"] for nth in (1, 2)] == [2, None]
    assert client.frame("M4")["rule_place"] == 1
    assert [event["association"] for event in client.events if event["event"] == "rule"] == [5, 5]
    listed = client.call("list_rules")["rules"]
    assert [(one["place"], one["live"], one["fitted"], one["acted"]) for one in listed] == [
        (1, False, 1, 1), (2, True, 2, 1), (3, True, 0, 0),
    ]  # fmt: skip


def test_a_rule_is_changed_and_taken_back(air: AirProcess) -> None:
    """The one in its stead has a place of its own; one that is taken back acts no more."""
    client, station = ready(air, DROP_M3, {"message": "M4", "action": "drop"})
    changed = client.call("change_rule", place=1, rule={"message": "M3", "action": "drop-ack"})
    client.call("remove_rule", place=2)
    station.m2(station.key_message())
    finish(client, station)
    assert changed == {"place": 3}
    assert client.frame("M3")["rule"] == "drop-ack"
    assert client.frame("M4")["rule"] is None
    assert changes(client) == [
        ("changed", 3, 1, "drop-ack M3 (number 1)"), ("removed", 2, 0, "drop M4 (number 1)"),
    ]  # fmt: skip


def test_a_frame_is_inserted_when_asked_to(air: AirProcess) -> None:
    """A copy of an M3 that was before there was any rule, as often as is asked; its capture comment
    says so."""
    client, station = ready(air, first_ms=5000)
    station.m2(station.key_message())
    finish(client, station)
    rule = {"message": "data", "nth": "never", "action": "insert", "insert": {"copy_of": "M3"}}
    (place,) = client.call("add_rules", rules=[rule])["places"]
    for _ in range(2):
        assert client.call("trigger_rule", place=place) == {"stations": 1}
        assert station.key_message().name == "M3"
    for nth in (2, 3):
        again = client.frame("M3", nth)
        assert (again["rule"], again["rule_place"]) == ("insert", place)
        assert again["detail"]["inserted"] == "copy of M3"
    assert [one[0] for one in changes(client)] == ["added", "triggered", "triggered"]
    assert changes(client)[0][3] == "insert data (when asked to)"
    client.call("stop")
    assert b"rule: insert, given live" in (air.run_dir / "air.pcapng").read_bytes()


def test_a_goodbye_when_asked_to(air: AirProcess) -> None:
    """The deauthentication is the rule's doing."""
    client, station = ready(air, first_ms=5000)
    rule = {"message": "M4", "nth": "never", "action": "deauthenticate", "reason": 6}
    (place,) = client.call("add_rules", rules=[rule])["places"]
    client.call("trigger_rule", place=place)
    assert station.reason(station.next_of(0xC0)) == 6
    sent = client.frame("deauth")
    assert (sent["rule"], sent["rule_place"], sent["detail"]["reason"]) == (
        "deauthenticate", place, 6,
    )  # fmt: skip
    assert client.error("trigger_rule", place=place)["code"] == "no-station"


def test_any_other_rule_acts_on_the_next_message(air: AirProcess) -> None:
    """Whichever that is; once."""
    client, station = ready(air, {**DROP_M3, "nth": "never"})
    client.call("trigger_rule", place=1)
    station.m2(station.key_message())
    finish(client, station)
    assert [client.frame("M3", nth)["rule_place"] for nth in (1, 2)] == [1, None]


def test_what_was_put_off_does_not_come(air: AirProcess) -> None:
    """A rule that is taken back has nothing more to send."""
    goodbye = {"message": "M3", "action": "disassociate", "delay_ms": 200, "reason": 8}
    client, station = ready(air, goodbye, first_ms=5000)
    station.m2(station.key_message())
    finish(client, station)
    assert client.call("status")["put_off"] == 1
    client.call("remove_rule", place=1)
    assert client.call("status")["put_off"] == 0


@pytest.mark.parametrize(
    ("call", "args", "code"),
    [
        ("remove_rule", {"place": 7}, "no-such-rule"),
        ("change_rule", {"place": 7, "rule": DROP_M3}, "no-such-rule"),
        ("trigger_rule", {"place": "1"}, "bad-argument"),
        ("add_rules", {"rules": [{"message": "M9", "action": "drop"}]}, "bad-argument"),
        ("add_rules", {"rules": [DROP_M3] * 64}, "too-many"),
        ("trigger_rule", {"place": 2}, "no-such-frame"),
        ("trigger_rule", {"place": 3}, "no-such-ap"),
    ],
)
def test_what_cannot_be(air: AirProcess, call: str, args: dict[str, Any], code: str) -> None:
    """The error says what was wanted; nothing has changed."""
    client = air.on_air()
    copy = {"message": "data", "action": "insert", "insert": {"copy_of": "G1"}}
    client.call("begin", association=1, rules=[DROP_M3, copy, {**copy, "access_point": 2}])
    assert client.error(call, **args)["code"] == code
    assert len(client.call("list_rules")["rules"]) == 3
