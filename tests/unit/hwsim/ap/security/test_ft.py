# SPDX-License-Identifier: GPL-2.0-or-later
"""Fast transitions of a station on the real air: over the air, over the DS, and what is refused."""

from __future__ import annotations

import contextlib
import os
import struct
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap.network import FtOptions
from hwsim.ap.security.mode import AuthFrame
from hwsim.errors import WireError
from tests.unit.hwsim.ap.environment import mode_of
from tests.unit.hwsim.ap.test_templates import network
from tests.unit.hwsim.conftest import AirProcess, Client
from tests.unit.hwsim.eap_station import EapStation, details, eap, on_air
from tests.unit.hwsim.fake_radius import ACCEPT, FakeRadius
from tests.unit.hwsim.ft_station import MDE, FtStation, named, parts
from tests.unit.hwsim.sae_station import SaeStation
from tests.unit.hwsim.soft_station import LLC_EAPOL, SoftStation
from tests.unit.hwsim.test_air_ess import FIRST, SECOND, echo, mac


class Waiting(FtStation):
    """A station in a domain whose transitions go over the air only."""

    mde = MDE[:-1] + b"\0"


def joined(air: AirProcess, kind: type[FtStation] = FtStation, **changes: Any) -> FtStation:
    """A station that is at the first of two access points of a domain."""
    client = air.on_air(**{"security": "wpa2-ft-psk", "more": [{}], **changes})
    station = air.station(kind=kind)
    assert isinstance(station, FtStation)
    station.join()
    client.state("authorized")
    client.events.clear()
    return station


def passes_data(client: Client, station: SoftStation) -> None:
    """An echo under the keys, its ARP request under the group key."""
    result = echo(client, station)
    assert (result["answered"], result["protected"]) == (1, True)


def test_over_the_air(air: AirProcess) -> None:
    """Two messages and a reassociation, no 4-way handshake; there and back, data each time.

    What is renewed later is renewed under the keys of the transition.
    """
    station = joined(air)
    client = air.client
    for bssid in (SECOND, FIRST):
        client.events.clear()
        station.transit(mac(bssid))
        client.wait(lambda event: event.get("state") == "authorized")
        kinds = ["auth", "auth", "assoc-req", "assoc-resp"]
        assert client.kinds() == kinds
        assert details(client, "auth")[1] == {"status": 0, "ft": "response"}
        assert details(client, "assoc-resp") == [{"status": 0, "ft": "reassociation"}]
        passes_data(client, station)
    rekey = client.post("rekey_group")
    station.g2(station.key_message())
    assert client.reply(rekey)["result"] == {"stations": 1}
    rekey = client.post("rekey_pairwise")
    m1 = station.key_message()
    station.snonce = bytes(32)
    pdu = station.m2_pdu(m1)
    station.data(b"\xaa\xaa\x03\0\0\0\x88\x8e" + pdu)
    station.m4(station.key_message(), protect=True)
    station.install()
    assert client.reply(rekey)["result"] == {"stations": 1}
    passes_data(client, station)


def test_over_the_ds(air: AirProcess) -> None:
    """The same two messages in action frames through the access point the station is at."""
    station = joined(air)
    client = air.client
    asked = b"\6\1" + station.mac + mac(SECOND) + station.first_message()
    station.management(13, asked)
    answer = station.next_frame()
    assert (answer[0], answer[10:16]) == (0xD0, mac(FIRST))
    assert answer[24:40] == b"\6\2" + station.mac + mac(SECOND) + bytes(2)
    assert client.frame("action", 2)["detail"] == {"action": "FT response", "status": 0}
    passes_data(client, station)
    station.go_to(mac(SECOND))
    station.second_message(answer[40:])
    station.arrive()
    client.wait(lambda event: event.get("state") == "authorized")
    passes_data(client, station)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"mde": bytes.fromhex("3603000001")}, 54),
        ({"mde": b""}, 54),
        ({"fte": b""}, 55),
        ({"fte": b"\x37\x02\0\0"}, 55),
        ({"r0kh": b"nobody"}, 28),
        ({"r0_name": bytes(16)}, 53),
        ({"rsne": FtStation.rsne}, 53),
        ({"rsne": named(FtStation.offered, bytes(16))}, 43),
        ({"rsne": b""}, 40),
    ],
)
def test_what_is_refused_at_first(air: AirProcess, changes: dict[str, bytes], status: int) -> None:
    """Another domain, no or a broken FTE, an unknown holder, an unknown key, no one AKM."""
    station = joined(air)
    station.go_to(mac(SECOND))
    assert station.ask(**changes) == (status, b"")


