# SPDX-License-Identifier: GPL-2.0-or-later
"""Ciphers on the real air: a station of each passes data and follows rekeys."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.soft_station import CcmpFrame, SoftStation
from tests.unit.hwsim.test_air_management_protection import ProtectedStation

CAPABLE = "8000"


class LongCcmpFrame(CcmpFrame):
    """CCMP-256: the same with a MIC of 16 bytes."""

    def __init__(self, key: bytes, key_id: int = 0) -> None:
        super().__init__(key[:16], key_id)
        self.ccm = AESCCM(key, tag_length=16)


class GcmpFrame(CcmpFrame):
    """GCMP of 12.5.5: the nonce has no priority before address and packet number."""

    def __init__(self, key: bytes, key_id: int = 0) -> None:
        self.ccm = AESGCM(key)  # type: ignore[assignment]
        self.key_id = key_id

    @staticmethod
    def _inputs(header: bytes, pn: int) -> tuple[bytes, bytes]:
        nonce, aad = CcmpFrame._inputs(header, pn)
        return nonce[1:], aad


def element(pairwise: str, group: str, end: str = "0000") -> bytes:
    """An RSNE with AKM 2; ``end`` begins with the capabilities."""
    body = bytes.fromhex(f"0100000fac{group}0100000fac{pairwise}0100000fac02{end}")
    return b"\x30" + bytes([len(body)]) + body


class Gcmp128Station(SoftStation):
    """A station with GCMP-128."""

    rsne = element("08", "08")
    cipher = GcmpFrame


class Gcmp256Station(Gcmp128Station):
    """One with GCMP-256."""

    rsne = element("09", "09")
    tk_length = gtk_length = 32


class Ccmp256Station(Gcmp256Station):
    """One with CCMP-256."""

    rsne = element("0a", "0a")
    cipher = LongCcmpFrame


STATIONS = {"gcmp-128": Gcmp128Station, "gcmp-256": Gcmp256Station, "ccmp-256": Ccmp256Station}


@pytest.mark.parametrize("name", STATIONS)
def test_a_station_associates_rekeys_and_passes_data(air: AirProcess, name: str) -> None:
    """Under pairwise and group key, of the handshake, of a group rekey and of a new PTK."""
    client = air.on_air(pairwise_ciphers=[name])
    station = air.station(kind=STATIONS[name])
    station.join()
    assert client.state("authorized")
    rekey = client.post("rekey_group")
    station.g2(station.key_message())
    assert client.reply(rekey)["result"] == {"stations": 1}
    renewal = client.post("rekey_pairwise")
    m1 = station.key_message()
    old = station.tk
    station.data(bytes.fromhex("aaaa03000000888e") + station.m2_pdu(m1))
    station.tk = old
    station.m4(station.key_message(), protect=True)
    station.install()
    assert client.reply(renewal)["result"] == {"stations": 1}
    echo = client.post("echo", count=2, timeout_s=10)
    answered = [station.answer(station.next_frame()) for _ in range(3)]
    assert answered == ["arp", "icmp", "icmp"]
    assert client.reply(echo)["result"]["protected"]


class MixedStation(Gcmp256Station):
    """GCMP-256 where data to all is CCMP-128's."""

    rsne = element("09", "04")
    gtk_length = 16

    def take_gtk(self, plain: bytes) -> int:
        """The group key is another cipher's."""
        key_id = super().take_gtk(plain)
        at = plain.index(bytes.fromhex("dd16000fac01"))
        self.gtk[key_id] = CcmpFrame(plain[at + 8 : at + 24], key_id)
        return key_id


@pytest.mark.parametrize("kind", [MixedStation, SoftStation])
def test_of_several_ciphers_a_station_chooses_one(air: AirProcess, kind: type[SoftStation]) -> None:
    """Each has its own; what goes to all is under the one that they share."""
    client = air.on_air(pairwise_ciphers=["gcmp-256", "ccmp-128"])
    station = air.station(kind=kind)
    station.probe(b"hil-net")
    offered = bytes.fromhex("0100000fac040200000fac09000fac040100000fac02")
    assert offered in station.next_frame()
    station.authenticate()
    station.associate()
    station.m2(station.key_message())
    m3 = station.key_message()
    plain = station.check(m3)
    assert offered in plain
    station.take_gtk(plain)
    pdu = station.key_pdu(0x030A, m3.replay, b"", b"", station.kck)
    station.data(bytes.fromhex("aaaa03000000888e") + pdu, protect=False)
    station.install()
    echo = client.post("echo", count=1, timeout_s=10)
    assert [station.answer(station.next_frame()) for _ in range(2)] == ["arp", "icmp"]
    assert client.reply(echo)["result"]["protected"]


