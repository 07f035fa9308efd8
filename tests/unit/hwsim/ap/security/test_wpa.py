# SPDX-License-Identifier: GPL-2.0-or-later
"""WPA and WPA beside WPA2: stations of either on the real air, by their own reading of it."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, ClassVar

import pytest
from Crypto.Cipher import ARC4

from hwsim.ap.security.key_suite import TKIP_SUITE, WPA_TKIP_SUITE
from hwsim.ciphers.tkip import TkipKey
from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.eap_station import EapStation, accepted, challenged, on_air
from tests.unit.hwsim.fake_radius import FakeRadius
from tests.unit.hwsim.soft_station import LLC_EAPOL, CcmpFrame, KeyMessage, SoftStation

WPA_ELEMENT = "dd160050f20101000050f20201000050f20201000050f202"
WPA_CCMP_ELEMENT = "dd160050f20101000050f20401000050f20401000050f202"
MIXED_RSNE = bytes.fromhex("30140100000fac020100000fac040100000fac020000")
TKIP_RSNE = bytes.fromhex("30140100000fac020100000fac020100000fac020000")


class TkipFrame:
    """TKIP as a station has it; the cipher itself is held to the standard's vectors."""

    def __init__(self, key: bytes, key_id: int = 0) -> None:
        self.key = TkipKey(key[:16] + key[24:] + key[16:24], key_id)

    def seal(self, header: bytes, plain: bytes, pn: int) -> bytes:
        """Protect a payload."""
        return self.key.protect(header, plain, pn)

    def open(self, frame: bytes) -> tuple[int, bytes]:
        """Packet number and payload."""
        assert frame[27] == 0x20 | self.key.key_id << 6
        return self.key.packet_number(frame, 24), self.key.open(frame, 24)


def arc4(iv: bytes, kek: bytes, data: bytes) -> bytes:
    """ARC4 under IV and KEK, its first 256 bytes skipped, by hand."""
    return ARC4.new(iv + kek).decrypt(bytes(256) + data)[256:]


class TkipStation(SoftStation):
    """WPA2 with TKIP for both: key descriptor version 1."""

    rsne = TKIP_RSNE
    version = 1
    tk_length = gtk_length = 32
    cipher: ClassVar[Any] = TkipFrame
    group_cipher: ClassVar[Any] = TkipFrame

    def mic(self, kck: bytes, pdu: bytes) -> bytes:
        """HMAC-MD5."""
        return hmac.new(kck, pdu, hashlib.md5).digest()

    def check(self, key: KeyMessage) -> bytes:
        """Verify the MIC and return the key data in the clear."""
        zeroed = key.pdu[:81] + bytes(16) + key.pdu[97:]
        assert self.mic(self.kck, zeroed) == key.mic
        return arc4(key.pdu[49:65], self.ptk[16:32], key.data)

    def take_gtk(self, plain: bytes) -> int:
        """That of a GTK KDE, of the group's cipher."""
        key_id = super().take_gtk(plain)
        at = plain.index(bytes((0xDD, 6 + self.gtk_length)) + bytes.fromhex("000fac01"))
        self.gtk[key_id] = self.group_cipher(plain[at + 8 : at + 8 + self.gtk_length], key_id)
        return key_id


class MixedStation(TkipStation):
    """WPA2 with CCMP, and data to all by TKIP: the key suite is that of CCMP."""

    rsne = MIXED_RSNE
    version = 2
    tk_length = 16
    cipher = CcmpFrame
    check = SoftStation.check
    mic = SoftStation.mic

    def take_gtk(self, plain: bytes) -> int:
        """Of another length than the pairwise key."""
        at = plain.index(bytes.fromhex("dd26000fac01"))
        key_id = plain[at + 6] & 3
        self.gtk[key_id] = TkipFrame(plain[at + 8 : at + 40], key_id)  # type: ignore[assignment]
        return key_id


class WpaStation(TkipStation):
    """WPA: M3 in the clear and without the group key, which comes bare in G1."""

    rsne = bytes.fromhex(WPA_ELEMENT)
    descriptor = 254
    g1_key_length = 32

    def m4(self, m3: KeyMessage, *, protect: bool = False) -> int:
        """Check M3 and answer it; neither has the Secure bit."""
        assert m3.name == "M3"
        assert m3.info == 0x01C8 | self.version
        self.verify(m3)
        assert m3.data == (self.offered or self.rsne)
        pdu = self.key_pdu(0x0108 | self.version, m3.replay, b"", b"", self.kck)
        return self.data(LLC_EAPOL + pdu, protect=protect)

    def verify(self, key: KeyMessage) -> None:
        """The MIC alone."""
        assert self.mic(self.kck, key.pdu[:81] + bytes(16) + key.pdu[97:]) == key.mic

    def g2(self, g1: KeyMessage) -> int:
        """Check G1, whose key index is in its key information, and answer it."""
        assert g1.name == "G1"
        key_id = g1.info >> 4 & 3
        assert g1.info == 0x0380 | self.version | key_id << 4
        self.gtk[key_id] = self.group_cipher(self.bare_key(g1), key_id)
        pdu = self.key_pdu(0x0300 | self.version | key_id << 4, g1.replay, b"", b"", self.kck)
        return self.data(LLC_EAPOL + pdu)

    def bare_key(self, g1: KeyMessage) -> bytes:
        """The group key, which is all that the key data has."""
        return self.check(g1)

    def join(self) -> None:
        """The good path: the group key comes in a handshake of its own, under the pairwise key."""
        super().join()
        g1 = self.key_message()
        assert g1.protected
        self.g2(g1)


