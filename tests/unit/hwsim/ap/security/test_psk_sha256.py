# SPDX-License-Identifier: GPL-2.0-or-later
"""AKM suite 00-0F-AC:6: its key suite, and a station with it on the real air."""

from __future__ import annotations

import hashlib
import hmac
import struct

import pytest
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from hwsim.ap.security.psk_sha256 import CMAC_SHA256
from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.soft_station import LLC_ARP, SoftStation


class Sha256Station(SoftStation):
    """A station with AKM 6, by its own reading of the standard."""

    rsne = bytes.fromhex("30140100000fac040100000fac040100000fac060000")
    version = 3

    def expand(self, context: bytes) -> bytes:
        """KDF-SHA256-384: two blocks, numbers in little endian, of which 384 bits are taken."""
        text = b"Pairwise key expansion" + context + struct.pack("<H", 384)
        first = hmac.new(self.pmk, b"\x01\0" + text, hashlib.sha256).digest()
        second = hmac.new(self.pmk, b"\x02\0" + text, hashlib.sha256).digest()
        return (first + second)[:48]

    def mic(self, kck: bytes, pdu: bytes) -> bytes:
        """AES-128-CMAC."""
        code = CMAC(AES(kck))
        code.update(pdu)
        return code.finalize()


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("", "bb1d6929e95937287fa37d129b756746"),
        ("6bc1bee22e409f96e93d7e117393172a", "070a16b46b4d4144f79bdd9dd04a287c"),
    ],
)
def test_mic(message: str, code: str) -> None:
    """RFC 4493, section 4: the published codes of AES-CMAC."""
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    assert CMAC_SHA256.mic(key, bytes.fromhex(message)).hex() == code


def test_the_ptk() -> None:
    """All of it comes from one KDF of SHA-256 for 384 bits."""
    keys = CMAC_SHA256.derive_ptk(b"p" * 32, b"a" * 6, b"s" * 6, b"m" * 32, b"n" * 32, 16)
    text = b"Pairwise key expansion" + b"a" * 6 + b"s" * 6 + b"m" * 32 + b"n" * 32 + b"\x80\x01"
    first = hmac.digest(b"p" * 32, b"\x01\0" + text, "sha256")
    second = hmac.digest(b"p" * 32, b"\x02\0" + text, "sha256")
    assert keys.kck + keys.kek + keys.tk == first + second[:16]


def test_pmkid() -> None:
    """HMAC-SHA-256, cut to 128 bits (12.7.1.3)."""
    expected = hmac.digest(b"p" * 32, b"PMK Name" + b"a" * 6 + b"s" * 6, "sha256")[:16]
    assert CMAC_SHA256.pmkid(b"p" * 32, b"a" * 6, b"s" * 6) == expected


def test_a_station_associates_rekeys_and_passes_data(air: AirProcess) -> None:
    """Key descriptor version 3 in every message; both keys work."""
    client = air.on_air(security="wpa2-psk-sha256")
    station = air.station(kind=Sha256Station)
    station.join()
    assert client.state("authorized")
    echo = client.post("echo", count=2, timeout_s=10)
    answered = [station.answer(station.next_frame()) for _ in range(3)]
    assert answered == ["arp", "icmp", "icmp"]
    assert client.reply(echo)["result"]["protected"]
    rekey = client.post("rekey_group")
    station.g2(station.key_message())
    assert client.reply(rekey)["result"] == {"stations": 1}


def test_its_frames_offer_the_suite(air: AirProcess) -> None:
    """The RSNE of a probe response names it alone."""
    air.on_air(security="wpa2-psk-sha256")
    station = air.station(kind=Sha256Station)
    station.probe(b"hil-net")
    assert Sha256Station.rsne in station.next_frame()


def test_a_station_of_the_older_suite_is_refused(air: AirProcess) -> None:
    """AKM 2 in an association request is status 43, an EAPOL-Key frame of version 2 is ignored."""
    client = air.on_air(security="wpa2-psk-sha256")
    older = air.station()
    older.authenticate()
    older.assoc_request()
    assert older.assoc_status() == 43
    older.assoc_request(Sha256Station.rsne)
    assert older.assoc_status() == 0
    m1 = older.key_message()
    older.data(older_m2(older, m1.replay), protect=False)
    assert client.frame("M2")["detail"]["ignored"] == "key descriptor version"


def older_m2(station: SoftStation, replay: int) -> bytes:
    """M2 as of AKM 2."""
    pdu = station.key_pdu(0x010A, replay, station.snonce, Sha256Station.rsne, bytes(16))
    return LLC_ARP[:6] + b"\x88\x8e" + pdu
