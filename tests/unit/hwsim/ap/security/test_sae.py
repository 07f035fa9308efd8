# SPDX-License-Identifier: GPL-2.0-or-later
"""WPA3 with SAE: a station on the real air, what is refused, and what anybody may send."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwsim.ap.network import Network, SaeOptions
from hwsim.ap.pmksa import MAX_KEPT
from hwsim.ap.security.curves import CURVES
from hwsim.ap.security.mode import AuthFrame
from hwsim.ap.security.sae import RSNXE_HASH_TO_ELEMENT, Sae
from hwsim.ap.security.sae_element import hunted
from hwsim.ap.security.sae_exchange import committed
from hwsim.ap.station import Station
from hwsim.loop import Timer
from tests.unit.hwsim.ap.environment import Quiet, mode_of
from tests.unit.hwsim.ap.security.test_sae_element import ONE, OTHER
from tests.unit.hwsim.ap.test_templates import network
from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.sae_station import SaeStation
from tests.unit.hwsim.soft_station import SoftStation
from tests.unit.hwsim.test_air_management_protection import ProtectedStation

MAC = bytes.fromhex("020000000000")
NETWORK = replace(network(), security="wpa3-sae", pmf="required")


class Random(Quiet):
    """An environment with chance."""

    def random(self, size: int) -> bytes:
        """Random bytes."""
        return os.urandom(size)

    def now_ns(self) -> int:
        """No time passes."""
        return 1 << 60

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> Timer:
        """At once: nothing is computed twice."""
        callback()
        return Timer(callback)


def sae_of(of: Network = NETWORK, **options: Any) -> Sae:
    """The mode of a network with those options."""
    mode = mode_of(replace(of, sae=SaeOptions(**options)), Random())
    assert isinstance(mode, Sae)
    return mode


def commit(group: int = 19, mac: bytes = MAC, *, behind: bytes = b"") -> bytes:
    """A good commit by hunting and pecking; its password does not matter."""
    curve = CURVES[group]
    element = hunted(curve, b"password", mac, NETWORK.bssid)
    return committed(curve, element, 5, 6).body() + behind


def joined_by_sae(air: AirProcess, **changes: Any) -> SaeStation:
    """A SAE station on a network."""
    air.on_air(**{"security": "wpa3-sae", **changes})
    station: SoftStation = air.station(kind=SaeStation)
    assert isinstance(station, SaeStation)
    return station


def test_a_station_joins_and_passes_data(air: AirProcess) -> None:
    """Commit, confirm, association, M1 with the PMKID; IGTK and RSNXE are in M3."""
    station = joined_by_sae(air)
    station.authenticate()
    station.associate()
    m1 = station.key_message()
    assert m1.data == b"\xdd\x14\x00\x0f\xac\x04" + station.pmkid
    station.m2(m1)
    m3 = station.key_message()
    plain = station.check(m3)
    assert station.rsne + RSNXE_HASH_TO_ELEMENT in plain
    assert bytes.fromhex("000fac09") in plain
    station.m4(m3)
    station.install()
    assert air.client.state("authorized")
    echo = air.client.post("echo", count=1, timeout_s=10)
    assert [station.answer(station.next_frame()) for _ in range(2)] == ["arp", "icmp"]
    assert air.client.reply(echo)["result"]["protected"]
    told = [air.client.frame("auth", nth)["detail"].get("sae") for nth in range(1, 5)]
    assert sorted(map(str, told)) == ["commit", "commit", "confirm", "confirm"]


def test_another_password(air: AirProcess) -> None:
    """The confirm is refused with 15, and the exchange is over."""
    station = joined_by_sae(air)
    station.password = b"wrong horse"
    _, _, body = station.sae(1, b"\x13\0" + station.new_commit())
    station.take_commit(body)
    assert station.sae(2, station.confirm())[1] == 15
    station.management(11, struct.pack("<HHH", 3, 2, 0) + station.confirm())
    assert air.client.frame("auth", 3, "up")["detail"]["ignored"] == "authentication"


def test_a_token_is_asked_for(air: AirProcess) -> None:
    """Status 76 with group and token; the same commit with it goes through."""
    station = joined_by_sae(air, sae={"open_exchanges": 0})
    own = station.new_commit()
    number, status, asked = station.sae(1, b"\x13\0" + own)
    assert (number, status, asked[:2], len(asked)) == (1, 76, b"\x13\0", 34)
    number, status, body = station.sae(1, b"\x13\0" + asked[2:] + own)
    assert (number, status, len(body)) == (1, 0, 98)
    station.take_commit(body)
    assert station.sae(2, station.confirm())[1] == 0


def test_messages_that_come_again(air: AirProcess) -> None:
    """A commit gets the same answer, a confirm a new one; the association goes on."""
    station = joined_by_sae(air)
    own = station.new_commit()
    first = station.sae(1, b"\x13\0" + own)
    assert station.sae(1, b"\x13\0" + own) == first
    station.take_commit(first[2])
    assert station.sae(2, station.confirm())[2][:2] == b"\1\0"
    assert station.sae(2, station.confirm(2))[2][:2] == b"\2\0"
    station.associate()
    station.shake()
    assert air.client.state("authorized")


def test_a_kept_pmk(air: AirProcess) -> None:
    """The open system and the PMKID bring a station back; without it, status 53."""
    station = joined_by_sae(air)
    station.join()
    air.client.state("authorized")
    air.client.call("deauthenticate", reason=3)
    station.next_frame()
    air.client.state("gone")
    station.tk = None
    SoftStation.authenticate(station)
    station.assoc_request()
    assert station.assoc_status() == 53
    station.rsne = SaeStation.rsne[:1] + b"\x26" + SaeStation.rsne[2:] + b"\1\0" + station.pmkid
    station.assoc_request()
    assert station.assoc_status() == 0


def test_protection_is_wanted(air: AirProcess) -> None:
    """An association request without MFPC is refused, also where the network only offers it."""
    for security in ("wpa3-sae", "wpa3-transition"):
        station = joined_by_sae(air, security=security)
        station.authenticate()
        station.assoc_request(SaeStation.rsne[:-2] + bytes(2))
        assert station.assoc_status() == 31
        air.reset()


def test_transition_serves_both(air: AirProcess) -> None:
    """AKM 2 with the pre-shared key, protected or not, and AKM 8 after SAE; never crosswise."""
    client = air.on_air(security="wpa3-transition")
    rsne = bytes.fromhex("30180100000fac040100000fac040200000fac02000fac088000")

    class OlderStation(SoftStation):
        """A station that expects both AKMs in M3, and has none of the other's."""

        def m4(self, m3: Any, *, protect: bool = False) -> int:
            own, self.rsne = self.rsne, rsne
            try:
                return super().m4(m3, protect=protect)
            finally:
                self.rsne = own

    station = air.station(kind=OlderStation)
    station.join()
    client.state("authorized")
    crossing = SaeStation.rsne
    station.authenticate()
    station.assoc_request(crossing)
    assert station.assoc_status() == 53