class WpaCcmpStation(WpaStation):
    """WPA with CCMP: key descriptor version 2."""

    rsne = bytes.fromhex(WPA_CCMP_ELEMENT)
    version = 2
    tk_length = gtk_length = g1_key_length = 16
    cipher = group_cipher = CcmpFrame
    mic = SoftStation.mic

    def bare_key(self, g1: KeyMessage) -> bytes:
        """Under the NIST AES key wrap."""
        return SoftStation.check(self, g1)


class WpaEapStation(WpaStation):
    """The same with 802.1X."""

    rsne = bytes.fromhex(WPA_ELEMENT[:-2] + "01")


OFFERED_WPA = "dd1a0050f20101000050f20202000050f2040050f20201000050f202"
OFFERED_RSNE = "30180100000fac020200000fac04000fac020100000fac020000"
STATIONS = [
    ("wpa-psk", {}, WpaStation, ""),
    ("wpa-psk", {"pairwise_ciphers": ["ccmp-128"]}, WpaCcmpStation, ""),
    ("wpa-wpa2-psk", {}, WpaStation, OFFERED_WPA),
    ("wpa-wpa2-psk", {}, MixedStation, OFFERED_RSNE),
    ("wpa-wpa2-psk", {}, TkipStation, OFFERED_RSNE),
]


@pytest.mark.parametrize(("security", "ciphers", "kind", "offered"), STATIONS)
def test_a_station_associates_rekeys_and_passes_data(
    air: AirProcess, security: str, ciphers: dict[str, Any], kind: type[SoftStation], offered: str
) -> None:
    """Each way into such networks: both keys work, and so they do after renewals."""
    client = air.on_air(security=security, **ciphers)
    station = air.station(kind=kind)
    station.offered = bytes.fromhex(offered)
    station.join()
    assert client.state("authorized")
    echo = client.post("echo", count=2, timeout_s=10)
    assert [station.answer(station.next_frame()) for _ in range(3)] == ["arp", "icmp", "icmp"]
    assert client.reply(echo)["result"]["protected"]
    rekey = client.post("rekey_group")
    station.g2(station.key_message())
    assert client.reply(rekey)["result"] == {"stations": 1}
    assert len(station.gtk) == 2


def test_a_pairwise_rekey_of_wpa_brings_the_group_key_again(air: AirProcess) -> None:
    """As in hostapd: a station of WPA waits for G1 after each 4-way handshake."""
    client = air.on_air(security="wpa-psk")
    station = air.station(kind=WpaStation)
    station.join()
    assert client.state("authorized")
    rekey = client.post("rekey_pairwise")
    m1 = station.key_message()
    assert m1.protected
    station.data(LLC_EAPOL + station.m2_pdu(m1))
    station.m4(station.key_message(), protect=True)
    station.install()
    station.g2(station.key_message())
    assert client.reply(rekey)["result"] == {"stations": 1}


def test_what_the_frames_offer(air: AirProcess) -> None:
    """WPA alone has no RSNE; beside WPA2 both elements name TKIP for data to all."""
    air.on_air(security="wpa-psk")
    station = air.station(kind=WpaStation)
    station.probe(b"hil-net")
    frame = station.next_frame()
    assert station.rsne in frame
    assert bytes.fromhex("3014") not in frame


def test_what_mixed_frames_offer(air: AirProcess) -> None:
    """Both elements: CCMP first, TKIP for data to all."""
    air.on_air(security="wpa-wpa2-psk")
    station = air.station(kind=MixedStation)
    station.probe(b"hil-net")
    frame = station.next_frame()
    assert bytes.fromhex(OFFERED_RSNE) in frame
    assert bytes.fromhex(OFFERED_WPA) in frame


@pytest.mark.parametrize(
    ("element", "status"),
    [
        ("", 40),
        ("30140100000fac040100000fac040100000fac020000", 40),
        (WPA_CCMP_ELEMENT, 41),
        ("dd160050f20101000050f20201000050f20401000050f202", 42),
        (WPA_ELEMENT[:-8] + "0050f201", 43),
        (WPA_ELEMENT[:12] + "0200" + WPA_ELEMENT[16:], 44),
        ("dd0e0050f20101000050f20205000050", 40),
    ],
)
def test_what_does_not_fit_is_refused(air: AirProcess, element: str, status: int) -> None:
    """Each suite for itself, and an RSNE where there is WPA alone."""
    air.on_air(security="wpa-psk")
    station = air.station(kind=WpaStation)
    station.authenticate()
    station.assoc_request(bytes.fromhex(element))
    assert station.assoc_status() == status


