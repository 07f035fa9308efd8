# SPDX-License-Identifier: GPL-2.0-or-later
"""Management frame protection on the real air: what is protected, believed, asked and refused."""

from __future__ import annotations

import struct

import pytest
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from tests.unit.hwsim.conftest import AirProcess, Client
from tests.unit.hwsim.soft_station import CcmpFrame, SoftStation

REQUEST = bytes.fromhex("0800")
RESPONSE = bytes.fromhex("0801")


class CcmpManagement(CcmpFrame):
    """CCMP of management frames: whole subtype, no QoS, the nonce's management flag."""

    @staticmethod
    def _inputs(header: bytes, pn: int) -> tuple[bytes, bytes]:
        aad = bytes([header[0], (header[1] & 0xC7) | 0x40]) + header[4:22]
        return b"\x10" + header[10:16] + pn.to_bytes(6, "big"), aad + bytes([header[22] & 15, 0])


class ProtectedStation(SoftStation):
    """A station that requires management frame protection, by its own reading of the standard."""

    rsne = bytes.fromhex("30140100000fac040100000fac040100000fac02c000")
    igtk: tuple[int, bytes] = (0, b"")

    def take_gtk(self, plain: bytes) -> int:
        """Of the IGTK too: it must be there."""
        at = plain.index(bytes.fromhex("dd1c000fac09"))
        self.igtk = plain[at + 6], plain[at + 14 : at + 30]
        return super().take_gtk(plain)

    def robust(self, subtype: int, body: bytes, *, protect: bool = True) -> None:
        """Send a robust management frame."""
        header = self.header(bytes([subtype << 4, 0]), self.bssid, self.bssid)
        if not protect:
            self.send_frame(header + body)
            return
        self.tx_pn += 1
        tk_at = self.kck_length + self.kek_length
        key = CcmpManagement(self.ptk[tk_at : tk_at + 16])
        self.send_frame(key.seal(header, body, self.tx_pn))

    def open_robust(self, frame: bytes) -> bytes:
        """The body of a protected one."""
        assert frame[1] & 0x40, frame.hex()
        tk_at = self.kck_length + self.kek_length
        return CcmpManagement(self.ptk[tk_at : tk_at + 16]).open(frame)[1]

    def verified(self, frame: bytes) -> tuple[int, bytes]:
        """Packet number and body of a group addressed one, its code verified."""
        assert frame[-18:-14] == bytes((76, 16, self.igtk[0], 0))
        code = CMAC(AES(self.igtk[1]))
        code.update(frame[:2] + frame[4:22] + frame[24:-8] + bytes(8))
        assert code.finalize()[:8] == frame[-8:]
        return int.from_bytes(frame[-14:-8], "little"), frame[24:-18]


@pytest.fixture
def joined(air: AirProcess) -> tuple[Client, ProtectedStation]:
    """A station with its keys in a network that requires protection."""
    client = air.on_air(pmf="required")
    station: SoftStation = air.station(kind=ProtectedStation)
    assert isinstance(station, ProtectedStation)
    station.join()
    client.state("authorized")
    return client, station


def test_deauthentication_is_protected(joined: tuple[Client, ProtectedStation]) -> None:
    """To one station under its pairwise key; the record has the packet number."""
    client, station = joined
    client.call("deauthenticate", reason=3)
    assert station.open_robust(station.next_frame()) == b"\3\0"
    record = client.frame("deauth")
    assert (record["protected"], record["pn"], record["detail"]["reason"]) == (True, 1, 3)
    client.state("gone")


def test_one_to_all_has_an_integrity_code(joined: tuple[Client, ProtectedStation]) -> None:
    """Of the key that M3 brought, identifier 4; a disassociation alike."""
    client, station = joined
    client.call("disassociate", reason=8, broadcast=True)
    frame = station.next_frame()
    assert (frame[0], frame[2:10]) == (0xA0, b"\0\0" + b"\xff" * 6)
    assert station.igtk[0] == 4
    assert station.verified(frame) == (1, b"\x08\0")
    client.state("gone")


def test_a_rekey_renews_the_integrity_key(joined: tuple[Client, ProtectedStation]) -> None:
    """G1 brings identifier 5, which then signs."""
    client, station = joined
    before = station.igtk
    rekey = client.post("rekey_group")
    station.g2(station.key_message())
    assert client.reply(rekey)["result"] == {"stations": 1}
    client.call("deauthenticate", reason=3, broadcast=True)
    assert station.verified(station.next_frame()) == (1, b"\3\0")
    assert (before[0], station.igtk[0]) == (4, 5)


