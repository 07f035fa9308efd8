# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of the medium and the retries they cause, against the real air process."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.hwsim.conftest import AirProcess, Client
from tests.unit.hwsim.soft_station import SoftStation

QUICK = {"first_ms": 40, "next_ms": 80, "group_first_ms": 40}
"""Timers that keep a test short; which timer is taken is judged by their ratio."""


def ready(air: AirProcess, *rules: dict[str, Any], **timers: int) -> tuple[Client, SoftStation]:
    """The air with rules, and a station that is associated."""
    client = air.on_air(timers={**QUICK, **timers})
    client.call("begin", association=5, rules=list(rules))
    station = air.station()
    station.authenticate()
    station.associate()
    return client, station


def finish(client: Client, station: SoftStation) -> None:
    """Answer M3 and be authorized."""
    station.m4(station.key_message())
    client.state("authorized")


def test_m2_lost(air: AirProcess) -> None:
    """A dropped M2 is not acknowledged; M1 comes again with the next counter, and the rest."""
    client, station = ready(air, {"message": "M2", "nth": 1, "action": "drop"})
    first = station.key_message()
    assert not station.acked(station.m2(first))
    again = station.key_message()
    assert (again.name, again.nonce) == ("M1", first.nonce)
    assert again.replay == first.replay + 1
    assert again.sequence != first.sequence
    assert station.acked(station.m2(again))
    finish(client, station)
    lost = client.frame("M2")
    assert (lost["rule"], lost["rule_place"]) == ("drop", 1)
    assert (lost["acked"], lost["delivered"]) == (False, False)
    assert lost["mic_ok"] is None
    assert client.frame("M1", 2)["retry"]
    assert client.frame("M2", 2)["retry"]


def test_acknowledged_m1_waits_longer(air: AirProcess) -> None:
    """An acknowledged first M1 is repeated after the long wait, an unacknowledged one after the
    short wait (hostapd's work-around for stations that change their SNonce)."""
    client, station = ready(air, first_ms=40, next_ms=400)
    station.key_message()
    station.key_message()
    first, second = client.frame("M1"), client.frame("M1", 2)
    assert second["air_ns"] - first["air_ns"] >= 400_000_000


def test_unacknowledged_m1_comes_again_soon(air: AirProcess) -> None:
    """drop-ack on M1: the station has it, the access point does not know and repeats it."""
    rule = {"message": "M1", "nth": 1, "action": "drop-ack"}
    client, station = ready(air, rule, first_ms=40, next_ms=30_000)
    station.key_message()
    again = station.key_message()
    station.m2(again)
    finish(client, station)
    first = client.frame("M1")
    assert (first["acked"], first["delivered"], first["rule"]) == (False, True, "drop-ack")


def test_answer_to_an_older_m1(air: AirProcess) -> None:
    """M2 is accepted for any outstanding replay counter."""
    rule = {"message": "M1", "nth": 1, "action": "drop-ack"}
    client, station = ready(air, rule)
    first = station.key_message()
    station.key_message()
    station.m2(first)
    finish(client, station)
    assert client.frame("M2")["mic_ok"]


def test_m3_lost(air: AirProcess) -> None:
    """A dropped M3 never reaches the station; the next try does."""
    client, station = ready(air, {"message": "M3", "nth": 1, "action": "drop"})
    m1 = station.key_message()
    station.m2(m1)
    m3 = station.key_message()
    assert m3.replay == m1.replay + 2
    station.m4(m3)
    client.state("authorized")
    lost = client.frame("M3")
    assert (lost["rule"], lost["guest_ns"], lost["delivered"]) == ("drop", None, False)
    assert client.frame("M3", 2)["retry"]


@pytest.mark.parametrize("protect", [False, True])
def test_m4_lost(air: AirProcess, protect: bool) -> None:
    """After a lost M4 the repeated M3 is answered again, in the clear or under the new key."""
    client, station = ready(air, {"message": "M4", "nth": 1, "action": "drop"})
    station.m2(station.key_message())
    first = station.key_message()
    assert not station.acked(station.m4(first))
    station.install()
    again = station.key_message()
    assert (again.name, again.nonce) == ("M3", first.nonce)
    assert again.replay == first.replay + 1
    assert not again.protected
    station.m4(again, protect=protect)
    client.state("authorized")
    second = client.frame("M4", 2)
    assert (second["protected"], second["mic_ok"], second["retry"]) == (protect, True, True)
    assert second["pn"] == (1 if protect else None)