def test_messages_of_an_rsn_are_ignored(air: AirProcess) -> None:
    """M2 with descriptor type 2."""
    client = air.on_air(security="wpa-psk")
    station = air.station(kind=WpaStation)
    station.authenticate()
    station.associate()
    pdu = bytearray(station.m2_pdu(station.key_message()))
    pdu[4] = 2
    station.data(LLC_EAPOL + bytes(pdu), protect=False)
    assert client.frame("M2")["detail"]["ignored"] == "key descriptor type"


def test_a_wrong_michael_mic_is_told(air: AirProcess) -> None:
    """A frame that opens but for its Michael MIC is no frame of the station's, and is told apart
    from one that does not open."""
    client = air.on_air(security="wpa-psk")
    station = air.station(kind=WpaStation)
    station.join()
    assert client.state("authorized")
    good = station.tk
    station.tk = TkipFrame(station.ptk[32:48] + bytes(16))  # type: ignore[assignment]
    station.data(LLC_EAPOL + bytes(8))
    assert client.frame("data")["detail"] == {"decrypt": "failed", "michael": "wrong"}
    station.tk = good


def test_two_wrong_michael_mics_send_everybody_away(air: AirProcess) -> None:
    """The second within a minute is an attack: reason 14, and nobody is let in for a minute."""
    client = air.on_air(security="wpa-psk")
    station = air.station(kind=WpaStation)
    station.join()
    assert client.state("authorized")
    station.tk = TkipFrame(station.ptk[32:48] + bytes(16))  # type: ignore[assignment]
    for _ in range(2):
        station.data(LLC_EAPOL + bytes(8))
    assert station.reason(station.next_of(0xC0)) == 14
    assert client.frame("deauth")["detail"]["reason"] == 14
    assert client.state("gone")
    station.management(11, bytes((0, 0, 1, 0, 0, 0)))
    station.next_of(0xB0)
    assert client.frame("auth", 2, "down")["detail"]["status"] == 1


def test_a_station_reports_wrong_michael_mics(air: AirProcess) -> None:
    """By an EAPOL-Key frame under its keys, each of which counts once."""
    client = air.on_air(security="wpa-psk")
    station = air.station(kind=WpaStation)
    station.join()
    assert client.state("authorized")
    for replay in (1, 1, 2):
        pdu = station.key_pdu(0x0F00 | station.version, replay, b"", b"", station.kck)
        station.data(LLC_EAPOL + pdu)
    assert station.reason(station.next_of(0xC0)) == 14
    told = [client.frame("eapol", nth)["detail"].get("michael") for nth in (1, 2, 3)]
    assert told == ["reported", None, "reported"]
    assert client.frame("deauth")["detail"]["reason"] == 14


def test_key_data_under_arc4() -> None:
    """IV and KEK are its key, and its first 256 bytes are skipped (12.7.2)."""
    wrapped = TKIP_SUITE.wrap(b"k" * 16, b"key data", b"i" * 16)
    assert arc4(b"i" * 16, b"k" * 16, wrapped) == b"key data"
    assert TKIP_SUITE.unwrap(b"k" * 16, wrapped, b"i" * 16) == b"key data"


def test_the_mic_is_hmac_md5() -> None:
    """RFC 2202, 2: the first published code of HMAC-MD5."""
    assert WPA_TKIP_SUITE.mic(b"\x0b" * 16, b"Hi There").hex() == "9294727a3638bb1c13f48ef8158bfc9d"


def test_wpa_with_8021x(air: AirProcess, radius: FakeRadius) -> None:
    """The element names 802.1X; M1 names no PMK, and the rest is that of WPA with a passphrase."""
    client = on_air(air, radius, security="wpa-eap")
    own = air.station(kind=WpaEapStation)
    station = EapStation(own, own.rsne)
    station.associate()
    challenged(station, radius)
    own.pmk = accepted(station, radius)[:32]
    m1 = own.key_message()
    assert m1.data == b""
    own.m2(m1)
    own.m4(own.key_message())
    own.install()
    own.g2(own.key_message())
    assert client.state("authorized")
    echo = client.post("echo", count=1, timeout_s=10)
    assert [own.answer(own.next_frame()) for _ in range(2)] == ["arp", "icmp"]
    assert client.reply(echo)["result"]["protected"]


def test_a_passphrase_is_not_8021x(air: AirProcess, radius: FakeRadius) -> None:
    """Status 43: the AKM is not one that the network has."""
    on_air(air, radius, security="wpa-eap")
    station = air.station(kind=WpaStation)
    station.authenticate()
    station.assoc_request()
    assert station.assoc_status() == 43
