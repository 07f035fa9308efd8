# SPDX-License-Identifier: GPL-2.0-or-later
"""Several access points of one network, and stations that go from one to another."""

from __future__ import annotations

import struct

from tests.unit.hwsim.conftest import NETWORK, AirProcess, Client
from tests.unit.hwsim.soft_station import SoftStation
from tests.unit.hwsim.test_air_good import serve_echo

FIRST, SECOND = "02:48:49:4c:00:01", "02:48:49:4c:00:02"


def mac(text: str) -> bytes:
    """Six bytes."""
    return bytes.fromhex(text.replace(":", ""))


def joined(air: AirProcess, more: list[dict[str, object]]) -> tuple[Client, SoftStation]:
    """A station at the first of several access points."""
    client = air.on_air(more=more)
    station = air.station()
    station.join()
    client.state("authorized")
    return client, station


def echo(client: Client, station: SoftStation) -> dict[str, object]:
    """One echo that the station answers."""
    number = client.post("echo", count=1, timeout_s=10)
    assert serve_echo(station, 2) == ["arp", "icmp"]
    result: dict[str, object] = client.reply(number)["result"]
    return result


def test_each_beacons_and_answers_probes(air: AirProcess) -> None:
    """Both are heard under their own BSSID, with the network's name."""
    client = air.on_air(more=[{}])
    station = air.station()
    cookie = station.probe(b"hil-net")
    answers = [station.next_frame(), station.next_frame()]
    assert [frame[10:16].hex(":") for frame in answers] == [FIRST, SECOND]
    assert all(frame[16:22] == frame[10:16] and b"hil-net" in frame for frame in answers)
    assert not station.acked(cookie)
    while {frame[10:16] for _, frame in station.beacons} != {mac(FIRST), mac(SECOND)}:
        station.pump()
    requests = [client.frame("probe-resp", nth) for nth in (1, 2)]
    assert [record["transmitter"] for record in requests] == [FIRST, SECOND]
    assert client.kinds().count("probe-req") == 1


def test_the_call_tells_all_bssids(air: AirProcess) -> None:
    """``configure`` names the access points in their order."""
    told = air.client.call("configure", network={**NETWORK, "more": [{}]})
    assert told == {"bssid": FIRST, "bssids": [FIRST, SECOND]}


def test_a_station_roams(air: AirProcess) -> None:
    """It reassociates with the second without a word to the first, which forgets it then."""
    client, station = joined(air, [{}])
    client.events.clear()
    station.bssid = mac(SECOND)
    station.tk = None
    station.authenticate()
    station.reassociate(mac(FIRST))
    station.shake()
    client.state("authorized")
    told = [(e["bssid"], e["state"]) for e in client.events if e["event"] == "station"]
    assert told == [
        (SECOND, "authenticated"), (FIRST, "gone"), (SECOND, "associated"),
        (SECOND, "handshaking"), (SECOND, "authorized"),
    ]  # fmt: skip
    records = [event for event in client.events if event["event"] == "frame"]
    kinds = [record["kind"] for record in records]
    assert kinds == ["auth", "auth", "assoc-req", "assoc-resp", "M1", "M2", "M3", "M4"]
    assert {record["transmitter"] for record in records} == {SECOND, station.mac.hex(":")}
    assert not any(record["retry"] for record in records)
    result = echo(client, station)
    assert (result["answered"], result["protected"]) == (1, True)
    assert client.frame("icmp", direction="up")["receiver"] == SECOND
    (left,) = client.call("status")["stations"]
    assert (left["bssid"], left["state"]) == (SECOND, "authorized")


def test_a_station_reassociates_with_the_same_one(air: AirProcess) -> None:
    """Without a new authentication, as 802.11 allows: new handshake, nothing counts as repeated."""
    client, station = joined(air, [])
    client.events.clear()
    station.reassociate(mac(FIRST))
    station.shake()
    client.state("authorized")
    records = [event for event in client.events if event["event"] == "frame"]
    kinds = [record["kind"] for record in records]
    assert kinds == ["assoc-req", "assoc-resp", "M1", "M2", "M3", "M4"]
    assert not any(record["retry"] for record in records)
    assert echo(client, station)["answered"] == 1


def test_access_points_on_two_channels(air: AirProcess) -> None:
    """Each hears its own channel only, and is heard on it."""
    client, station = joined(air, [{"channel": 11, "bssid": SECOND}])
    station.bssid = mac(SECOND)
    station.tk = None
    cookie = station.management(11, struct.pack("<HHH", 0, 1, 0))
    assert not station.acked(cookie)
    lost = client.frame("auth", 3)
    assert (lost["delivered"], lost["acked"]) == (False, False)
    station.freq = 2462
    station.authenticate()
    station.reassociate(mac(FIRST))
    station.shake()
    assert echo(client, station)["answered"] == 1


def test_a_rekey_and_a_goodbye_reach_all(air: AirProcess) -> None:
    """Group keys are renewed at every access point, and all stations are sent away."""
    client, station = joined(air, [{}])
    number = client.post("rekey_group")
    station.g2(station.key_message())
    assert client.reply(number)["result"] == {"stations": 1}
    client.call("deauthenticate", reason=8)
    assert station.reason(station.next_frame()) == 8
    assert client.state("gone")["bssid"] == FIRST


def test_a_further_radio_is_asked_for(air: AirProcess) -> None:
    """A guest that got another radio is asked which ones it has; the port stays what it was."""
    client, station = joined(air, [])
    station.more_radios.append(bytes.fromhex("020000000100"))
    number = client.post("wait_radio", timeout_s=10, radios=2)
    while number not in client.replies:
        station.pump()
        client.call("hello")
    told = client.reply(number)["result"]
    assert [radio["mac"] for radio in told["radios"]] == ["02:00:00:00:00:00", "02:00:00:00:01:00"]
    assert client.call("wait_radio", timeout_s=10) == told
    assert echo(client, station)["answered"] == 1


def test_a_further_radio_that_never_comes(air: AirProcess) -> None:
    """The message says how many there are."""
    client = air.on_air()
    air.station()
    error = client.error("wait_radio", timeout_s=0.1, radios=3)
    assert "of 3 radios it has named 1" in error["message"]