def test_what_is_refused_at_last(air: AirProcess) -> None:
    """A wrong MIC or nonce is refused with 55 and changes nothing; the right one is taken then."""
    station = joined(air)
    station.go_to(mac(SECOND))
    station.second_message(station.ask()[1])
    for spoil in (5, 25, 60, 87):
        station.send_third(station.third_message(spoil=spoil))
        assert station.assoc_status(0x30) == 55
    station.arrive()
    passes_data(air.client, station)


def test_a_reassociation_that_comes_too_late(air: AirProcess) -> None:
    """Behind the deadline the keys are gone."""
    station = joined(air, ft={"deadline_tu": 1000})
    station.go_to(mac(SECOND))
    station.second_message(station.ask()[1])
    with contextlib.suppress(AssertionError):
        station.next_frame(1.1)
    station.send_third(station.third_message())
    assert station.assoc_status(0x30) == 53


def test_a_request_that_comes_again(air: AirProcess) -> None:
    """It is answered again, and no key is installed twice (CVE-2017-13082)."""
    station = joined(air)
    client = air.client
    station.go_to(mac(SECOND))
    station.second_message(station.ask()[1])
    last = station.third_message()
    station.send_third(last)
    frame = station.next_frame()
    station.fourth_message(frame[30:])
    passes_data(client, station)
    number = station.tx_pn
    station.send_third(last)
    again = station.next_frame()
    assert struct.unpack_from("<H", again, 26)[0] == 0
    passes_data(client, station)
    numbers = [
        event["pn"]
        for event in client.events
        if event.get("kind") == "icmp" and event["direction"] == "down"
    ]
    assert numbers == sorted(set(numbers))
    assert station.tx_pn > number


def test_an_answer_that_was_lost(air: AirProcess) -> None:
    """The same first message again gets the same answer."""
    station = joined(air)
    station.go_to(mac(SECOND))
    first = station.ask(snonce=b"s" * 32)
    assert station.ask(snonce=b"s" * 32) == first
    assert station.ask(snonce=b"t" * 32) != first


def test_a_holder_that_has_forgotten(air: AirProcess) -> None:
    """The first access point was switched off and on again: the second has nobody to ask."""
    station = joined(air)
    air.client.call("order", do="stop")
    air.client.call("order", do="start")
    station.go_to(mac(SECOND))
    assert station.ask() == (53, b"")


def test_a_target_that_is_off(air: AirProcess) -> None:
    """Nobody answers for it over the DS."""
    station = joined(air)
    air.client.call("order", do="stop", access_point=2)
    station.management(13, b"\6\1" + station.mac + mac(SECOND) + station.first_message())
    passes_data(air.client, station)
    assert details(air.client, "action") == [{"action": "FT request", "ignored": "no such target"}]


def test_a_network_without_over_the_ds(air: AirProcess) -> None:
    """The MDE says so, and nothing is passed on."""
    station = joined(air, Waiting, ft={"over_ds": False})
    station.management(13, b"\6\1" + station.mac + mac(SECOND) + station.first_message())
    told = air.client.frame("action")["detail"]
    assert told == {"action": "FT request", "ignored": "not over the DS"}