def test_late_m4(air: AirProcess) -> None:
    """A delayed M4 answers the first M3, counts, and the second M4 is stale."""
    rule = {"message": "M4", "nth": 1, "action": "delay", "delay_ms": 60}
    client, station = ready(air, rule)
    station.m2(station.key_message())
    first = station.key_message()
    cookie = station.m4(first)
    again = station.key_message()
    assert station.acked(cookie)
    client.state("authorized")
    station.m4(again)
    assert client.frame("M4")["detail"] == {"delay_ms": 60}
    assert client.frame("M4", 2)["detail"] == {"ignored": "replay counter"}


def test_delayed_m3(air: AirProcess) -> None:
    """A delayed message of the access point leaves late; its air time is when it left."""
    rule = {"message": "M3", "nth": 1, "action": "delay", "delay_ms": 30}
    client, station = ready(air, rule, first_ms=5000)
    station.m2(station.key_message())
    finish(client, station)
    apart = client.frame("M3")["air_ns"] - client.frame("M2")["air_ns"]
    assert apart >= 30_000_000
    assert client.frame("M3")["rule"] == "delay"


def test_repeated_m3(air: AirProcess) -> None:
    """Copies carry the same replay counter under new sequence numbers, each with a record."""
    client, station = ready(air, {"message": "M3", "nth": 1, "action": "repeat", "copies": 2})
    station.m2(station.key_message())
    messages = [station.key_message() for _ in range(3)]
    assert len({m.pdu for m in messages}) == 1
    assert len({m.sequence for m in messages}) == 3
    station.m4(messages[0])
    client.state("authorized")
    copies = [client.frame("M3", nth)["detail"].get("copy") for nth in (1, 2, 3)]
    assert copies == [None, 1, 2]
    assert not any(client.frame("M3", nth)["retry"] for nth in (1, 2, 3))


def test_repeated_m2(air: AirProcess) -> None:
    """A copy of M2 is ignored: its replay counter has been answered."""
    client, station = ready(air, {"message": "M2", "nth": 1, "action": "repeat", "copies": 1})
    station.m2(station.key_message())
    finish(client, station)
    copy = next(e for e in client.events if e.get("kind") == "M2" and "copy" in e["detail"])
    assert copy["detail"] == {"copy": 1, "ignored": "replay counter"}


def test_repeated_data_is_no_key_reinstallation(air: AirProcess) -> None:
    """A copy made by the medium has an old packet number, and nobody is blamed for it."""
    client, station = ready(air, {"message": "data", "nth": "every", "action": "repeat"})
    station.m2(station.key_message())
    finish(client, station)
    station.install()
    number = client.post("echo", count=1, timeout_s=10)
    seen = 0
    while seen < 2:
        frame = station.next_frame()
        station.answer(frame)
        seen += 0 if frame[4] & 1 else 1
    assert client.reply(number)["result"]["answered"] == 1
    details = [e["detail"] for e in client.events if e.get("copy") or "copy" in e.get("detail", {})]
    assert not any("pn_check" in detail for detail in details)


@pytest.mark.parametrize("message", ["M1", "M2", "M3", "M4"])
def test_deauthentication_in_mid_handshake(air: AirProcess, message: str) -> None:
    """The message passes, then the station is deauthenticated with reason 3."""
    client, station = ready(air, {"message": message, "nth": 1, "action": "deauthenticate"})
    m1 = station.key_message()
    if message != "M1":
        cookie = station.m2(m1)
    if message in ("M3", "M4"):
        m3 = station.key_message()
    if message == "M4":
        cookie = station.m4(m3)
    assert station.reason(station.next_frame()) == 3
    if message in ("M2", "M4"):
        assert station.acked(cookie)
    assert client.state("gone")["reason"] == 3
    assert client.frame(message)["rule"] == "deauthenticate"
    assert client.frame(message)["delivered"]