def test_groups() -> None:
    """One that is not enabled is refused with 77 and its number, each of the three is taken."""
    mode = sae_of(groups=(20, 21))
    for group, status in ((19, 77), (20, 0), (21, 0), (22, 77)):
        body = commit(group) if group in CURVES else struct.pack("<H", group)
        answer = mode.authenticate(MAC, AuthFrame(3, 1, 0, body)).frame
        assert answer is not None
        assert (answer.status, answer.rest[:2]) == (status, struct.pack("<H", group))


@pytest.mark.parametrize(
    ("ways", "status", "answer"),
    [
        ("both", 0, 0),
        ("both", 126, 126),
        ("hunting-and-pecking", 0, 0),
        ("hunting-and-pecking", 126, 1),
        ("hash-to-element", 0, 1),
        ("hash-to-element", 126, 126),
        ("both", 1, None),
    ],
)
def test_ways(ways: str, status: int, answer: int | None) -> None:
    """Which a commit asks for by its status; the RSNXE offers hash to element."""
    mode = sae_of(ways=ways)
    frame = mode.authenticate(MAC, AuthFrame(3, 1, status, commit())).frame
    assert (frame.status if frame is not None else None) == answer
    assert mode.rsnxe == (b"" if ways == "hunting-and-pecking" else RSNXE_HASH_TO_ELEMENT)


