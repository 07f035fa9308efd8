# SPDX-License-Identifier: GPL-2.0-or-later
"""Dynamic WEP: a station of our own reading of RFC 3580 on the real air."""

from __future__ import annotations

import struct

from tests.unit.hwsim.conftest import AirProcess, Client
from tests.unit.hwsim.eap_station import EapStation, details, on_air
from tests.unit.hwsim.fake_radius import FakeRadius
from tests.unit.hwsim.rc4_station import Rc4Station, authenticate


def joined(air: AirProcess, radius: FakeRadius) -> tuple[Client, EapStation, Rc4Station]:
    """A station that has associated and authenticated, and nothing else yet."""
    client = on_air(air, radius, security="wep-eap")
    own = air.station(kind=Rc4Station)
    station = EapStation(own, b"")
    station.associate()
    authenticate(station, radius)
    return client, station, own


def echoed(client: Client, own: Rc4Station) -> None:
    """Data passes both ways, to all under the key of all."""
    echo = client.post("echo", count=1, timeout_s=10)
    assert [own.answer(own.next_frame()) for _ in range(2)] == ["arp", "icmp"]
    assert client.reply(echo)["result"]["protected"]


def test_keys_are_handed_out(fresh_air: AirProcess, radius: FakeRadius) -> None:
    """The broadcast key, then the unicast key, both of 13 bytes; the keys decrypt the capture."""
    client, _, own = joined(fresh_air, radius)
    assert [own.take_key(), own.take_key()] == [(1, False), (0, True)]
    assert {len(key) for key in own.keys.values()} == {13}
    assert client.state("authorized")
    echoed(client, own)
    assert details(client, "rc4-key") == [
        {"key": "broadcast", "index": 1},
        {"key": "unicast", "index": 0},
    ]
    fresh_air.leave()
    kept = (fresh_air.run_dir / "air.keys").read_text()
    assert all(key.hex() in kept for key in own.keys.values())
    assert own.msk.hex() not in kept


def test_the_beacon_has_privacy_and_no_rsne(air: AirProcess, radius: FakeRadius) -> None:
    """As with any WEP (9.4.1.4)."""
    on_air(air, radius, security="wep-eap")
    station = air.station(kind=Rc4Station)
    station.probe(b"hil-net")
    frame = station.next_frame()
    assert struct.unpack_from("<H", frame, 34)[0] & 0x10
    assert bytes.fromhex("000fac") not in frame


def test_both_keys_are_renewed(air: AirProcess, radius: FakeRadius) -> None:
    """The group's by another message under the other index, the station's own by one alone."""
    client, _, own = joined(air, radius)
    own.take_key()
    own.take_key()
    first = dict(own.keys)
    rekey = client.post("rekey_group")
    assert own.take_key() == (2, False)
    assert client.reply(rekey)["result"] == {"stations": 1}
    echoed(client, own)
    rekey = client.post("rekey_pairwise")
    assert own.take_key() == (0, True)
    assert client.reply(rekey)["result"] == {"stations": 1}
    assert own.keys[0] != first[0]
    echoed(client, own)


def test_it_is_authenticated_again(air: AirProcess, radius: FakeRadius) -> None:
    """In the clear, as hostapd does it; both keys come again."""
    client, station, own = joined(air, radius)
    own.take_key()
    own.take_key()
    again = client.post("reauthenticate")
    own.tk = None
    authenticate(station, radius)
    assert [own.take_key(), own.take_key()] == [(1, False), (0, True)]
    assert client.reply(again)["result"] == {"stations": 1}
    echoed(client, own)


def test_nobody_gets_keys_without_success(air: AirProcess, radius: FakeRadius) -> None:
    """Data before them is not taken."""
    client = on_air(air, radius, security="wep-eap")
    own = air.station(kind=Rc4Station)
    station = EapStation(own, b"")
    station.associate()
    station.identify()
    radius.asked()
    own.data(bytes.fromhex("aaaa030000000806") + bytes(28))
    assert client.frame("arp")["detail"]["ignored"] == "not authorized"
    assert "rc4-key" not in client.kinds()
