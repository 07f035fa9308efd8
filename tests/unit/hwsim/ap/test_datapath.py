# SPDX-License-Identifier: GPL-2.0-or-later
"""The little host's packets: parsing of what a station sends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap import templates
from hwsim.ap.datapath import checksum, parse_icmp, payload_kind
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
