# SPDX-License-Identifier: GPL-2.0-or-later
"""802.1X with PMKs that are kept: a station on the real air that names one, here and next door."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from tests.unit.hwsim.conftest import AirProcess, Client
from tests.unit.hwsim.eap_station import RSNE, EapStation, join
from tests.unit.hwsim.fake_radius import FakeRadius
from tests.unit.hwsim.test_air_ess import FIRST, SECOND, mac


def named(pmkid: bytes) -> bytes:
    """The RSNE of a station that names a PMK."""
    return RSNE[:1] + bytes((RSNE[1] + 18,)) + RSNE[2:] + b"\1\0" + pmkid


class Comer:
    """A station that has been there once, authenticated by EAP, and has left again."""

    def __init__(self, air: AirProcess, radius: FakeRadius, caching: str, **more: Any) -> None:
        self.client: Client = air.client
        network = {
            "ssid": "hil-net", "channel": 6, "security": "wpa2-eap", "ap_ip": "10.77.0.1",
            "station_ip": "10.77.0.2", "radius": radius.settings, "more": [{}],
            "pmk_caching": caching, **more,
        }  # fmt: skip
        self.client.call("configure", network=network)
        self.client.call("start")
        self.client.call("begin", association=1, rules=[])
        self.station = EapStation(air.station())
        self.station.associate()
        msk, self.m1 = join(self.station, radius)
        self.pmk = msk[:32]
        self.client.state("authorized")

    def come_to(self, bssid: str, pmkid: bytes | None = None) -> int:
        """Associate with an access point and name the PMK there; the status of its answer."""
        soft = self.station.station
        soft.bssid, soft.tk = mac(bssid), None
        self.station.rsne = named(self.pmkid(bssid) if pmkid is None else pmkid)
        soft.authenticate()
        self.client.events.clear()
        soft.assoc_request(self.station.rsne)
        return soft.assoc_status()

    def pmkid(self, bssid: str) -> bytes:
        """The PMK's name at an access point (12.7.1.3)."""
        text = b"PMK Name" + mac(bssid) + self.station.station.mac
        return hmac.new(self.pmk, text, hashlib.sha1).digest()[:16]

    def is_let_in_without_eap(self, bssid: str) -> None:
        """M1 names the PMK, and the 4-way handshake goes under it."""
        m1 = self.station.handshake(self.pmk)
        assert m1.data == bytes.fromhex("dd14000fac04") + self.pmkid(bssid)
        self.client.state("authorized")
        assert "eap" not in self.client.kinds()
        assert self.client.frame("assoc-resp")["detail"] == {"status": 0, "pmk": "kept"}

    def is_asked_who_it_is(self) -> None:
        """802.1X begins anew."""
        assert self.station.heard()[4] == 1
        assert self.client.frame("assoc-resp")["detail"] == {"status": 0}


def test_a_station_comes_back(air: AirProcess, radius: FakeRadius) -> None:
    """The PMK it names stands for EAP; afterwards it can be authenticated again all the same."""
    comer = Comer(air, radius, "own")
    assert comer.come_to(FIRST) == 0
    comer.is_let_in_without_eap(FIRST)
    renewal = comer.client.post("reauthenticate")
    join(comer.station, radius)
    assert comer.client.reply(renewal)["result"] == {"stations": 1}


def test_another_access_point_knows_nothing(air: AirProcess, radius: FakeRadius) -> None:
    """Each keeps its own."""
    comer = Comer(air, radius, "own")
    assert comer.come_to(SECOND) == 0
    comer.is_asked_who_it_is()


def test_opportunistic_key_caching(air: AirProcess, radius: FakeRadius) -> None:
    """All access points take the PMK of one, under the name it has there."""
    comer = Comer(air, radius, "opportunistic")
    assert comer.come_to(SECOND) == 0
    comer.is_let_in_without_eap(SECOND)


def test_the_network_next_door_has_its_own(air: AirProcess, radius: FakeRadius) -> None:
    """Access points under another name share nothing."""
    comer = Comer(air, radius, "opportunistic", more=[{"ssid_hex": b"other".hex()}])
    soft = comer.station.station
    soft.ssid = b"other"
    assert comer.come_to(SECOND) == 0
    comer.is_asked_who_it_is()


@pytest.mark.parametrize("pmkid", [b"", bytes(16)])
def test_what_is_not_known_is_passed_over(
    air: AirProcess, radius: FakeRadius, pmkid: bytes
) -> None:
    """With `none` a right name, and a wrong one anywhere."""
    comer = Comer(air, radius, "own" if pmkid else "none")
    assert comer.come_to(FIRST, pmkid or None) == 0
    comer.is_asked_who_it_is()


def test_a_refusal(air: AirProcess, radius: FakeRadius) -> None:
    """Status 53 for whatever is named; who names nothing is let in."""
    comer = Comer(air, radius, "refuse")
    assert comer.come_to(FIRST) == 53
    comer.station.station.assoc_request(RSNE)
    assert comer.station.station.assoc_status() == 0


@pytest.mark.parametrize(("caching", "place"), [("own", 1), ("opportunistic", 2)])
def test_one_is_forgotten_by_order(
    air: AirProcess, radius: FakeRadius, caching: str, place: int
) -> None:
    """The order of any access point where they share; the connection that stands goes on."""
    comer = Comer(air, radius, caching)
    comer.client.call("order", do="forget-pmks", access_point=place)
    comer.client.wait(lambda event: event["event"] == "order" and event["do"] == "forget-pmks")
    assert comer.client.call("status")["stations"][0]["state"] == "authorized"
    assert comer.come_to(FIRST) == 0
    comer.is_asked_who_it_is()


def test_one_that_was_switched_off_has_forgotten(air: AirProcess, radius: FakeRadius) -> None:
    """It knows nothing from before."""
    comer = Comer(air, radius, "own")
    comer.client.call("order", do="stop")
    comer.client.call("order", do="start")
    assert comer.come_to(FIRST) == 0
    comer.is_asked_who_it_is()
