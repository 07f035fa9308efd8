# SPDX-License-Identifier: GPL-2.0-or-later
"""The packets of the host behind the access point: what it asks, and what a station sends."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP
from scapy.layers.l2 import ARP, LLC

from hwsim.ap import templates
from hwsim.ap.datapath import DataPath, Icmp, checksum, parse_icmp, payload_kind
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.station import Station
from tests.unit.hwsim.ap.environment import Quiet, path_of
from tests.unit.hwsim.ap.test_templates import network

ECHO = templates.echo_request(network())


def test_checksum() -> None:
    """RFC 1071, section 3: the published sum, and 0 over data with its checksum."""
    data = bytes.fromhex("0001f203f4f5f6f7")
    assert checksum(data) == ~0xDDF2 & 0xFFFF
    assert checksum(data + checksum(data).to_bytes(2, "big")) == 0
    assert checksum(b"\x01") == ~0x0100 & 0xFFFF


def test_icmp_is_found() -> None:
    """An echo request of scapy's making is read in full."""
    icmp = parse_icmp(ECHO)
    assert icmp is not None
    assert icmp.kind == 8
    assert icmp.source == bytes((10, 77, 0, 1))
    assert icmp.destination == bytes((10, 77, 0, 2))
    assert icmp.rest[4:] == templates.ECHO_PAYLOAD
    assert payload_kind(ECHO) == "icmp"


@given(st.integers(8, len(ECHO) - 1), st.integers(1, 255))
def test_damage_is_seen(offset: int, change: int) -> None:
    """A changed byte of an ICMP packet makes it something else: both checksums are looked at."""
    packet = bytearray(ECHO)
    packet[offset] ^= change
    assert parse_icmp(bytes(packet)) is None


@given(st.binary(max_size=80))
def test_rubbish(payload: bytes) -> None:
    """Rubbish is data."""
    assert payload_kind(payload) in ("data", "eapol", "arp", "icmp")
    assert payload_kind(b"\xaa\xaa\x03\0\0\0\x08\0" + payload) in ("data", "icmp")


@pytest.fixture
def path() -> DataPath:
    """The data path of an access point whose first station has 10.77.0.2."""
    environment: ApEnvironment = Quiet()  # type: ignore[assignment]
    return path_of(network(), environment)


@pytest.mark.parametrize(("number", "address"), [(0, "10.77.0.2"), (1, "10.77.0.3")])
def test_each_is_asked_under_its_own_address(path: DataPath, number: int, address: str) -> None:
    """ARP and echo name it, with right checksums; only its own answers count."""
    station = Station(bytes(6), number=number)
    assert LLC(path.arp_request(station))[ARP].pdst == address
    request = path.echo_request(station, 7, 1)
    packet = LLC(request)[IP]
    assert (packet.dst, packet[ICMP].id) == (address, 7)
    assert checksum(request[8:28]) == 0
    rest = bytes((0, 7, 0, 1)) + templates.ECHO_PAYLOAD
    ap = IPv4Address("10.77.0.1").packed
    answer = Icmp(0, IPv4Address(address).packed, ap, rest)
    assert path.echo_answer(station, answer, 7) == 1
    other = Station(bytes(6), number=1 - number)
    assert path.echo_answer(other, answer, 7) is None
