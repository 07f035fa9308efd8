# SPDX-License-Identifier: GPL-2.0-or-later
"""The templates as scapy reads them back: fields where the hot path patches them."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from scapy.layers.dot11 import Dot11, Dot11Beacon, Dot11Elt, Dot11ProbeResp
from scapy.layers.inet import ICMP, IP
from scapy.layers.l2 import ARP, LLC

from hwsim import eapol
from hwsim.ap import templates
from hwsim.ap.network import Network
from hwsim.ap.power_save import Waiting, tim
from hwsim.ap.security.key_suite import HMAC_SHA1
from tests.unit.hwsim.ap.environment import mode_of

RSNE = bytes.fromhex("30140100000fac040100000fac040100000fac020000")
BSSID = bytes.fromhex("0248494c0001")


def network(channel: int = 6) -> Network:
    """A network to build templates for."""
    addresses = IPv4Address("10.77.0.1"), IPv4Address("10.77.0.2")
    return Network(b"hil", "passphrase", channel, BSSID, *addresses)


def elements(packet: Dot11) -> dict[int, bytes]:
    """The elements of a frame by identifier."""
    found = {}
    layer = packet.getlayer(Dot11Elt)
    while layer:
        found[layer.ID] = bytes(layer)[2 : 2 + layer.len]
        layer = layer.payload.getlayer(Dot11Elt)
    return found


def beacon_of(network: Network) -> bytes:
    """A beacon that tells of no frames that wait."""
    head, last = templates.beacon(network, mode_of(network))
    return head + tim(0, network.dtim_period, Waiting()) + last


@pytest.mark.parametrize(("channel", "freq"), [(1, 2412), (6, 2437), (36, 5180), (149, 5745)])
def test_beacon(channel: int, freq: int) -> None:
    """The beacon names SSID, rates, channel, TIM and RSN, in ascending order of identifiers."""
    packet = Dot11(beacon_of(network(channel)))
    assert packet.addr1 == "ff:ff:ff:ff:ff:ff"
    assert packet.addr2 == packet.addr3 == "02:48:49:4c:00:01"
    assert packet[Dot11Beacon].beacon_interval == 100
    found = elements(packet)
    assert list(found) == sorted(found)
    assert found[0] == b"hil"
    assert found[5] == bytes((0, 2, 0, 0))
    assert found[48] == RSNE[2:]
    assert network(channel).freq_mhz == freq
    assert (3 in found) == (channel <= 14)


def test_beacon_of_choice() -> None:
    """Interval and DTIM period are the network's; a hidden one has an empty name in its beacon, and
    its own in the probe response."""
    quiet = replace(network(), hidden=True, beacon_interval_tu=400, dtim_period=3)
    beacon, response = (
        Dot11(beacon_of(quiet)),
        Dot11(templates.probe_response(quiet, mode_of(quiet))),
    )
    assert (beacon[Dot11Beacon].beacon_interval, elements(beacon)[5][1]) == (400, 3)
    assert elements(beacon)[0] == b""
    assert elements(response)[0] == b"hil"


def test_probe_response_has_no_tim() -> None:
    """A probe response is a beacon without TIM."""
    packet = Dot11(templates.probe_response(network(), mode_of(network())))
    assert packet.haslayer(Dot11ProbeResp)
    assert 5 not in elements(packet)


def test_duration_stands_in_little_endian() -> None:
    """Duration of an acknowledged frame: 314 µs, in the byte order of 802.11."""
    frames = [
        templates.probe_response(network(), mode_of(network())),
        templates.authentication(network()),
        templates.association_response(network(), mode_of(network())),
        templates.deauthentication(network()),
        templates.data_header(network()),
    ]
    assert {frame[2:4] for frame in frames} == {b"\x3a\x01"}


def test_eapol_key_layout() -> None:
    """An EAPOL-Key frame of 95 bytes and its data behind 802.11 and LLC/SNAP."""
    template = templates.eapol_key(network(), HMAC_SHA1, 0x13C8, 16)
    frame = templates.with_key_data(template, bytes(56))
    assert frame[24:32].hex() == "aaaa03000000888e"
    assert frame[templates.AT_EAPOL :][:4] == bytes((2, 3)) + (95 + 56).to_bytes(2, "big")
    assert len(frame) == 32 + 4 + 95 + 56
    assert frame[36:41].hex() == "0213ca0010"


def test_packets_behind_the_access_point() -> None:
    """ARP and ICMP echo are what scapy reads as such, with right checksums and addresses."""
    arp = LLC(templates.arp(network(), reply=False))[ARP]
    assert (arp.op, arp.psrc, arp.pdst) == (1, "10.77.0.1", "10.77.0.2")
    echo = LLC(templates.echo_request(network()))
    assert echo[IP].dst == "10.77.0.2"
    assert echo[ICMP].type == 8
    assert bytes(echo[ICMP].payload) == templates.ECHO_PAYLOAD


def test_a_longer_mic_moves_the_key_data() -> None:
    """With 24 bytes of MIC, as AKM 00-0F-AC:12 has, the key data begins 8 bytes later."""
    suite = replace(HMAC_SHA1, descriptor_version=0, mic_length=24)
    template = templates.eapol_key(network(), suite, 0x13C8, 32)
    frame = templates.with_key_data(template, bytes(56))
    assert len(frame) == 32 + 4 + 103 + 56
    assert frame[39:41].hex() == "0020"
    key = eapol.parse_key_frame(bytes(frame[templates.AT_EAPOL :]), 24)
    assert (key.info, len(key.mic), len(key.key_data)) == (0x13C8, 24, 56)