@pytest.mark.parametrize(
    ("behind", "status"),
    [
        ("ff035c1400", 126),
        ("ff035c1300", 1),
        ("ff055c14001300", 1),
        ("ff022161", 123),
        ("ff0121", 123),
    ],
)
def test_what_stands_behind_a_commit(behind: str, status: int) -> None:
    """A group refused that is enabled is somebody's downgrade; a password identifier, unknown."""
    mode = sae_of(groups=(19,))
    body = commit(behind=bytes.fromhex(behind))
    frame = mode.authenticate(MAC, AuthFrame(3, 1, 126, body)).frame
    assert frame is not None
    assert frame.status == status


@pytest.mark.parametrize(
    ("behind", "status"), [("", 1), ("ff022161", 126), ("ff022162", 123), ("ff0121", 123)]
)
def test_a_password_that_has_an_identifier(behind: str, status: int) -> None:
    """It is for commits with that identifier alone, which ours repeats; element as of J.10."""
    mode = sae_of(password_id="a")
    frame = mode.authenticate(MAC, AuthFrame(3, 1, 126, commit(behind=bytes.fromhex(behind)))).frame
    assert frame is not None
    assert frame.status == status
    assert frame.rest.endswith(b"\xff\x02\x21a") == (status == 126)


def test_the_element_of_a_password_with_an_identifier() -> None:
    """IEEE 802.11-2020, J.10: the network byteme, mekmitasdigoat under psk4internet."""
    published = replace(NETWORK, ssid=b"byteme", passphrase="mekmitasdigoat")
    mode = sae_of(replace(published, bssid=OTHER), password_id="psk4internet")
    element = CURVES[19].bytes_of(mode._element(CURVES[19], ONE, by_hash=True))
    assert element.hex().startswith("c93049b9e64000f848201649e999f2b5c22dea69b5632c9df4d633b8")


def test_a_flood_of_commits_is_bounded() -> None:
    """From the sixth unfinished exchange on tokens are wanted, which cost no memory."""
    mode = sae_of()
    answers = []
    for number in range(20):
        mac = b"\2" + number.to_bytes(5, "big")
        frame = mode.authenticate(mac, AuthFrame(3, 1, 0, commit(mac=mac))).frame
        assert frame is not None
        answers.append(frame.status)
    assert answers == [0] * 5 + [76] * 15
    assert len(mode._peers) == 5


def test_stations_kept_are_bounded() -> None:
    """Those that have authenticated by the open system too."""
    mode = sae_of()
    for number in range(MAX_KEPT + 10):
        mode.authenticate(number.to_bytes(6, "big"), AuthFrame(0, 1, 0))
    assert len(mode._opened) == MAX_KEPT


def confirmed(mode: Sae, mac: bytes) -> None:
    """An exchange of a station that knows the password."""
    mode.authenticate(mac, AuthFrame(3, 1, 0, commit(mac=mac)))
    exchange = mode._peers[mac].exchange
    code = exchange._code(1, exchange.peer, exchange.commit)
    assert mode.authenticate(mac, AuthFrame(3, 2, 0, b"\1\0" + code)).authenticated


def test_a_pmk_forgotten_over_those_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A station that associated before they came has none any more: it is told so by None."""
    monkeypatch.setattr("hwsim.ap.pmksa.MAX_KEPT", 1)
    mode = sae_of()
    for mac in (MAC, b"\2" + bytes(4) + b"\1"):
        confirmed(mode, mac)
    assert mode.pmk(Station(MAC)) is None
    assert mode.pmk(Station(b"\2" + bytes(4) + b"\1")) is not None


@settings(max_examples=200)
@given(
    st.integers(0, 4), st.integers(0, 3), st.sampled_from([0, 1, 76, 126]),
    st.binary(max_size=120), st.booleans(),
)  # fmt: skip
def test_rubbish(algorithm: int, sequence: int, status: int, body: bytes, good: bool) -> None:
    """Nothing that a station sends raises, and none of it lets it in."""
    mode = sae_of()
    if good:
        mode.authenticate(MAC, AuthFrame(3, 1, 0, commit()))
        body = commit()[:2] + body
    answer = mode.authenticate(MAC, AuthFrame(algorithm, sequence, status, body))
    assert not answer.authenticated or algorithm == 0


def test_a_protected_station_of_the_network_before(air: AirProcess) -> None:
    """AKM 2 alone is no AKM of an SAE network."""
    air.on_air(security="wpa3-sae")
    station = air.station()
    station.authenticate()
    station.assoc_request(ProtectedStation.rsne)
    assert station.assoc_status() == 43
