# SPDX-License-Identifier: GPL-2.0-or-later
"""Opportunistic Wireless Encryption: published secrets, stations on the real air, refusals."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import struct
from collections.abc import Mapping
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap.security.owe import OWE_SUITES, diffie_hellman, exchanged
from hwsim.ap.station import Station
from hwsim.errors import WireError
from tests.unit.hwsim.ap.environment import mode_of
from tests.unit.hwsim.ap.test_templates import network
from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.sae_station import SaeStation
from tests.unit.hwsim.soft_station import SoftStation

CURVES: Mapping[int, ec.EllipticCurve] = {
    19: ec.SECP256R1(), 20: ec.SECP384R1(), 21: ec.SECP521R1(),
}  # fmt: skip
PUBLISHED = {
    19: (
        "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
        "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63",
        "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de",
    ),
    20: (
        "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896"
        "783ab194",
        "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0"
        "774a3571",
        "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a2"
        "70f59746",
    ),
}
"""RFC 5903, 8.1 and 8.2: our private key, the other's public x, the shared secret."""


@pytest.mark.parametrize("group", PUBLISHED)
def test_the_secret_is_as_published(group: int) -> None:
    """The PMK comes of the published secret, by HKDF over both public keys (RFC 8110, 4.4)."""
    private, theirs, secret = PUBLISHED[group]
    own = ec.derive_private_key(int(private, 16), CURVES[group])
    exchange = exchanged(group, bytes.fromhex(theirs), own)
    salt = exchange.theirs + exchange.ours + struct.pack("<H", group)
    digest = OWE_SUITES[group].digest
    prk = hmac.digest(salt, bytes.fromhex(secret), digest)
    assert exchange.pmk == hmac.digest(prk, b"OWE Key Generation\1", digest)
    assert exchange.pmkid == hashlib.new(digest, exchange.theirs + exchange.ours).digest()[:16]
    assert exchange.pmk.hex() not in repr(exchange)


@pytest.mark.parametrize("theirs", [b"", b"\xff" * 32, bytes(31), b"\0" * 31 + b"\2"])
def test_keys_that_are_none(theirs: bytes) -> None:
    """Of another length, above p, or of no point."""
    with pytest.raises(WireError):
        exchanged(19, theirs, ec.generate_private_key(CURVES[19]))


@given(st.binary(max_size=80))
def test_rubbish(elements: bytes) -> None:
    """The declared error only."""
    for body in (elements, b"\xff\x05\x20" + elements):
        with contextlib.suppress(WireError):
            found = diffie_hellman(body)
            if found is not None and found[0] in OWE_SUITES:
                exchanged(*found, ec.generate_private_key(CURVES[found[0]]))


def test_a_pmk_forgotten_over_those_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A station that associated before they came has none any more: it is told so by None."""
    monkeypatch.setattr("hwsim.ap.pmksa.MAX_KEPT", 1)
    mode = mode_of(replace(network(), security="owe", pmf="required"))
    key = ec.generate_private_key(CURVES[19]).public_key().public_numbers().x.to_bytes(32, "big")
    first, second = (b"\2" + bytes(4) + bytes((number,)) for number in (1, 2))
    for mac in (first, second):
        given = OweStation.rsne + b"\xff\x23\x20\x13\0" + key
        assert mode.associate(mac, given).status == 0
    assert mode.pmk(Station(first)) is None
    assert mode.pmk(Station(second)) is not None


class OweStation(SaeStation):
    """A station with OWE of group 19, by its own reading of RFC 8110."""

    rsne = bytes.fromhex("30140100000fac040100000fac040100000fac12c000")
    version = 0
    group = 19
    digest = "sha256"

    def authenticate(self) -> None:
        """By the open system."""
        SoftStation.authenticate(self)

    def associate(self) -> None:
        """With an exchange; it must succeed."""
        curve = CURVES[self.group]
        private = ec.generate_private_key(curve)
        size = (curve.key_size + 7) // 8
        own = private.public_key().public_numbers().x.to_bytes(size, "big")
        group = struct.pack("<H", self.group)
        self.assoc_request(self.rsne + bytes((255, 3 + size, 32)) + group + own)
        frame = self.next_frame()
        assert struct.unpack_from("<H", frame, 26)[0] == 0
        at = frame.index(bytes((255, 3 + size, 32)) + group)
        theirs = frame[at + 5 : at + 5 + size]
        point = ec.EllipticCurvePublicKey.from_encoded_point(curve, b"\3" + theirs)
        secret = private.exchange(ec.ECDH(), point)
        prk = hmac.digest(own + theirs + group, secret, self.digest)
        self.pmk = hmac.digest(prk, b"OWE Key Generation\1", self.digest)
        self.pmkid = hashlib.new(self.digest, own + theirs).digest()[:16]

    def expand(self, context: bytes) -> bytes:
        """The KDF of the group's hash, for KCK, KEK and a TK of 16 bytes."""
        size = self.kck_length + self.kek_length + 16
        text = b"Pairwise key expansion" + context + struct.pack("<H", 8 * size)
        blocks = (
            hmac.digest(self.pmk, struct.pack("<H", i) + text, self.digest) for i in (1, 2, 3)
        )
        return b"".join(blocks)[:size]

    def mic(self, kck: bytes, pdu: bytes) -> bytes:
        """An HMAC of the group's hash, cut short."""
        return hmac.digest(kck, pdu, self.digest)[: self.mic_length]