def test_a_station_without_it(air: AirProcess) -> None:
    """AKM 2 in the same network, its keys as ever."""
    client = air.on_air(security="wpa2-ft-psk")
    station = air.station()
    station.authenticate()
    station.associate()
    station.m2(station.key_message())
    m3 = station.key_message()
    assert station.check(m3).startswith(FtStation.offered)
    station.take_gtk(station.check(m3))
    pdu = station.key_pdu(0x030A, m3.replay, b"", b"", station.kck)
    station.data(b"\xaa\xaa\x03\0\0\0\x88\x8e" + pdu)
    station.install()
    client.state("authorized")
    passes_data(client, station)


class FtEapStation(FtStation):
    """A station with AKM 3."""

    rsne = FtStation.rsne.replace(b"\x0f\xac\x04\0\0", b"\x0f\xac\x03\0\0")
    offered = bytes.fromhex("30180100000fac040100000fac040200000fac01000fac030000")
    msk = b""

    def xxkey(self) -> bytes:
        """The second half of the MSK."""
        return self.msk[32:]


def test_with_802_1x(air: AirProcess, radius: FakeRadius) -> None:
    """EAP once, at the first access point; the second is reached without."""
    client = on_air(air, radius, [{}], security="wpa2-ft-eap", eap_ms=5000)
    station = air.station(kind=FtEapStation)
    assert isinstance(station, FtEapStation)
    station.authenticate()
    station.associate()
    speaker = EapStation(station)
    speaker.identify()
    station.msk = os.urandom(64)
    radius.answer(radius.asked(), ACCEPT, eap(3, 77), msk=station.msk)
    assert speaker.heard() == eap(3, 77)
    station.shake()
    client.state("authorized")
    client.events.clear()
    station.transit(mac(SECOND))
    client.state("authorized")
    assert client.kinds() == ["auth", "auth", "assoc-req", "assoc-resp"]
    passes_data(client, station)
    renewal = client.post("reauthenticate")
    speaker.identify()
    station.msk = os.urandom(64)
    radius.answer(radius.asked(), ACCEPT, eap(3, 78), msk=station.msk)
    assert speaker.heard() == eap(3, 78)
    station.snonce = os.urandom(32)
    station.data(LLC_EAPOL + station.m2_pdu(station.key_message()))
    station.m4(station.key_message(), protect=True)
    station.install()
    assert client.reply(renewal)["result"] == {"stations": 1}


class FtSaeStation(FtStation, SaeStation):
    """A station with AKM 9, which protects management frames."""

    rsne = bytes.fromhex("30140100000fac040100000fac040100000fac09c000")
    offered = bytes.fromhex("30180100000fac040100000fac040200000fac08000fac09c000")
    version = 0

    def authenticate(self) -> None:
        """By SAE."""
        SaeStation.authenticate(self)


def test_with_sae(air: AirProcess) -> None:
    """SAE once, at the first access point; the second is reached without."""
    ways = {"ways": "hunting-and-pecking"}
    station = joined(air, FtSaeStation, security="wpa3-ft-sae", sae=ways)
    station.transit(mac(SECOND))
    air.client.state("authorized")
    assert 4 in parts(station.fte)
    passes_data(air.client, station)


def test_m2_of_another_key(air: AirProcess) -> None:
    """An M2 without the name of the PMK-R1 ends the handshake with reason 17."""
    air.on_air(security="wpa2-ft-psk")
    station = air.station(kind=FtStation)
    station.authenticate()
    station.associate()
    station.m2(station.key_message(), FtStation.rsne)
    assert station.reason(station.next_frame()) == 17


@given(st.binary(max_size=200))
def test_rubbish(elements: bytes) -> None:
    """Whatever anybody sends is answered with a status, or is the declared error."""
    mode = mode_of(replace(network(), security="wpa2-ft-psk", ft=FtOptions()))
    good = named(FtStation.rsne, bytes(16)) + MDE
    for body in (elements, good + elements, good + b"\x37\x60" + elements):
        answer = mode.authenticate(b"\2\0\0\0\0\1", AuthFrame(2, 1, 0, body))
        assert answer.frame is not None
        assert answer.frame.status != 0
        with contextlib.suppress(WireError):
            assert mode.associate(b"\2\0\0\0\0\1", body).fast is None
