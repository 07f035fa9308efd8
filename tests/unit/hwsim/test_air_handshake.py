# SPDX-License-Identifier: GPL-2.0-or-later
"""Wrong and hostile stations: what the authenticator and the data path make of them."""

from __future__ import annotations

import struct

import pytest

from tests.unit.hwsim.conftest import AirProcess, Client
from tests.unit.hwsim.soft_station import LLC_ARP, LLC_EAPOL, RSNE, SoftStation

QUICK = {"first_ms": 20, "next_ms": 30, "group_first_ms": 20}


def associated(air: AirProcess, **changes: str) -> tuple[Client, SoftStation]:
    """The air with quick retries, and a station that is associated."""
    client = air.on_air(timers=QUICK)
    station = air.station(**changes)
    station.authenticate()
    station.associate()
    return client, station


def drain(station: SoftStation) -> tuple[list[str], int]:
    """What comes until the deauthentication, and its reason."""
    names = []
    while True:
        frame = station.next_frame()
        if frame[0] == 0xC0:
            return names, station.reason(frame)
        names.append(station.parse_key(frame).name)


def test_silence_ends_with_reason_15(air: AirProcess) -> None:
    """Four M1 without an answer, then deauthentication: 4-way handshake timeout."""
    client, station = associated(air)
    assert drain(station) == (["M1"] * 4, 15)
    assert client.state("gone")["reason"] == 15
    counters = [client.frame("M1", nth)["replay_counter"] for nth in (1, 2, 3, 4)]
    assert counters == [1, 2, 3, 4]
    assert [client.frame("M1", nth)["retry"] for nth in (1, 2, 3, 4)] == [False, True, True, True]


def test_no_m4_ends_with_reason_15(air: AirProcess) -> None:
    """M3 has four tries of its own."""
    _client, station = associated(air)
    station.m2(station.key_message())
    assert drain(station) == (["M3"] * 4, 15)


def test_no_g2_ends_with_reason_16(air: AirProcess) -> None:
    """Four G1 without an answer, then deauthentication: group key handshake timeout."""
    client, station = associated(air)
    station.m2(station.key_message())
    station.m4(station.key_message())
    station.install()
    client.state("authorized")
    number = client.post("rekey_group")
    assert drain(station) == (["G1"] * 4, 16)
    assert client.reply(number)["result"] == {"stations": 1}


def test_wrong_passphrase(air: AirProcess) -> None:
    """M2 with another PMK's MIC is ignored and counted until the tries are over."""
    client, station = associated(air, passphrase="wrong passphrase")
    station.m2(station.key_message())
    _, reason = drain(station)
    assert reason == 15
    m2 = client.frame("M2")
    assert (m2["mic_ok"], m2["detail"]) == (False, {"ignored": "MIC"})
    assert client.call("stop")["ignored"] == 1


def test_spoiled_mic_then_right_one(air: AirProcess) -> None:
    """A forged M2 does not disturb the handshake of the real one."""
    client, station = associated(air)
    m1 = station.key_message()
    station.m2(m1, spoil=True)
    station.m2(m1)
    while (key := station.key_message()).name != "M3":
        pass
    station.m4(key)
    client.state("authorized")
    assert [client.frame("M2", nth)["mic_ok"] for nth in (1, 2)] == [False, True]


def test_forged_m4(air: AirProcess) -> None:
    """An M4 without the right MIC does not authorize."""
    client, station = associated(air)
    station.m2(station.key_message())
    m3 = station.key_message()
    good, station.ptk = station.ptk, bytes(48)
    forged = station.key_pdu(0x030A, m3.replay, b"", b"", station.kck)
    station.data(LLC_EAPOL + forged, protect=False)
    station.ptk = good
    assert client.frame("M4")["mic_ok"] is False
    station.m4(station.key_message())
    client.state("authorized")


def test_stale_replay_counter(air: AirProcess) -> None:
    """An M2 that answers no M1 of ours is ignored without looking at its MIC."""
    client, station = associated(air)
    m1 = station.key_message()
    m1.replay += 1000
    station.m2(m1)
    m2 = client.frame("M2")
    assert m2["detail"] == {"ignored": "replay counter"}
    assert m2["mic_ok"] is None


def test_m4_in_place_of_m2(air: AirProcess) -> None:
    """A message out of turn is ignored; the note says what is waited for."""
    client, station = associated(air)
    m1 = station.key_message()
    station.data(LLC_EAPOL + station.key_pdu(0x030A, m1.replay, b"", b"", bytes(16)))
    assert client.frame("M4")["detail"] == {"ignored": "waiting for M2"}


def test_replayed_m4(air: AirProcess) -> None:
    """The same M4 again, after the handshake, changes nothing."""
    client, station = associated(air)
    station.m2(station.key_message())
    m3 = station.key_message()
    station.m4(m3)
    client.state("authorized")
    station.m4(m3)
    assert client.frame("M4", 2)["detail"] == {"ignored": "replay counter"}
    assert client.frame("M4", 2)["retry"]


def test_new_snonce_restarts_m3(air: AirProcess) -> None:
    """M2 with another SNonce while M4 is awaited derives the keys anew (as hostapd does)."""
    client = air.on_air(timers={**QUICK, "next_ms": 2000})
    rule = {"message": "M1", "nth": 1, "action": "drop-ack"}
    client.call("begin", association=1, rules=[rule])
    station = air.station()
    station.authenticate()
    station.associate()
    first = station.key_message()
    second = station.key_message()
    station.m2(first)
    station.key_message()
    station.snonce = bytes(range(32))
    station.m2(second)
    while (m3 := station.key_message()).replay < 4:
        pass
    station.m4(m3)
    client.state("authorized")
    assert client.frame("M4")["mic_ok"]