class OweStation20(OweStation):
    """The same of group 20: SHA-384 and longer keys."""

    group, digest = 20, "sha384"
    kck_length, kek_length, mic_length = 24, 32, 24


class OweStation21(OweStation):
    """The same of group 21: SHA-512, and longer keys still."""

    group, digest = 21, "sha512"
    kck_length, kek_length, mic_length = 32, 32, 32


@pytest.mark.parametrize("kind", [OweStation, OweStation20, OweStation21])
def test_a_station_joins_and_passes_data(air: AirProcess, kind: type[OweStation]) -> None:
    """Each group with its own lengths; M1 has the PMKID, the group is rekeyed."""
    client = air.on_air(security="owe")
    station = air.station(kind=kind)
    assert isinstance(station, OweStation)
    station.authenticate()
    station.associate()
    m1 = station.key_message()
    assert m1.data == b"\xdd\x14\x00\x0f\xac\x04" + station.pmkid
    station.m2(m1)
    station.m4(station.key_message())
    station.install()
    assert client.state("authorized")
    rekey = client.post("rekey_group")
    station.g2(station.key_message())
    assert client.reply(rekey)["result"] == {"stations": 1}
    echo = client.post("echo", count=1, timeout_s=10)
    assert [station.answer(station.next_frame()) for _ in range(2)] == ["arp", "icmp"]
    assert client.reply(echo)["result"]["protected"]


@pytest.mark.parametrize(
    ("element", "status"),
    [
        ("", 40),
        ("ff03201600", 77),
        ("ff03201400", 77),
        ("ff03201300", 1),
        ("ff022013", 1),
        ("ff23201300" + "ff" * 32, 1),
    ],
)
def test_what_is_refused(air: AirProcess, element: str, status: int) -> None:
    """No element, groups that are unknown or not enabled, and keys that are none."""
    air.on_air(security="owe", owe_groups=[19])
    station = air.station()
    station.authenticate()
    station.assoc_request(OweStation.rsne + bytes.fromhex(element))
    assert station.assoc_status() == status


def test_a_request_that_comes_again(air: AirProcess) -> None:
    """The same answer, since the first may have been lost."""
    air.on_air(security="owe")
    station = air.station()
    station.authenticate()
    private = ec.generate_private_key(CURVES[19])
    own = private.public_key().public_numbers().x.to_bytes(32, "big")
    answers = []
    for _ in range(2):
        station.assoc_request(OweStation.rsne + bytes.fromhex("ff23201300") + own)
        frame = station.next_frame()
        while frame[0] != 0x10:
            frame = station.next_frame()
        answers.append(frame[24:])
    assert answers[0] == answers[1]


def test_a_bad_request_behind_a_good_one(air: AirProcess) -> None:
    """It is refused, and no handshake follows: the first answer was never acknowledged. The air
    goes on."""
    client = air.on_air(security="owe", timers={"first_ms": 40})
    lost = {"message": "assoc-resp", "nth": 1, "action": "drop"}
    client.call("begin", association=5, rules=[lost])
    station = air.station()
    station.authenticate()
    private = ec.generate_private_key(CURVES[19])
    own = private.public_key().public_numbers().x.to_bytes(32, "big")
    for key in (own, b"\xff" * 32):
        station.assoc_request(OweStation.rsne + bytes.fromhex("ff23201300") + key)
    assert station.assoc_status() == 1
    station.authenticate()
    assert "M1" not in client.kinds()


def test_a_kept_pmk(air: AirProcess) -> None:
    """A station that names it gets its name back, and no public key (RFC 8110, 4.5)."""
    air.on_air(security="owe")
    station = air.station(kind=OweStation)
    assert isinstance(station, OweStation)
    station.join()
    air.client.state("authorized")
    air.client.call("deauthenticate", reason=3)
    station.next_frame()
    air.client.state("gone")
    rsne = OweStation.rsne[:1] + bytes((OweStation.rsne[1] + 18,)) + OweStation.rsne[2:]
    station.rsne, station.tk = rsne + b"\1\0" + station.pmkid, None
    SoftStation.authenticate(station)
    station.assoc_request()
    response = station.next_frame()
    assert struct.unpack_from("<H", response, 26)[0] == 0
    assert station.pmkid in response
    assert b"\xff\x23\x20" not in response
    m1 = station.key_message()
    assert m1.data == b"\xdd\x14\x00\x0f\xac\x04" + station.pmkid
