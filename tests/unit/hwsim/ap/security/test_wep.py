# SPDX-License-Identifier: GPL-2.0-or-later
"""Static WEP: stations with the key and without on the real air."""

from __future__ import annotations

import struct

import pytest

from hwsim.ciphers.wep import WepKey
from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.soft_station import SoftStation

KEY = b"5char"


class WepStation(SoftStation):
    """A station with a static key; the cipher itself is held to published values."""

    rsne = b""
    key = KEY

    def seal(self, header: bytes, plain: bytes, pn: int) -> bytes:
        """As CcmpFrame has it."""
        return WepKey(self.key).protect(header, plain, pn)

    def use_key(self) -> None:
        """From the association on there is no other."""
        self.tk = self  # type: ignore[assignment]
        self.tx_pn = 0

    def open(self, frame: bytes) -> bytes:
        """To one and to all by the same key."""
        assert frame[1] & 0x40
        return WepKey(self.key).open(frame, 24)

    def prove(self, key: bytes = KEY, challenge: bytes | None = None) -> int:
        """Shared key authentication; the status of its last message."""
        self.management(11, struct.pack("<HHH", 1, 1, 0))
        asked = self.next_frame()
        assert struct.unpack_from("<HHH", asked, 24) == (1, 2, 0)
        assert asked[30:32] == bytes((16, 128))
        body = struct.pack("<HHH", 1, 3, 0) + bytes((16, 128)) + (challenge or asked[32:160])
        header = self.header(b"\xb0\x00", self.bssid, self.bssid)
        self.send_frame(WepKey(key).protect(header, body, 1))
        answer = self.next_frame()
        assert struct.unpack_from("<HH", answer, 24) == (1, 4)
        return int(struct.unpack_from("<H", answer, 28)[0])


def echoed(air: AirProcess, station: WepStation) -> None:
    """Data passes both ways, under the key alone."""
    client = air.client
    assert client.state("authorized")
    station.use_key()
    echo = client.post("echo", count=2, timeout_s=10)
    assert [station.answer(station.next_frame()) for _ in range(3)] == ["arp", "icmp", "icmp"]
    assert client.reply(echo)["result"]["protected"]


def test_open_system(air: AirProcess) -> None:
    """Anyone associates, at once authorized; the beacon has the privacy bit and no element."""
    air.on_air(security="wep-open", passphrase=KEY.decode())
    station = air.station(kind=WepStation)
    station.probe(b"hil-net")
    frame = station.next_frame()
    assert struct.unpack_from("<H", frame, 34)[0] & 0x10
    assert bytes.fromhex("000fac") not in frame
    station.authenticate()
    station.associate()
    echoed(air, station)


def test_a_hexadecimal_key_of_104_bits(air: AirProcess) -> None:
    """26 digits are the key itself."""
    air.on_air(security="wep-open", passphrase=(b"13 characters").hex())
    station = air.station(kind=WepStation)
    station.key = b"13 characters"
    station.authenticate()
    station.associate()
    echoed(air, station)


def test_shared_key(air: AirProcess) -> None:
    """The challenge comes back under the key, and so the station may associate."""
    air.on_air(security="wep-shared", passphrase=KEY.decode())
    station = air.station(kind=WepStation)
    assert station.prove() == 0
    station.associate()
    echoed(air, station)


@pytest.mark.parametrize(("key", "challenge"), [(b"wrong", None), (KEY, bytes(128))])
def test_who_has_not_the_key_is_refused(
    air: AirProcess, key: bytes, challenge: bytes | None
) -> None:
    """Status 15 for another key and for another challenge; then no association either."""
    air.on_air(security="wep-shared", passphrase=KEY.decode())
    station = air.station(kind=WepStation)
    assert station.prove(key, challenge) == 15
    station.assoc_request()
    assert station.reason(station.next_frame()) == 6


def test_open_system_is_refused_where_keys_are_shared(air: AirProcess) -> None:
    """Status 13, as of any algorithm that is not the network's."""
    air.on_air(security="wep-shared", passphrase=KEY.decode())
    station = air.station(kind=WepStation)
    station.management(11, struct.pack("<HHH", 0, 1, 0))
    assert struct.unpack_from("<HHH", station.next_frame(), 24) == (0, 2, 13)


def test_data_in_the_clear_is_ignored(air: AirProcess) -> None:
    """And is told."""
    client = air.on_air(security="wep-open", passphrase=KEY.decode())
    station = air.station(kind=WepStation)
    station.authenticate()
    station.associate()
    assert client.state("authorized")
    arp = bytes.fromhex("aaaa030000000806000108000604") + b"\0\1" + bytes(20)
    station.data(arp, protect=False)
    assert client.frame("arp")["detail"]["ignored"] == "not protected by the key in use"


def test_iv_that_comes_again_is_no_replay(air: AirProcess) -> None:
    """A station may count IVs as it likes (12.3.2.3): nothing is said of a reinstalled key."""
    client = air.on_air(security="wep-open", passphrase=KEY.decode())
    station = air.station(kind=WepStation)
    station.authenticate()
    station.associate()
    assert client.state("authorized")
    station.use_key()
    arp = bytes.fromhex("aaaa030000000806000108000604") + b"\0\2" + bytes(20)
    for _ in range(2):
        station.data(arp, pn=7)
    assert "pn_check" not in client.frame("arp", 2)["detail"]