def test_a_forged_one_changes_nothing(joined: tuple[Client, ProtectedStation]) -> None:
    """It is unprotected, and the access point still knows the station."""
    client, station = joined
    for broadcast in (False, True):
        client.call("deauthenticate", reason=7, forged=True, broadcast=broadcast)
        frame = station.next_frame()
        assert (frame[1] & 0x40, frame[24:]) == (0, b"\7\0")
    assert client.frame("deauth")["detail"]["forged"] == "unprotected"
    assert [one["state"] for one in client.call("status")["stations"]] == ["authorized"]


def test_unprotected_frames_of_the_station_are_ignored(
    joined: tuple[Client, ProtectedStation],
) -> None:
    """A deauthentication of somebody without keys; the protected one counts, and only once."""
    client, station = joined
    station.robust(12, b"\3\0", protect=False)
    assert client.frame("deauth")["detail"]["ignored"] == "not protected"
    station.robust(12, b"\3\0")
    assert client.frame("deauth", 2)["detail"]["reason"] == 3
    client.state("gone")


def test_a_replayed_frame_is_ignored(joined: tuple[Client, ProtectedStation]) -> None:
    """Its packet number is no new one; a number of data frames does not matter here."""
    client, station = joined
    station.robust(13, REQUEST + b"ab")
    assert station.open_robust(station.next_frame()) == RESPONSE + b"ab"
    station.tx_pn -= 1
    station.robust(13, REQUEST + b"cd")
    assert client.frame("action", 2, "up")["detail"]["ignored"] == "packet number"


def test_a_query_is_answered(joined: tuple[Client, ProtectedStation]) -> None:
    """SA Query of the station, under its keys; one in the clear is not."""
    client, station = joined
    station.robust(13, REQUEST + b"xx", protect=False)
    station.robust(13, REQUEST + b"yz")
    assert station.open_robust(station.next_frame()) == RESPONSE + b"yz"
    first, second = (client.frame("action", nth, "up")["detail"] for nth in (1, 2))
    assert (first["ignored"], second["action"]) == ("not protected", "SA Query request")


def test_a_station_with_keys_that_associates_is_asked_first(
    joined: tuple[Client, ProtectedStation],
) -> None:
    """Status 30 with a time to come back; it answers the query, so its association stays."""
    client, station = joined
    station.authenticate()
    station.assoc_request()
    query, answer = sorted((station.next_frame(), station.next_frame()), reverse=True)
    assert struct.unpack_from("<H", answer, 26)[0] == 30
    assert bytes.fromhex("380503e8030000") in answer
    body = station.open_robust(query)
    assert body[:2] == REQUEST
    station.robust(13, RESPONSE + body[2:])
    assert client.frame("action", 1, "up")["detail"]["action"] == "SA Query response"
    echo = client.post("echo", count=1, timeout_s=10)
    assert [station.answer(station.next_frame()) for _ in range(2)] == ["arp", "icmp"]
    assert client.reply(echo)["result"]["protected"]


def test_one_that_lost_its_keys_comes_back(joined: tuple[Client, ProtectedStation]) -> None:
    """It answers no query; a second later it associates as ever."""
    client, station = joined
    known = list(client.events)
    station.authenticate()
    station.assoc_request()
    queries = 0
    while queries < 5:
        frame = station.next_frame()
        queries += frame[0] == 0xD0
    status = 30
    while status == 30:
        station.assoc_request()
        status = station.assoc_status()
    assert status == 0
    station.tk = None
    station.shake()
    client.wait(lambda e: e["event"] == "station" and e["state"] == "authorized" and e not in known)


def test_optional_protection_serves_both(air: AirProcess) -> None:
    """A station without gets no IGTK and plain deauthentications."""
    client = air.on_air(pmf="optional")
    station = air.station()
    station.authenticate()
    station.associate()
    m1 = station.key_message()
    station.m2(m1)
    m3 = station.key_message()
    assert bytes.fromhex("000fac09") not in station.check(m3)
    client.call("deauthenticate", reason=3)
    assert station.reason(station.next_frame()) == 3


@pytest.mark.parametrize(
    ("pmf", "capabilities", "status"),
    [("required", "0000", 31), ("required", "8000", 0), ("disabled", "c000", 45)],
)
def test_who_is_let_in(air: AirProcess, pmf: str, capabilities: str, status: int) -> None:
    """MFPR wants MFPC of the other side, on both sides (12.6.3)."""
    air.on_air(pmf=pmf)
    station = air.station()
    station.authenticate()
    station.assoc_request(ProtectedStation.rsne[:-2] + bytes.fromhex(capabilities))
    assert station.assoc_status() == status
