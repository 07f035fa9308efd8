# SPDX-License-Identifier: GPL-2.0-or-later
"""802.1X of the real air process: a station authenticates, and does so again."""

from __future__ import annotations

import hashlib
import hmac
import os
import struct

from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.eap_station import METHOD, EapStation, details, eap, finish, join, on_air
from tests.unit.hwsim.fake_radius import ACCEPT, CHALLENGE, REJECT, SECRET, FakeRadius
from tests.unit.hwsim.soft_station import LLC_EAPOL


def test_success_makes_keys(air: AirProcess, radius: FakeRadius) -> None:
    """EAP is passed on both ways byte for byte, and the MSK's first half is the handshake's PMK."""
    client = on_air(air, radius, eap_ms=5000)
    station = EapStation(air.station())
    station.associate()
    identity = station.identify()
    asked = radius.asked()
    assert asked.eap == identity
    assert asked.attributes["User-Name"] == [b"hil-user"]
    assert asked.attributes["Calling-Station-Id"] == [b"02-00-00-00-00-00"]
    assert asked.attributes["Called-Station-Id"] == [b"02-48-49-4C-00-01:hil-net"]
    assert asked.attributes["NAS-Port-Type"] == [b"\0\0\0\x13"]
    assert "State" not in asked.attributes
    long_request = eap(1, 9, METHOD, os.urandom(1300))
    radius.answer(asked, CHALLENGE, long_request, state=b"once")
    assert station.heard() == long_request
    long_response = eap(2, 9, METHOD, os.urandom(1300))
    station.say(long_response)
    asked = radius.asked()
    assert asked.eap == long_response
    assert asked.attributes["State"] == [b"once"]
    msk = os.urandom(64)
    radius.answer(asked, ACCEPT, eap(3, 9), msk=msk)
    assert station.heard() == eap(3, 9)
    m1 = station.handshake(msk)
    mac, bssid = station.station.mac, station.station.bssid
    name = hmac.new(msk[:32], b"PMK Name" + bssid + mac, hashlib.sha1).digest()[:16]
    assert m1.data == bytes.fromhex("dd14000fac04") + name
    client.state("authorized")
    states = [event["state"] for event in client.events if event["event"] == "station"]
    assert states[-4:] == ["associated", "authenticating", "handshaking", "authorized"]
    told = [(d["code"], d.get("eap_type")) for d in details(client, "eap")]
    assert told == [
        ("Request", "Identity"), ("Response", "Identity"), ("Request", "TLS"), ("Response", "TLS"),
        ("Success", None),
    ]  # fmt: skip


def test_keys_are_kept_and_secrets_are_not_told(fresh_air: AirProcess, radius: FakeRadius) -> None:
    """Every PMK is beside the capture; no event tells it, the secret or the identity."""
    client = on_air(fresh_air, radius)
    station = EapStation(fresh_air.station())
    station.associate()
    first, _ = join(station, radius)
    client.state("authorized")
    number = client.post("reauthenticate")
    second, _ = join(station, radius)
    assert client.reply(number)["result"] == {"stations": 1}
    output = fresh_air.leave()
    keys = fresh_air.run_dir / "air.keys"
    said = '# association 1, 02:00:00:00:00:00\n"wpa-psk","{}"\n'
    assert keys.read_text() == "".join(said.format(m[:32].hex()) for m in (first, second))
    assert keys.stat().st_mode & 0o777 == 0o600
    told = client.transcript.decode() + output
    for hidden in (first.hex(), first[:32].hex(), second[:32].hex(), SECRET, "hil-user"):
        assert hidden not in told


def test_reauthentication_renews_the_keys(air: AirProcess, radius: FakeRadius) -> None:
    """EAP and handshake go under the old keys, data afterwards under the new ones only."""
    client = on_air(air, radius)
    station = EapStation(air.station())
    station.associate()
    join(station, radius)
    client.state("authorized")
    old, before = station.station.tk, station.station.tx_pn
    assert before == 0
    number = client.post("reauthenticate")
    assert "busy" in client.error("reauthenticate")["code"]
    _, m1 = join(station, radius)
    assert client.reply(number)["result"] == {"stations": 1}
    assert m1.protected
    assert [e["protected"] for e in client.events if e.get("kind") == "M4"] == [False, True]
    assert not any(e["retry"] for e in client.events if e.get("kind") in ("M1", "M2", "M3", "M4"))
    assert m1.replay > client.frame("M1")["replay_counter"]
    number = client.post("echo", count=1, timeout_s=10)
    assert [station.station.answer(station.station.next_frame()) for _ in range(2)] == [
        "arp", "icmp",
    ]  # fmt: skip
    result = client.reply(number)["result"]
    assert (result["answered"], result["protected"]) == (1, True)
    station.station.tk = old
    station.station.data(LLC_EAPOL + struct.pack(">BBH", 1, 1, 0), pn=99)
    assert client.frame("data", direction="up")["detail"] == {"decrypt": "failed"}


def test_failed_reauthentication_ends_the_connection(air: AirProcess, radius: FakeRadius) -> None:
    """A reject is told under the keys that are there; then the station has to go."""
    client = on_air(air, radius)
    station = EapStation(air.station())
    station.associate()
    join(station, radius)
    client.state("authorized")
    number = client.post("reauthenticate")
    station.identify()
    radius.answer(radius.asked(), REJECT, eap(4, 1))
    assert station.heard()[0] == 4
    assert station.station.reason(station.station.next_frame()) == 23
    assert client.reply(number)["result"] == {"stations": 1}


def test_reauthentication_wants_a_server(air: AirProcess) -> None:
    """Asked of an access point that could not, the call says so."""
    assert air.on_air().error("reauthenticate")["code"] == "no-server"
    air.client.call("stop")
    assert on_air(air, None).error("reauthenticate")["code"] == "no-server"


def test_each_access_point_of_a_network_authenticates(air: AirProcess, radius: FakeRadius) -> None:
    """A station that roams is authenticated anew by the next one, under its address."""
    client = on_air(air, radius, more=[{}], eap_ms=5000)
    station = EapStation(air.station())
    station.associate()
    join(station, radius)
    client.state("authorized")
    station.station.bssid = bytes.fromhex("0248494c0002")
    station.station.tk = None
    station.associate()
    station.identify()
    asked = radius.asked()
    assert asked.attributes["Called-Station-Id"] == [b"02-48-49-4C-00-02:hil-net"]
    request = eap(1, 77, METHOD, b"challenge")
    radius.answer(asked, CHALLENGE, request)
    assert station.heard() == request
    finish(station, radius)
    client.wait(lambda e: e["event"] == "station" and e["state"] == "authorized" and
                e["bssid"] == "02:48:49:4c:00:02")  # fmt: skip
    number = client.post("reauthenticate")
    join(station, radius)
    assert client.reply(number)["result"] == {"stations": 1}
