# SPDX-License-Identifier: GPL-2.0-or-later
"""The good path, from the beacon to the echo, against the real air process."""

from __future__ import annotations

import contextlib
import itertools
import struct
import time

import pytest

from tests.unit.hwsim.conftest import NETWORK, AirProcess
from tests.unit.hwsim.soft_station import (
    GUEST_OFFSET_NS,
    LLC_ARP,
    LLC_EAPOL,
    LLC_IP,
    RSNE,
    SoftStation,
)


def serve_echo(station: SoftStation, requests: int) -> list[str]:
    """Answer that many requests of the access point; returns what they were."""
    return [station.answer(station.next_frame()) for _ in range(requests)]


def test_four_messages_make_a_station_authorized(air: AirProcess) -> None:
    """Open authentication, association and M1…M4, once each, every one recorded with its facts."""
    client = air.on_air()
    station = air.station()
    station.join()
    client.state("authorized")
    assert client.kinds() == ["auth", "auth", "assoc-req", "assoc-resp", "M1", "M2", "M3", "M4"]
    m1, m2, m3, m4 = (client.frame(kind) for kind in ("M1", "M2", "M3", "M4"))
    assert [m["direction"] for m in (m1, m2, m3, m4)] == ["down", "up", "down", "up"]
    assert m1["replay_counter"] == m2["replay_counter"] < m3["replay_counter"]
    assert m2["mic_ok"]
    assert m4["mic_ok"]
    assert all(m["acked"] and m["delivered"] and m["rule"] is None for m in (m1, m2, m3, m4))
    assert not any(m["retry"] or m["protected"] for m in (m1, m2, m3, m4))
    assert all(m["association"] == 1 for m in (m1, m2, m3, m4))
    assert m1["air_ns"] < m2["air_ns"] < m3["air_ns"] < m4["air_ns"]
    for message in (m1, m2, m3, m4):
        apart_ns = message["guest_ns"] - message["air_ns"] - GUEST_OFFSET_NS
        assert (apart_ns >= 0) == (message["direction"] == "down")
    numbers = [event["number"] for event in client.events if event["event"] == "frame"]
    assert sorted(numbers) == list(range(min(numbers), min(numbers) + 8))
    states = [event["state"] for event in client.events if event["event"] == "station"]
    assert states == ["authenticated", "associated", "handshaking", "authorized"]


def test_echo_goes_through_both_keys(air: AirProcess) -> None:
    """ARP comes under the group key, echoes under the pairwise key; both are answered."""
    client = air.on_air()
    station = air.station()
    station.join()
    client.state("authorized")
    number = client.post("echo", count=3, timeout_s=10)
    assert serve_echo(station, 4) == ["arp", "icmp", "icmp", "icmp"]
    result = client.reply(number)["result"]
    assert result["arp"]
    assert result["protected"]
    assert (result["sent"], result["answered"], len(result["rtt_us"])) == (3, 3, 3)
    assert station.group_pns == [1]
    pns = [e["pn"] for e in client.events if e.get("kind") == "icmp" and e["direction"] == "down"]
    assert pns == [1, 2, 3]
    assert all(e["protected"] for e in client.events if e.get("kind") in ("arp", "icmp"))


def test_echo_that_nobody_answers(air: AirProcess) -> None:
    """A silent station ends an echo at its time limit, with what was sent."""
    client = air.on_air()
    station = air.station()
    station.join()
    client.state("authorized")
    result = client.call("echo", count=2, timeout_s=0.1)
    assert result == {"sent": 0, "answered": 0, "arp": False, "rtt_us": [], "protected": False}
    assert station.open(station.next_frame())[:8] == LLC_ARP


def test_echo_without_a_station(air: AirProcess) -> None:
    """Nobody there is a finding on the station, not an error of the call."""
    assert air.on_air().call("echo", count=2, timeout_s=5)["sent"] == 0


def test_only_one_echo_at_a_time(air: AirProcess) -> None:
    """A second echo is refused while one is under way."""
    client = air.on_air()
    air.station().join()
    client.state("authorized")
    number = client.post("echo", count=1, timeout_s=0.2)
    assert client.error("echo", count=1, timeout_s=1)["code"] == "busy"
    assert client.reply(number)["result"]["answered"] == 0


