# SPDX-License-Identifier: GPL-2.0-or-later
"""An open network: no RSN element, no handshake, data in the clear, against the real air."""

from __future__ import annotations

import struct

import pytest

from tests.unit.hwsim.conftest import AirProcess, Client
from tests.unit.hwsim.soft_station import LLC_ARP, RSNE, SoftStation

PRIVACY = 0x0010
ELEMENT_RSN = 48


@pytest.fixture
def client(air: AirProcess) -> Client:
    """The control of an open network on the air."""
    return air.on_air(security="open")


def joined(air: AirProcess, rsne: bytes = b"") -> SoftStation:
    """A station that has associated."""
    station = air.station(protected=False)
    station.authenticate()
    station.assoc_request(rsne)
    assert station.assoc_status() == 0
    return station


def identifiers(elements: bytes) -> list[int]:
    """The identifiers of elements."""
    found = []
    while elements:
        found.append(elements[0])
        elements = elements[2 + elements[1] :]
    return found


def test_beacon_and_probe_response_promise_no_protection(air: AirProcess, client: Client) -> None:
    """The privacy bit is off, and there is no RSN element."""
    station = air.station()
    station.probe(b"")
    while not station.beacons:
        station.pump()
    for frame in (station.next_frame(), station.beacons[0][1]):
        assert not struct.unpack_from("<H", frame, 34)[0] & PRIVACY
        assert ELEMENT_RSN not in identifiers(frame[36:])


@pytest.mark.parametrize("rsne", [b"", RSNE], ids=["without RSNE", "with RSNE"])
def test_an_association_lets_the_station_in(air: AirProcess, client: Client, rsne: bytes) -> None:
    """Authorized at once, without EAPOL; an RSN element is not looked at, as by hostapd."""
    joined(air, rsne)
    client.state("authorized")
    assert client.kinds() == ["auth", "auth", "assoc-req", "assoc-resp"]
    states = [event["state"] for event in client.events if event["event"] == "station"]
    assert states == ["authenticated", "associated", "authorized"]


def test_data_goes_in_the_clear_both_ways(air: AirProcess, client: Client) -> None:
    """ARP and echoes are answered, and no frame of them is protected."""
    station = joined(air)
    client.state("authorized")
    number = client.post("echo", count=2, timeout_s=10)
    assert [station.answer(station.next_frame()) for _ in range(3)] == ["arp", "icmp", "icmp"]
    result = client.reply(number)["result"]
    assert (result["arp"], result["answered"], result["protected"]) == (True, 2, False)
    data = [event for event in client.events if event.get("kind") in ("arp", "icmp")]
    assert len(data) == 6
    assert not any(event["protected"] for event in data)


def test_a_protected_frame_is_not_understood(air: AirProcess, client: Client) -> None:
    """There is no key that could open it, so it is heard and goes no further."""
    station = joined(air)
    client.state("authorized")
    header = station.header(b"\x08\x41", station.bssid, station.bssid)
    station.send_frame(header + bytes.fromhex("0100002000000000") + LLC_ARP + bytes(28))
    assert client.frame("data", direction="up")["detail"] == {"decrypt": "no key"}


def test_there_is_no_key_to_renew(client: Client) -> None:
    """Nor anybody to authenticate again: each call says so."""
    assert client.error("rekey_group")["code"] == "no-keys"
    assert client.error("rekey_pairwise")["code"] == "no-keys"
    assert client.error("reauthenticate")["code"] == "no-server"


def test_an_open_network_has_no_passphrase(air: AirProcess) -> None:
    """One that is given is refused, so that nobody believes it is used."""
    network = {
        "ssid": "hil", "security": "open", "channel": 6, "passphrase": "correct horse",
        "ap_ip": "10.77.0.1", "station_ip": "10.77.0.2",
    }  # fmt: skip
    assert "passphrase is unknown" in air.client.error("configure", network=network)["message"]
