# SPDX-License-Identifier: GPL-2.0-or-later
"""AKM suites 00-0F-AC:11 and :12: lengths, and stations of our own reading of the standard."""

from __future__ import annotations

import hashlib
import hmac
import struct

from hwsim.ap.security.suite_b import SHA256, SHA384
from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.eap_station import EapStation, eap, join, on_air
from tests.unit.hwsim.fake_radius import ACCEPT, FakeRadius
from tests.unit.hwsim.soft_station import SoftStation
from tests.unit.hwsim.test_air_ciphers import GcmpFrame

RSNE_128 = bytes.fromhex("301a0100000fac080100000fac080100000fac0bc0000000000fac0b")
RSNE = bytes.fromhex("301a0100000fac090100000fac090100000fac0cc0000000000fac0c")


class SuiteBStation(SoftStation):
    """A station with AKM 12, GCMP-256 and BIP-GMAC-256."""

    rsne = RSNE
    version = 0
    cipher = GcmpFrame
    pmk_length = 48
    tk_length = gtk_length = 32
    mic_length = kck_length = 24
    kek_length = 32

    def expand(self, context: bytes) -> bytes:
        """KDF-SHA384-704: two blocks, of which 704 bits are taken."""
        text = b"Pairwise key expansion" + context + struct.pack("<H", 704)
        first = hmac.new(self.pmk, b"\x01\0" + text, hashlib.sha384).digest()
        second = hmac.new(self.pmk, b"\x02\0" + text, hashlib.sha384).digest()
        return (first + second)[:88]

    def mic(self, kck: bytes, pdu: bytes) -> bytes:
        """HMAC-SHA-384, its first 192 bits."""
        return hmac.new(kck, pdu, hashlib.sha384).digest()[:24]


class Suite128Station(SoftStation):
    """A station with AKM 11, GCMP-128 and BIP-GMAC-128."""

    rsne = RSNE_128
    version = 0
    cipher = GcmpFrame

    def expand(self, context: bytes) -> bytes:
        """KDF-SHA256-384: two blocks, of which 384 bits are taken."""
        text = b"Pairwise key expansion" + context + struct.pack("<H", 384)
        blocks = (hmac.new(self.pmk, n + text, hashlib.sha256).digest() for n in (b"\1\0", b"\2\0"))
        return b"".join(blocks)[:48]

    def mic(self, kck: bytes, pdu: bytes) -> bytes:
        """HMAC-SHA-256, its first 128 bits."""
        return hmac.new(kck, pdu, hashlib.sha256).digest()[:16]


def test_mic() -> None:
    """RFC 4231, 4.3 (test case 2): HMAC-SHA-256 cut to 128 bits, HMAC-SHA-384 to 192."""
    mic = SHA256.mic(b"Jefe", b"what do ya want for nothing?")
    assert mic.hex() == "5bdcc146bf60754e6a042426089575c7"
    mic = SHA384.mic(b"Jefe", b"what do ya want for nothing?")
    assert mic.hex() == "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47"


def test_the_parts_of_the_ptk() -> None:
    """Table 12-8: KCK of 24 bytes, KEK of 32, and the cipher's key."""
    keys = SHA384.derive_ptk(b"p" * 48, b"a" * 6, b"s" * 6, b"m" * 32, b"n" * 32, 32)
    assert [len(part) for part in (keys.kck, keys.kek, keys.tk)] == [24, 32, 32]


def test_a_station_authenticates_rekeys_and_passes_data(
    fresh_air: AirProcess, radius: FakeRadius
) -> None:
    """The PMK is of both MPPE keys, and kept whole; M1 names none; G1 has the longer MIC too."""
    client = on_air(fresh_air, radius, security="wpa3-eap-192")
    station = EapStation(fresh_air.station(kind=SuiteBStation), RSNE)
    station.associate()
    _, m1 = join(station, radius)
    assert m1.data == b""
    assert client.state("authorized")
    rekey = client.post("rekey_group")
    station.station.g2(station.station.key_message())
    assert client.reply(rekey)["result"] == {"stations": 1}
    echo = client.post("echo", count=1, timeout_s=10)
    answered = [station.station.answer(station.station.next_frame()) for _ in range(2)]
    assert answered == ["arp", "icmp"]
    assert client.reply(echo)["result"]["protected"]
    fresh_air.leave()
    kept = f'"wpa-psk","{station.station.pmk.hex()}"'
    assert kept in (fresh_air.run_dir / "air.keys").read_text()


def test_half_an_msk_makes_no_pmk(air: AirProcess, radius: FakeRadius) -> None:
    """It is the lab's fault, not the station's: the server tells one key only."""
    client = on_air(air, radius, security="wpa3-eap-192")
    station = EapStation(air.station(kind=SuiteBStation), RSNE)
    station.associate()
    station.identify()
    asked = radius.asked()
    radius.answer(asked, ACCEPT, eap(3, 77), msk=bytes(32))
    fault = client.wait(lambda event: event["event"] == "fault")
    assert "without MS-MPPE-Send-Key" in fault["message"]


def test_a_station_with_the_128_bit_suite(air: AirProcess, radius: FakeRadius) -> None:
    """M1 names no PMK; the keys fit, and data passes."""
    client = on_air(air, radius, security="wpa2-eap-suite-b")
    station = EapStation(air.station(kind=Suite128Station), RSNE_128)
    station.associate()
    _, m1 = join(station, radius)
    assert m1.data == b""
    assert client.state("authorized")
    rekey = client.post("rekey_group")
    station.station.g2(station.station.key_message())
    assert client.reply(rekey)["result"] == {"stations": 1}
    echo = client.post("echo", count=1, timeout_s=10)
    answered = [station.station.answer(station.station.next_frame()) for _ in range(2)]
    assert answered == ["arp", "icmp"]
    assert client.reply(echo)["result"]["protected"]
