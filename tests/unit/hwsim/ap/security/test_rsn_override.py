# SPDX-License-Identifier: GPL-2.0-or-later
"""RSN overriding: elements, and stations on the real air that know of it and that do not."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap import templates
from hwsim.frames import elements
from tests.unit.hwsim.ap.environment import mode_of
from tests.unit.hwsim.ap.test_templates import network
from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.sae_station import SaeStation
from tests.unit.hwsim.soft_station import RATES, KeyMessage, SoftStation

NETWORK = replace(network(), security="wpa3-compatibility")
PLAIN = bytes.fromhex("30140100000fac040100000fac040100000fac020000")
OVERRIDES = bytes.fromhex(
    "dd18506f9a290100000fac040100000fac040100000fac08c000"
    "dd05506f9a2b20"
)  # fmt: skip
SELECTION = bytes.fromhex("dd05506f9a2c")
PATIENT = {"first_ms": 60_000, "next_ms": 60_000}
"""Nothing is sent again within a test."""
MODE = mode_of(NETWORK)


class KnowingStation(SaeStation):
    """A station that takes what overrides the RSNE, by its own reading of the specification."""

    offered = PLAIN
    taken = b"\1"
    said_again = True

    @property
    def selection(self) -> bytes:
        """What it says of that."""
        return SELECTION + self.taken if self.taken else b""

    def assoc_request(self, rsne: bytes | None = None, ssid: bytes | None = None) -> int:
        """Send an association request with its selection."""
        body = struct.pack("<HH", 0x0431, 5) + bytes([0, len(self.ssid)]) + self.ssid
        return self.management(0, body + RATES + self.rsne + self.selection)

    def m2_pdu(self, m1: KeyMessage, rsne: bytes | None = None) -> bytes:
        """The answer to M1, with it too."""
        again = self.selection if self.said_again else b""
        return super().m2_pdu(m1, self.rsne + again)

    def take_gtk(self, plain: bytes) -> int:
        """M3 repeats the elements, and gives an integrity key."""
        assert plain.startswith(PLAIN + OVERRIDES)
        assert bytes.fromhex("000fac09") in plain
        return super().take_gtk(plain)


def test_elements() -> None:
    """A plain RSNE without an RSNXE; the others behind, of vendors, in beacons and responses."""
    mode = mode_of(NETWORK)
    assert (mode.rsne, mode.rsnxe, mode.overrides) == (PLAIN, b"", OVERRIDES)
    for frame in (templates.probe_response(NETWORK, mode)[36:], templates.beacon(NETWORK, mode)[1]):
        found = [one for _, one in elements(frame)]
        assert PLAIN in found
        assert frame.endswith(OVERRIDES)
    hunting = replace(NETWORK, sae=replace(NETWORK.sae, ways="hunting-and-pecking"))
    assert mode_of(hunting).overrides == OVERRIDES[:26]


def test_a_station_that_knows_of_it(air: AirProcess) -> None:
    """SAE, protected management frames, M3 with the elements; data passes."""
    client = air.on_air(security="wpa3-compatibility", timers=PATIENT)
    station = air.station(kind=KnowingStation)
    station.join()
    client.state("authorized")
    echo = client.post("echo", count=1, timeout_s=10)
    assert [station.answer(station.next_frame()) for _ in range(2)] == ["arp", "icmp"]
    assert client.reply(echo)["result"]["answered"] == 1
    client.call("deauthenticate", reason=3)
    assert station.next_frame()[1] & 0x40
    assert client.frame("deauth")["protected"]


def test_a_station_that_does_not(air: AirProcess) -> None:
    """WPA2, in which nothing is overridden or protected."""
    client = air.on_air(security="wpa3-compatibility", timers=PATIENT)
    station = air.station()
    station.authenticate()
    station.associate()
    station.m2(station.key_message())
    m3 = station.key_message()
    plain = station.check(m3)
    assert plain.startswith(PLAIN + b"\xdd\x16\x00\x0f\xac\x01")
    assert bytes.fromhex("506f9a") not in plain
    station.m4(m3)
    client.state("authorized")


@pytest.mark.parametrize(("taken", "status"), [(b"\0", 43), (b"", 43), (b"\2", 40), (b"\1\1", 40)])
def test_selections_that_do_not_fit(air: AirProcess, taken: bytes, status: int) -> None:
    """SAE by the RSNE, which has none; by an RSNE Override 2, which there is not; no selection."""
    air.on_air(security="wpa3-compatibility", timers=PATIENT)
    station = air.station(kind=KnowingStation)
    station.taken = taken
    station.authenticate()
    body = struct.pack("<HH", 0x0431, 5) + bytes([0, len(station.ssid)]) + station.ssid
    said = bytes((0xDD, 4 + len(taken))) + SELECTION[2:] + taken if taken else b""
    station.management(0, body + RATES + station.rsne + said)
    assert station.assoc_status() == status


def test_psk_is_nothing_to_override(air: AirProcess) -> None:
    """A station without SAE that says it took the override is refused."""
    air.on_air(security="wpa3-compatibility", timers=PATIENT)
    station = air.station()
    station.authenticate()
    station.assoc_request(station.rsne + SELECTION + b"\1")
    assert station.assoc_status() == 43


def test_m2_without_the_selection(air: AirProcess) -> None:
    """It differs from the association request: reason 17."""
    air.on_air(security="wpa3-compatibility", timers=PATIENT)
    station = air.station(kind=KnowingStation)
    station.authenticate()
    station.associate()
    station.said_again = False
    station.m2(station.key_message())
    assert _reason(station) == 17


def _reason(station: SoftStation) -> int:
    return station.reason(station.next_frame())


@given(st.binary(max_size=60))
def test_rubbish(body: bytes) -> None:
    """Whatever an association request holds, it has an answer."""
    for whole in (body, SELECTION + body, PLAIN + SELECTION + b"\1" + body):
        assert MODE.associate(b"\2" + bytes(5), whole).status