def test_an_m4_that_answers_an_m3_before_a_group_rekey(air: AirProcess) -> None:
    """The station has the group key of the M3 it answers, whatever the later one says: it is given
    the newest one."""
    client, station = associated(air)
    station.m2(station.key_message())
    first = station.key_message()
    assert client.call("rekey_group") == {"stations": 0}
    while station.key_message().replay == first.replay:
        pass
    station.m4(first)
    client.state("authorized")
    station.install()
    station.next_of(0x08)
    assert client.frame("G1")["replay_counter"] > first.replay


@pytest.mark.parametrize(
    "rsne",
    [b"", RSNE[:-2] + b"\x01\x00", RSNE[:1] + b"\x7f" + RSNE[2:]],
    ids=["missing", "other capabilities", "over the end"],
)
def test_rsne_of_m2_differs(air: AirProcess, rsne: bytes) -> None:
    """An M2 whose RSNE is not the association request's ends with reason 17."""
    client, station = associated(air)
    station.m2(station.key_message(), rsne or b"\xdd\x00")
    _, reason = drain(station)
    assert reason == 17
    assert "RSNE" in client.frame("M2")["detail"]["ignored"]


@pytest.mark.parametrize(
    ("rsne", "status"),
    [
        (b"", 40),
        (b"\x30\x02\x02\x00", 44),
        (RSNE[:10] + bytes.fromhex("000fac02") + RSNE[14:], 42),
        (b"\x30\x7f\x01", 40),
    ],
)  # fmt: skip
def test_association_refused(air: AirProcess, rsne: bytes, status: int) -> None:
    """A request whose RSNE does not fit is refused with its status code; a right one may follow."""
    client = air.on_air()
    station = air.station()
    station.authenticate()
    station.assoc_request(rsne)
    assert station.assoc_status() == status
    assert client.frame("assoc-resp")["detail"]["status"] == status
    station.associate()


def test_association_to_another_ssid(air: AirProcess) -> None:
    """A request for another network is refused."""
    air.on_air()
    station = air.station()
    station.authenticate()
    station.assoc_request(ssid=b"other")
    assert station.assoc_status() == 1


def test_association_without_authentication(air: AirProcess) -> None:
    """Class 2 before authentication: deauthentication with reason 6."""
    air.on_air()
    station = air.station()
    station.assoc_request()
    assert station.reason(station.next_frame()) == 6


def test_data_without_association(air: AirProcess) -> None:
    """Class 3 before association: deauthentication with reason 7."""
    air.on_air()
    station = air.station()
    station.data(LLC_ARP + bytes(28))
    assert station.reason(station.next_frame()) == 7


def test_shared_key_authentication(air: AirProcess) -> None:
    """Another algorithm than open system is refused with status 13."""
    air.on_air()
    station = air.station()
    station.management(11, struct.pack("<HHH", 1, 1, 0))
    assert struct.unpack_from("<H", station.next_frame(), 28)[0] == 13


def test_key_reinstallation_shows(air: AirProcess) -> None:
    """A station that starts its packet numbers over is noted with the numbers."""
    client, station = associated(air)
    station.m2(station.key_message())
    station.m4(station.key_message())
    station.install()
    client.state("authorized")
    arp = bytes.fromhex("0001080006040001") + station.mac + station.ip + bytes(6)
    for _ in range(2):
        station.data(LLC_ARP + arp + bytes((10, 77, 0, 1)))
        station.next_frame()
    station.install()
    station.data(LLC_ARP + arp + bytes((10, 77, 0, 1)))
    record = client.frame("arp", 3, "up")
    assert record["pn"] == 1
    assert record["detail"] == {"pn_check": "went back", "pn_last": 2, "ignored": "packet number"}


def test_unprotected_and_undecryptable_data(air: AirProcess) -> None:
    """Data in the clear or under a wrong key is not answered; the record says why."""
    client, station = associated(air)
    station.m2(station.key_message())
    station.m4(station.key_message())
    client.state("authorized")
    arp = bytes.fromhex("0001080006040001") + station.mac + station.ip + bytes(6)
    station.data(LLC_ARP + arp + bytes((10, 77, 0, 1)), protect=False)
    assert client.frame("arp")["detail"] == {"ignored": "not protected by the key in use"}
    station.ptk = bytes(48)
    station.install()
    station.data(LLC_ARP + arp + bytes((10, 77, 0, 1)))
    record = client.frame("data")
    assert record["detail"] == {"decrypt": "failed"}
    assert record["protected"]


def test_deauthentication_on_request(air: AirProcess) -> None:
    """The client may have the station deauthenticated with a reason of its choice."""
    client, station = associated(air)
    station.key_message()
    client.call("deauthenticate", reason=8)
    frame = station.next_frame()
    while frame[0] != 0xC0:
        frame = station.next_frame()
    assert station.reason(frame) == 8
    assert client.state("gone")["reason"] == 8


def test_station_leaves(air: AirProcess) -> None:
    """A station's deauthentication ends its handshake; nothing more is sent to it."""
    client, station = associated(air)
    station.key_message()
    station.management(12, struct.pack("<H", 3))
    assert client.state("gone")["reason"] == 3
    assert client.call("status")["stations"] == []
