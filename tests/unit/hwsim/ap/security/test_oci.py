# SPDX-License-Identifier: GPL-2.0-or-later
"""Operating channel validation: the information, and a station with it on the real air."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap.security.oci import (
    elements_fit,
    key_data_fits,
    oci_element,
    oci_kde,
    operating_channel,
)
from tests.unit.hwsim.conftest import AirProcess, Client
from tests.unit.hwsim.ft_station import FtStation, parts
from tests.unit.hwsim.soft_station import KeyMessage
from tests.unit.hwsim.test_air_management_protection import REQUEST, RESPONSE, ProtectedStation

HERE = bytes((81, 6, 0))
ELSEWHERE = bytes((81, 11, 0))


class OcvStation(ProtectedStation):
    """A station with OCV; it says to be on the channel `oci`, with nothing if that is empty."""

    rsne = bytes.fromhex("30140100000fac040100000fac040100000fac02c040")
    oci = HERE

    @property
    def kde(self) -> bytes:
        """What its M2 and G2 have of it."""
        return b"\xdd\x07\x00\x0f\xac\x0d" + self.oci if self.oci else b""

    def m2_pdu(self, m1: KeyMessage, rsne: bytes | None = None) -> bytes:
        """The answer to M1, with the channel."""
        return super().m2_pdu(m1, (self.rsne if rsne is None else rsne) + self.kde)

    def take_gtk(self, plain: bytes) -> int:
        """The channel of the access point stands in M3 and G1."""
        assert b"\xdd\x07\x00\x0f\xac\x0d" + HERE in plain
        return super().take_gtk(plain)

    def g2(self, g1: KeyMessage) -> int:
        """The answer to G1, with the channel."""
        self.take_gtk(self.check(g1))
        pdu = self.key_pdu(0x0300 | self.version, g1.replay, b"", self.kde, self.kck)
        return self.data(bytes.fromhex("aaaa03000000888e") + pdu)


@pytest.mark.parametrize(
    ("channel", "told"), [(6, "510600"), (36, "732400"), (165, "7da500"), (5975, "830500")]
)
def test_the_information(channel: int, told: str) -> None:
    """Operating class, channel number, no second segment."""
    information = operating_channel(channel)
    assert information.hex() == told
    assert oci_kde(information).hex() == "dd07000fac0d" + told
    assert oci_element(information).hex() == "ff0436" + told


@pytest.mark.parametrize(
    "rest", [b"", b"\xdd", b"\xdd\x07\x00\x0f\xac\x0d", b"\xff\x00", b"\x30\x09"]
)
def test_what_is_none(rest: bytes) -> None:
    """Cut, or of another channel, or missing."""
    for there in (rest, oci_kde(ELSEWHERE) + rest, oci_element(ELSEWHERE) + rest):
        assert not key_data_fits(there, HERE)
        assert not elements_fit(there, HERE)
    assert key_data_fits(oci_kde(HERE), HERE)
    assert elements_fit(oci_element(HERE), HERE)


@given(st.binary(max_size=40))
def test_rubbish(body: bytes) -> None:
    """Whatever comes is ours or not."""
    for whole in (body, oci_kde(HERE) + body, oci_element(HERE) + body):
        assert key_data_fits(whole, HERE) in (True, False)
        assert elements_fit(whole, HERE) in (True, False)


def on_air(air: AirProcess) -> tuple[Client, OcvStation]:
    """A station with OCV, associated."""
    client = air.on_air(pmf="required", ocv=True, timers={"first_ms": 1000, "next_ms": 1000})
    station = air.station(kind=OcvStation)
    station.authenticate()
    station.associate()
    return client, station


def test_both_sides_say_their_channel(air: AirProcess) -> None:
    """In M2 and M3, G1 and G2, and in either message of SA Query."""
    client, station = on_air(air)
    station.shake()
    client.state("authorized")
    rekey = client.post("rekey_group")
    station.g2(station.key_message())
    assert client.reply(rekey)["result"]["stations"] == 1
    station.robust(13, REQUEST + b"\x01\x02" + b"\xff\x04\x36" + HERE)
    answer = station.open_robust(station.next_frame())
    assert answer == RESPONSE + b"\x01\x02" + b"\xff\x04\x36" + HERE


@pytest.mark.parametrize("oci", [ELSEWHERE, b""])
def test_an_m2_of_another_channel_is_passed_over(air: AirProcess, oci: bytes) -> None:
    """Or one that says none; M1 comes again, and the handshake goes on with a right one."""
    client, station = on_air(air)
    station.oci = oci
    station.m2(station.key_message())
    again = station.key_message()
    assert client.frame("M2")["detail"]["ignored"] == "OCI"
    station.oci = HERE
    station.m2(again)
    station.m4(station.key_message())
    client.state("authorized")


def test_a_query_of_another_channel_is_passed_over(air: AirProcess) -> None:
    """Nobody answers it."""
    client, station = on_air(air)
    station.shake()
    client.state("authorized")
    station.robust(13, REQUEST + b"\x01\x02" + b"\xff\x04\x36" + ELSEWHERE)
    assert client.frame("action")["detail"]["ignored"] == "OCI"


def test_a_station_without_it(air: AirProcess) -> None:
    """It is told nothing and asked for nothing."""
    client = air.on_air(pmf="required", ocv=True, timers={"first_ms": 60_000})
    station = air.station(kind=ProtectedStation)
    station.offered = OcvStation.rsne
    station.authenticate()
    station.associate()
    station.m2(station.key_message())
    m3 = station.key_message()
    assert bytes.fromhex("000fac0d") not in station.check(m3)
    station.m4(m3)
    client.state("authorized")


def test_the_channel_after_a_switch(air: AirProcess) -> None:
    """It is the new one."""
    client, station = on_air(air)
    station.shake()
    client.state("authorized")
    client.call("order", do="switch-channel", channel=11, count=1)
    client.wait(lambda event: event["event"] == "order")
    station.freq = 2462
    rekey = client.post("rekey_group")
    g1 = station.key_message()
    assert b"\xdd\x07\x00\x0f\xac\x0d" + ELSEWHERE in station.check(g1)
    station.oci = ELSEWHERE
    pdu = station.key_pdu(0x0300 | station.version, g1.replay, b"", station.kde, station.kck)
    station.data(bytes.fromhex("aaaa03000000888e") + pdu)
    assert client.reply(rekey)["result"]["stations"] == 1


class FtOcvStation(FtStation):
    """A station of fast transitions with OCV."""

    rsne = bytes.fromhex("30140100000fac040100000fac040100000fac040040")
    offered = bytes.fromhex("30180100000fac040100000fac040200000fac02000fac048040")
    oci = HERE


@pytest.mark.parametrize(("oci", "status"), [(HERE, 0), (ELSEWHERE, 55), (b"", 55)])
def test_a_fast_transition(air: AirProcess, oci: bytes, status: int) -> None:
    """Both messages of the reassociation have it in the FTE; a wrong one is refused as a wrong FTE
    is."""
    second = {"bssid": "02:48:49:4c:00:02"}
    client = air.on_air(security="wpa2-ft-psk", pmf="optional", ocv=True, more=[second])
    station = air.station(kind=FtOcvStation)
    station.join()
    client.state("authorized")
    station.go_to(bytes.fromhex("0248494c0002"))
    asked, body = station.ask()
    assert asked == 0
    station.second_message(body)
    station.oci = oci
    if status:
        station.send_third(station.third_message())
        assert station.assoc_status(0x30) == status
    else:
        station.arrive()
        assert parts(station.fte)[5] == HERE
