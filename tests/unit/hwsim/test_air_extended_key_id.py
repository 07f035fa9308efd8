# SPDX-License-Identifier: GPL-2.0-or-later
"""Extended Key ID on the real air: pairwise keys with the identifiers 0 and 1 in turn."""

from __future__ import annotations

from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.soft_station import LLC_EAPOL, CcmpFrame, KeyMessage, SoftStation

PATIENT = {"first_ms": 60_000, "next_ms": 60_000}
"""Nothing is sent again within a test."""
KEY_ID = bytes.fromhex("dd06000fac0a")


class ExtendedStation(SoftStation):
    """A station with both identifiers, by its own reading of IEEE 802.11-2020, 12.7.6.4."""

    rsne = bytes.fromhex("30140100000fac040100000fac040100000fac020020")
    key_id = 0

    def take_gtk(self, plain: bytes) -> int:
        """M3 says which identifier the key has."""
        at = plain.index(KEY_ID)
        self.key_id = plain[at + 6]
        assert plain[at + 7] == 0
        return super().take_gtk(plain)

    def install(self) -> None:
        """Use the pairwise key from now on, under that identifier."""
        super().install()
        assert self.tk is not None
        self.tk.key_id = self.key_id

    def next_key(self, m3: KeyMessage) -> CcmpFrame:
        """The key of a handshake whose M3 is this."""
        self.take_gtk(self.check(m3))
        tk_at = self.kck_length + self.kek_length
        return CcmpFrame(self.ptk[tk_at:], self.key_id)


def test_data_goes_on_under_both_keys(air: AirProcess) -> None:
    """The first key has identifier 0, the next 1, then 0 again. In a renewal the new key opens what
    comes before M4, and the old one what comes behind it."""
    client = air.on_air(extended_key_id=True, timers=PATIENT)
    station = air.station(kind=ExtendedStation)
    station.join()
    client.state("authorized")
    for number, key_id in ((1, 1), (2, 0)):
        rekey = client.post("rekey_pairwise")
        m1 = station.key_message()
        old = station.tk
        assert old is not None
        station.data(LLC_EAPOL + station.m2_pdu(m1))
        m3 = station.key_message()
        new = station.next_key(m3)
        assert station.key_id == key_id
        station.tk = new
        station.data(bytes(16), pn=1)
        station.tk = old
        pdu = station.key_pdu(0x0308 | station.version, m3.replay, b"", b"", station.kck)
        station.data(LLC_EAPOL + pdu)
        assert client.reply(rekey)["result"]["stations"] == 1
        station.data(bytes(16))
        station.tk, station.tx_pn = new, 1
        echo = client.post("echo", count=1, timeout_s=10)
        while station.answer(station.next_frame()) != "icmp":
            pass
        assert client.reply(echo)["result"]["answered"] == 1
        under = [client.frame("data", nth)["detail"] for nth in (2 * number - 1, 2 * number)]
        assert [one.get("key_id", 0) for one in under] == [key_id, 1 - key_id]
        assert not any("decrypt" in one for one in under)


def test_a_key_under_the_identifier_of_the_other_opens_nothing(air: AirProcess) -> None:
    """A station that installs the new key in the old one's place is not heard, and told so."""
    client = air.on_air(extended_key_id=True, timers=PATIENT)
    station = air.station(kind=ExtendedStation)
    station.join()
    client.state("authorized")
    rekey = client.post("rekey_pairwise")
    station.data(LLC_EAPOL + station.m2_pdu(station.key_message()))
    m3 = station.key_message()
    new = station.next_key(m3)
    station.m4(m3, protect=True)
    assert client.reply(rekey)["result"]["stations"] == 1
    new.key_id = 1 - new.key_id
    station.tk = new
    station.data(bytes(16), pn=7)
    told = client.frame("data")["detail"]
    assert (told["decrypt"], told.get("key_id", 0)) == ("failed", new.key_id)


def test_without_it_every_key_has_identifier_0(air: AirProcess) -> None:
    """Where the station does not say it, and where the network does not."""
    client = air.on_air(extended_key_id=True, timers=PATIENT)
    station = air.station()
    station.offered = ExtendedStation.rsne
    station.join()
    client.state("authorized")
    rekey = client.post("rekey_pairwise")
    station.data(LLC_EAPOL + station.m2_pdu(station.key_message()))
    m3 = station.key_message()
    assert KEY_ID not in station.check(m3)
    station.m4(m3, protect=True)
    station.install()
    assert client.reply(rekey)["result"]["stations"] == 1