def test_association_response_lost(air: AirProcess) -> None:
    """Without an acknowledged association response there is no handshake."""
    client = air.on_air()
    client.call(
        "begin",
        association=1,
        rules=[{"message": "assoc-resp", "nth": 1, "action": "drop"}],
    )
    station = air.station()
    station.authenticate()
    station.assoc_request()
    client.frame("assoc-resp")
    station.associate()
    assert station.key_message().name == "M1"
    assert client.frame("assoc-req", 2)["retry"]
    assert client.frame("assoc-resp", 2)["retry"]


def test_authentication_answer_lost(air: AirProcess) -> None:
    """A rule with a direction tells the two authentication frames apart."""
    client = air.on_air()
    rule = {"message": "auth", "nth": 1, "action": "drop", "direction": "down"}
    client.call("begin", association=1, rules=[rule])
    station = air.station()
    station.management(11, bytes.fromhex("000001000000"))
    assert client.frame("auth", 1, "down")["rule"] == "drop"
    assert client.frame("auth", 1, "up")["acked"]
    station.authenticate()
    assert client.frame("auth", 2, "up")["retry"]


def test_echo_waits_for_a_lost_m4(air: AirProcess) -> None:
    """An echo asked for while M3 is to be repeated is sent once the station is authorized."""
    client, station = ready(air, {"message": "M4", "nth": 1, "action": "drop"}, first_ms=200)
    station.m2(station.key_message())
    station.m4(station.key_message())
    station.install()
    number = client.post("echo", count=1, timeout_s=10)
    station.m4(station.key_message(), protect=True)
    assert [station.answer(station.next_frame()) for _ in range(2)] == ["arp", "icmp"]
    assert client.reply(number)["result"]["answered"] == 1


def test_g2_lost(air: AirProcess) -> None:
    """A lost G2 makes G1 come again; the rekey ends with the second answer."""
    client, station = ready(air, {"message": "G2", "nth": 1, "action": "drop"})
    station.m2(station.key_message())
    finish(client, station)
    station.install()
    number = client.post("rekey_group")
    first = station.key_message()
    station.g2(first)
    again = station.key_message()
    assert again.replay == first.replay + 1
    station.g2(again)
    assert client.reply(number)["result"] == {"stations": 1}
    assert client.frame("G1", 2)["retry"]
    assert not client.frame("G2", 2)["retry"]  # another replay counter is another message


# edit, corrupt, insert, refuse


def test_an_edited_m3_is_well_made(air: AirProcess) -> None:
    """The group key is gone from it, under a MIC that fits; the next one is as it should be."""
    fields = {"elements": [{"do": "remove", "element": "gtk"}]}
    client, station = ready(air, {"message": "M3", "nth": 1, "action": "edit", "fields": fields})
    station.m2(station.key_message())
    edited = station.key_message()
    assert station.check(edited).startswith(station.rsne)
    assert bytes.fromhex("000fac01") not in station.check(edited)
    finish(client, station)
    record = client.frame("M3")
    assert (record["rule"], record["rule_place"]) == ("edit", 1)
    assert record["detail"] == {"altered": "remove gtk", "acceptable": "refuse"}
    assert client.frame("M3", 2)["rule"] is None


def test_a_corrupted_m3_is_not(air: AirProcess) -> None:
    """Its nonce is another one under the MIC it had."""
    rule = {"message": "M3", "action": "corrupt", "fields": {"nonce": "changed"}}
    client, station = ready(air, rule)
    m1 = station.key_message()
    station.m2(m1)
    spoilt = station.key_message()
    assert spoilt.nonce == bytes(byte ^ 0xFF for byte in m1.nonce)
    with pytest.raises(AssertionError):
        station.check(spoilt)
    finish(client, station)
    assert client.frame("M3")["detail"]["acceptable"] == "discard"


def test_a_corrupted_m2_is_ignored(air: AirProcess) -> None:
    """The access point sees another MIC than the station sent, and asks again."""
    rule = {"message": "M2", "action": "corrupt", "fields": {"mic": "zero"}}
    client, station = ready(air, rule)
    assert station.acked(station.m2(station.key_message()))
    station.m2(station.key_message())
    finish(client, station)
    spoilt = client.frame("M2")
    assert (spoilt["rule"], spoilt["mic_ok"]) == ("corrupt", False)
    assert spoilt["detail"] == {"altered": "mic zero", "ignored": "MIC"}
    assert client.frame("M2", 2)["mic_ok"]


