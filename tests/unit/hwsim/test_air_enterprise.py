# SPDX-License-Identifier: GPL-2.0-or-later
"""802.1X of the real air process: a software station, and a RADIUS server that obeys the test."""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.unit.hwsim.conftest import AirProcess, Client
from tests.unit.hwsim.fake_radius import ACCEPT, CHALLENGE, REJECT, SECRET, FakeRadius
from tests.unit.hwsim.soft_station import LLC_EAPOL, KeyMessage, SoftStation

RSNE = bytes.fromhex("30140100000fac040100000fac040100000fac010000")
QUICK = {"eap_ms": 80, "radius_ms": 80, "tries": 3, "first_ms": 200}
IDENTITY, METHOD = 1, 13


def eap(code: int, identifier: int, kind: int | None = None, data: bytes = b"") -> bytes:
    """An EAP packet (RFC 3748, 4)."""
    body = b"" if kind is None else bytes([kind]) + data
    return struct.pack(">BBH", code, identifier, 4 + len(body)) + body


class EapStation:
    """A station that speaks EAPOL as the test tells it."""

    def __init__(self, station: SoftStation) -> None:
        self.station = station
        self.rsne = RSNE

    def associate(self) -> None:
        """Authenticate and associate with 802.1X's AKM."""
        self.station.authenticate()
        self.station.assoc_request(self.rsne)
        assert self.station.assoc_status() == 0

    def eapol(self, kind: int, body: bytes = b"") -> int:
        """Send an EAPOL PDU."""
        pdu = struct.pack(">BBH", 1, kind, len(body)) + body
        return self.station.data(LLC_EAPOL + pdu)

    def say(self, packet: bytes) -> int:
        """Send an EAP packet."""
        return self.eapol(0, packet)

    def heard(self) -> bytes:
        """The EAP packet that comes next."""
        frame = self.station.next_frame()
        protected = bool(frame[1] & 0x40)
        payload = self.station.open(frame) if protected else frame[24:]
        assert payload[:8] == LLC_EAPOL, payload.hex()
        assert payload[9] == 0
        length = struct.unpack_from(">H", payload, 10)[0]
        assert len(payload) == 12 + length
        return payload[12:]

    def identify(self, name: bytes = b"hil-user") -> bytes:
        """Answer the question for the identity; returns the answer."""
        request = self.heard()
        assert request == eap(1, request[1], IDENTITY)
        response = eap(2, request[1], IDENTITY, name)
        self.say(response)
        return response

    def handshake(self, msk: bytes) -> KeyMessage:
        """M1 to M4 under a PMK; returns M1."""
        station = self.station
        station.pmk = msk[:32]
        m1 = station.key_message()
        station.snonce = os.urandom(32)
        station.derive(m1)
        pdu = station.key_pdu(0x010A, m1.replay, station.snonce, self.rsne, station.ptk[:16])
        station.data(LLC_EAPOL + pdu)
        m3 = station.key_message()
        assert station.check(m3).startswith(self.rsne)
        station.take_gtk(station.check(m3))
        pdu = station.key_pdu(0x030A, m3.replay, b"", b"", station.ptk[:16])
        station.data(LLC_EAPOL + pdu)
        station.install()
        return m1


@pytest.fixture
def radius() -> Iterator[FakeRadius]:
    """A RADIUS server."""
    server = FakeRadius()
    yield server
    server.close()


def on_air(
    air: AirProcess, radius: FakeRadius | None, more: Sequence[dict[str, Any]] = (), **timers: int
) -> Client:
    """An access point with 802.1X, or several."""
    client = air.client
    network = {
        "ssid": "hil-net", "channel": 6, "security": "wpa2-eap", "ap_ip": "10.77.0.1",
        "station_ip": "10.77.0.2", "radius": radius.settings if radius else None,
        "more": list(more),
    }  # fmt: skip
    client.call("configure", network=network, timers={**QUICK, **timers})
    client.call("start")
    client.call("begin", association=1, rules=[])
    return client


def join(station: EapStation, radius: FakeRadius) -> tuple[bytes, KeyMessage]:
    """Authenticate with one challenge and make keys; returns the MSK and M1."""
    station.identify()
    asked = radius.asked()
    request = eap(1, 77, METHOD, b"challenge")
    radius.answer(asked, CHALLENGE, request, state=b"state")
    assert station.heard() == request
    return finish(station, radius)


def finish(station: EapStation, radius: FakeRadius) -> tuple[bytes, KeyMessage]:
    """Answer the challenge, be accepted, and make keys."""
    station.say(eap(2, 77, METHOD, b"response"))
    msk = os.urandom(64)
    radius.answer(radius.asked(), ACCEPT, eap(3, 77), msk=msk)
    assert station.heard() == eap(3, 77)
    return msk, station.handshake(msk)


def details(client: Client, kind: str, direction: str | None = None) -> list[dict[str, Any]]:
    """What the records of that kind tell."""
    return [
        event["detail"]
        for event in client.events
        if event.get("kind") == kind and direction in (None, event["direction"])
    ]


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


@pytest.mark.parametrize("told", [True, False])
def test_reject(air: AirProcess, radius: FakeRadius, told: bool) -> None:
    """EAP-Failure with the open request's identifier, whatever the server sent, then reason 23."""
    client = on_air(air, radius)
    station = EapStation(air.station())
    station.associate()
    identity = station.identify()
    radius.answer(radius.asked(), REJECT, eap(4, identity[1]) if told else b"")
    assert station.heard() == eap(4, identity[1])
    assert station.station.reason(station.station.next_frame()) == 23
    assert client.state("gone")["reason"] == 23
    assert not [event for event in client.events if event["event"] == "fault"]


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


def test_empty_identity(air: AirProcess, radius: FakeRadius) -> None:
    """The station's address stands in for it: a User-Name is never empty (RFC 3579, 2.1)."""
    on_air(air, radius, eap_ms=5000)
    station = EapStation(air.station())
    station.associate()
    station.identify(b"")
    assert radius.asked().attributes["User-Name"] == [b"02:00:00:00:00:00"]


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