def test_the_access_point_answers_arp_and_echo(air: AirProcess) -> None:
    """A station may ask for the access point's address and ping it."""
    client = air.on_air()
    station = air.station()
    station.join()
    client.state("authorized")
    ap_ip = bytes((10, 77, 0, 1))
    ask = bytes.fromhex("0001080006040001") + station.mac + station.ip + bytes(6) + ap_ip
    station.data(LLC_ARP + ask)
    reply = station.open(station.next_frame())
    assert reply[:8] == LLC_ARP
    assert reply[8:].hex() == (
        "0001080006040002" + (station.bssid + ap_ip + station.mac + station.ip).hex()
    )
    station.data(LLC_IP + station.packet(station.ip, ap_ip, b"\x08\x00" + b"\1\2\3\4payload!?"))
    reply = station.open(station.next_frame())
    assert reply[:8] == LLC_IP
    expected = station.packet(ap_ip, station.ip, b"\0\0" + b"\1\2\3\4payload!?")
    assert reply[28:] == expected[20:]
    assert (reply[20:24], reply[24:28]) == (ap_ip, station.ip)


def test_beacons_keep_time(air: AirProcess) -> None:
    """Each beacon is of a target time of its own, a multiple of 102.4 ms on the TSF, which it says;
    the DTIM count goes round. A busy machine may send one late, or miss one, never early."""
    client = air.on_air()
    station = air.station()
    station.sock.settimeout(5)
    while len(station.beacons) < 6:
        station.pump()
    stamps = [struct.unpack_from("<Q", frame, 24)[0] for _, frame in station.beacons]
    targets = [stamp // 102_400 for stamp in stamps]
    assert all(a < b for a, b in itertools.pairwise(targets))
    arrivals = [arrived for arrived, _ in station.beacons]
    for at, stamp in zip(arrivals, stamps, strict=True):
        assert stamp * 1000 <= at - arrivals[0] + stamps[0] * 1000 + 10**9
    at_tim = station.beacons[0][1].index(bytes.fromhex("0504"))
    counts = [frame[at_tim + 2] for _, frame in station.beacons]
    assert set(counts) == {0, 1}
    assert client.kinds() == []


def test_a_hidden_network_answers_who_knows_its_name(air: AirProcess) -> None:
    """A probe for anybody is none for it."""
    client = air.client
    client.call("configure", network={**NETWORK, "hidden": True})
    client.call("start")
    station = air.station()
    station.acked(station.probe(b""))
    station.acked(station.probe(b"hil-net"))
    assert station.next_frame()[0] == 0x50
    assert client.kinds().count("probe-resp") <= 1
    assert not station.inbox
    station.join()
    client.state("authorized")


def test_a_psk_in_the_passphrases_place(air: AirProcess) -> None:
    """64 hex digits are the PSK itself."""
    client = air.client
    client.call("configure", network={**NETWORK, "passphrase": "5A" * 32})
    client.call("start")
    station = air.station()
    station.pmk = b"Z" * 32
    station.join()
    client.state("authorized")


@pytest.mark.parametrize(("ssid", "answered"), [(b"", True), (b"hil-net", True), (b"x", False)])
def test_probe(air: AirProcess, ssid: bytes, answered: bool) -> None:
    """A probe for us or for anybody is answered; one for another network is not."""
    air.on_air()
    station = air.station()
    cookie = station.probe(ssid)
    assert not station.acked(cookie)
    if answered:
        frame = station.next_frame()
        assert frame[0] == 0x50
        assert frame[4:10] == station.mac
        assert b"\x00\x07hil-net" in frame
    else:
        station.authenticate()  # the next answer is to something else


def test_other_channels_are_not_heard(air: AirProcess) -> None:
    """A frame on another channel gets its transmit status, unacknowledged, and no answer."""
    client = air.on_air()
    station = air.station()
    to = station.bssid
    frame = station.header(b"\xb0\0", to, to) + struct.pack("<HHH", 0, 1, 0)
    assert not station.acked(station.send_frame(frame, freq=2412))
    assert not client.frame("auth")["delivered"]
    station.authenticate()


def test_off_the_air_nothing_is_acknowledged(air: AirProcess) -> None:
    """Before start and after stop the access point is not there."""
    client = air.client
    client.call("configure", network=NETWORK)
    station = air.station()
    body = struct.pack("<HHH", 0, 1, 0)
    assert not station.acked(station.management(11, body))
    client.call("start")
    station.authenticate()
    assert client.frame("auth", 3)["number"] == client.frame("auth")["number"] + 2
    stats = client.call("stop")
    assert stats["frames"] == client.frame("auth", 3)["number"]
    assert stats["capture"] == "written"
    assert not station.acked(station.management(11, body))


def test_group_rekey(air: AirProcess) -> None:
    """A rekey brings a new group key under CCMP; it is used once the station has answered."""
    client = air.on_air()
    station = air.station()
    station.join()
    client.state("authorized")
    before = set(station.gtk)
    number = client.post("rekey_group")
    g1 = station.key_message()
    assert g1.protected
    station.g2(g1)
    assert client.reply(number)["result"] == {"stations": 1}
    assert client.frame("G2")["mic_ok"]
    assert client.frame("G2")["protected"]
    new = set(station.gtk) - before
    assert len(new) == 1
    for key_id in before:
        del station.gtk[key_id]
    number = client.post("echo", count=1, timeout_s=10)
    assert serve_echo(station, 2) == ["arp", "icmp"]
    assert client.reply(number)["result"]["arp"]


def test_pairwise_rekey(air: AirProcess) -> None:
    """M1 to M4 go under the old key, counters go on, and the new key is another one; data goes
    under the old key until M4."""
    client = air.on_air()
    station = air.station()
    station.join()
    client.state("authorized")
    client.events.clear()
    number = client.post("rekey_pairwise")
    m1 = station.key_message()
    assert client.state("handshaking")["mac"] == client.frame("M1")["receiver"]
    assert client.error("rekey_pairwise")["code"] == "busy"
    station.snonce = bytes(range(32))
    station.data(LLC_EAPOL + station.m2_pdu(m1))
    m3 = station.key_message()
    echo = client.post("echo", count=1, timeout_s=10)
    assert serve_echo(station, 2) == ["arp", "icmp"]
    assert client.reply(echo)["result"]["answered"] == 1
    station.m4(m3, protect=True)
    assert client.reply(number)["result"] == {"stations": 1}
    assert (m1.protected, m3.protected, m1.replay, m3.replay) == (True, True, 3, 4)
    assert m1.nonce == m3.nonce
    old = station.tk
    station.install()
    echo = client.post("echo", count=1, timeout_s=10)
    assert serve_echo(station, 2) == ["arp", "icmp"]
    assert client.reply(echo)["result"]["answered"] == 1
    station.tk = old
    station.data(LLC_EAPOL + bytes(4), pn=99)
    assert client.frame("data", direction="up")["detail"] == {"decrypt": "failed"}


def test_no_m2_of_a_rekey_ends_with_reason_15(air: AirProcess) -> None:
    """A station that does not answer is sent away, which completes the call."""
    client = air.on_air(timers={"first_ms": 20, "next_ms": 30})
    station = air.station()
    station.join()
    client.state("authorized")
    number = client.post("rekey_pairwise")
    assert [station.key_message().name for _ in range(4)] == ["M1"] * 4
    assert station.reason(station.next_frame()) == 15
    assert client.reply(number)["result"] == {"stations": 1}


def test_reassociation_and_second_association(air: AirProcess) -> None:
    """A station that comes again gets a new handshake with fresh nonces and counters."""
    client = air.on_air()
    station = air.station()
    station.join()
    client.state("authorized")
    client.call("begin", association=2, rules=[])
    client.events.clear()
    station.tk = None
    station.join()
    client.state("authorized")
    m1 = client.frame("M1")
    assert (m1["association"], m1["replay_counter"], m1["retry"]) == (2, 1, False)
    assert not client.frame("auth")["retry"]
    station.tk = None
    body = struct.pack("<HH", 0x0431, 5) + station.bssid + b"\0\x07hil-net" + RSNE
    station.management(2, body)
    assert station.next_frame()[0] == 0x30
    assert station.key_message().name == "M1"


def test_clock(air: AirProcess) -> None:
    """The guest's clock offset is told within its own error bound, and so it is in status."""
    client = air.on_air()
    station = air.station()
    end = time.monotonic() + 10
    clock = None
    while clock is None and time.monotonic() < end:
        station.sock.settimeout(0.05)
        with contextlib.suppress(TimeoutError):
            station.pump()
        client.call("status")
        clock = next((e for e in client.events if e["event"] == "clock"), None)
    assert clock is not None
    assert abs(clock["offset_ns"] - GUEST_OFFSET_NS) <= clock["uncertainty_ns"]
    status = client.call("status")
    assert status["port"] == "connected"
    assert abs(status["clock"]["offset_ns"] - GUEST_OFFSET_NS) <= status["clock"]["uncertainty_ns"]