def test_an_edited_message_under_the_pairwise_key(air: AirProcess) -> None:
    """G1 is protected as ever, and only what is in it is another."""
    rule = {"message": "G1", "action": "edit", "fields": {"rsc": "05" + "00" * 7}}
    client, station = ready(air, rule, first_ms=5000)  # no M3 comes again before G1
    station.m2(station.key_message())
    finish(client, station)
    station.install()
    number = client.post("rekey_group")
    g1 = station.key_message()
    assert (g1.protected, g1.rsc) == (True, b"\x05" + bytes(7))
    station.g2(g1)
    assert client.reply(number)["result"] == {"stations": 1}


def test_a_copy_of_m1_from_a_third_address(air: AirProcess) -> None:
    """It has another source address and nonce; the handshake goes on with the access point's."""
    insert = {"copy_of": "M1", "source": "02:de:ad:be:ef:01", "fields": {"nonce": "changed"}}
    rule = {"message": "M1", "action": "insert", "insert": insert}
    client, station = ready(air, rule, first_ms=5000)
    first, other = station.key_message(), station.next_frame()
    assert other[16:22] == bytes.fromhex("02deadbeef01")
    other = station.parse_key(other[:16] + station.bssid + other[22:])
    assert other.nonce == bytes(byte ^ 0xFF for byte in first.nonce)
    station.m2(first)
    finish(client, station)
    record = client.frame("M1", 2)
    assert (record["rule"], record["detail"]["source"]) == ("insert", "02:de:ad:be:ef:01")
    assert record["detail"]["digest"] != client.frame("M1")["detail"]["digest"]


def test_a_group_message_again_in_the_clear(air: AirProcess) -> None:
    """The copy of a protected message goes unprotected where the rule says so."""
    insert = {"copy_of": "G1", "plain": True}
    rule = {"message": "G1", "action": "insert", "insert": insert}
    client, station = ready(air, rule, first_ms=5000)  # no M3 comes again before G1
    station.m2(station.key_message())
    finish(client, station)
    station.install()
    client.post("rekey_group")
    first, again = station.key_message(), station.key_message()
    assert (first.protected, again.protected) == (True, False)
    assert first.pdu == again.pdu


def test_a_refused_association(air: AirProcess) -> None:
    """The status is the rule's, with the time to come back after; the second try is admitted."""
    client = air.on_air()
    rule = {"message": "assoc-req", "action": "refuse", "status": 30, "comeback_tu": 200}
    client.call("begin", association=1, rules=[rule])
    station = air.station()
    station.authenticate()
    station.assoc_request()
    answer = station.next_frame()
    assert answer[26:28] == (30).to_bytes(2, "little")
    assert answer.endswith(bytes.fromhex("380503c8000000"))
    assert client.frame("assoc-req")["rule"] == "refuse"
    assert client.frame("assoc-resp")["detail"] == {"status": 30}
    station.associate()
    assert station.key_message().name == "M1"


def test_a_refused_authentication(air: AirProcess) -> None:
    """Of requests only: the answer to the second is no second request."""
    client = air.on_air()
    rule = {"message": "auth", "nth": 1, "action": "refuse", "status": 17}
    client.call("begin", association=1, rules=[rule])
    station = air.station()
    station.management(11, bytes.fromhex("000001000000"))
    assert station.next_frame()[24:30] == bytes.fromhex("000002001100")
    station.authenticate()
    assert client.frame("auth", 1, "up")["rule"] == "refuse"
    assert client.frame("auth", 1, "down")["detail"] == {"status": 17}


def test_a_disassociation_after_a_while(air: AirProcess) -> None:
    """M4 is taken; then all stations are disassociated with that reason."""
    rule = {
        "message": "M4", "action": "disassociate", "reason": 8, "broadcast": True, "delay_ms": 5,
    }  # fmt: skip
    client, station = ready(air, rule, first_ms=5000)
    station.m2(station.key_message())
    finish(client, station)
    frame = station.next_frame()
    assert (frame[0], frame[4:10], frame[24:26]) == (0xA0, b"\xff" * 6, b"\x08\x00")
    assert client.state("gone")["reason"] == 8
    assert client.frame("disassoc")["rule"] == "disassociate"
    assert client.frame("M4")["rule"] is None