def test_a_station_with_another_cipher_is_refused(air: AirProcess) -> None:
    """Status 42 for its pairwise cipher, 41 for its group cipher."""
    air.on_air(pairwise_ciphers=["gcmp-256"])
    station = air.station(kind=Gcmp256Station)
    station.authenticate()
    for refused, status in ((element("04", "09"), 42), (element("09", "04"), 41)):
        station.assoc_request(refused)
        assert station.assoc_status() == status


class IntegrityStation(ProtectedStation):
    """A station with BIP-GMAC-256."""

    rsne = element("04", "04", CAPABLE + "0000" + "000fac0c")

    def take_gtk(self, plain: bytes) -> int:
        """The IGTK has 32 bytes."""
        at = plain.index(bytes.fromhex("dd2c000fac09"))
        self.igtk = plain[at + 6], plain[at + 14 : at + 46]
        return SoftStation.take_gtk(self, plain)

    def verified(self, frame: bytes) -> tuple[int, bytes]:
        """By AES-GMAC; the element has 26 bytes."""
        assert frame[-26:-22] == bytes((76, 24, self.igtk[0], 0))
        pn = int.from_bytes(frame[-22:-16], "little")
        covered = frame[:2] + frame[4:22] + frame[24:-16] + bytes(16)
        nonce = frame[10:16] + pn.to_bytes(6, "big")
        assert AESGCM(self.igtk[1]).encrypt(nonce, b"", covered) == frame[-16:]
        return pn, frame[24:-26]


def test_a_group_management_cipher(air: AirProcess) -> None:
    """A deauthentication to all carries its code; a station with another one is refused (46)."""
    client = air.on_air(pmf="optional", group_mgmt_cipher="bip-gmac-256")
    station = air.station(kind=IntegrityStation)
    station.authenticate()
    station.assoc_request(element("04", "04", CAPABLE))
    assert station.assoc_status() == 46
    station.join()
    assert client.state("authorized")
    client.call("deauthenticate", reason=3, broadcast=True)
    assert station.verified(station.next_frame())[1] == b"\3\0"


def test_beacons_are_protected(air: AirProcess) -> None:
    """Announced in the beacon (extended capabilities, bit 84); the BIGTK of M3 verifies it."""
    air.on_air(pmf="required", beacon_protection=True)
    station = air.station(kind=ProtectedStation)
    station.authenticate()
    station.associate()
    station.m2(station.key_message())
    plain = station.check(station.key_message())
    at = plain.index(bytes.fromhex("dd1c000fac0e"))
    bigtk, number = plain[at + 14 : at + 30], plain[at + 6]
    assert number == 6
    seen = len(station.beacons)
    while len(station.beacons) < seen + 2:
        station.pump()
    numbers = []
    for _, beacon in station.beacons[-2:]:
        assert bytes.fromhex("7f0b0000000000000000000010") in beacon
        assert beacon[-18:-14] == bytes((76, 16, number, 0))
        code = CMAC(AES(bigtk))
        code.update(beacon[:2] + beacon[4:22] + bytes(8) + beacon[32:-8] + bytes(8))
        assert code.finalize()[:8] == beacon[-8:]
        numbers.append(int.from_bytes(beacon[-14:-8], "little"))
    assert numbers[1] > numbers[0] > int.from_bytes(plain[at + 8 : at + 14], "little")


def test_what_does_not_fit_is_refused(air: AirProcess) -> None:
    """A message that says which key, and what would do."""
    for change, told in (
        ({"pairwise_ciphers": ["rot13"]}, "network.pairwise_ciphers: a list out of ccmp-128,"),
        ({"group_mgmt_cipher": "bip-gmac-256"}, "group_mgmt_cipher goes with pmf = 'optional'"),
        ({"beacon_protection": True}, "beacon_protection: it goes with pmf = 'optional'"),
    ):
        with pytest.raises(AssertionError, match=told):
            air.on_air(**change)
