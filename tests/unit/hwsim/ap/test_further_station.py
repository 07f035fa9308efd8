# SPDX-License-Identifier: GPL-2.0-or-later
"""Several stations of one guest: each is asked under its own address, and their echoes add up."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from scapy.layers.inet import ICMP, IP
from scapy.layers.l2 import ARP, LLC

from hwsim.ap.datapath import DataPath, Icmp, checksum
from hwsim.ap.echo import EchoResult
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.station import Station
from hwsim.ap.templates import ECHO_PAYLOAD
from hwsim.requests import networks
from tests.unit.hwsim.ap.environment import path_of
from tests.unit.hwsim.conftest import NETWORK


class Chance:
    """The part of the environment a group key needs."""

    def random(self, size: int) -> bytes:
        """Bytes."""
        return bytes(size)


@pytest.fixture
def path() -> DataPath:
    """The data path of an access point whose first station has 10.77.0.2."""
    (network,) = networks(NETWORK)
    environment: ApEnvironment = Chance()  # type: ignore[assignment]
    return path_of(network, environment)


@pytest.mark.parametrize(("number", "address"), [(0, "10.77.0.2"), (1, "10.77.0.3")])
def test_each_is_asked_under_its_own_address(path: DataPath, number: int, address: str) -> None:
    """ARP and echo name it, with right checksums; only its own answers count."""
    station = Station(bytes(6), number=number)
    assert LLC(path.arp_request(station))[ARP].pdst == address
    request = path.echo_request(station, 7, 1)
    packet = LLC(request)[IP]
    assert (packet.dst, packet[ICMP].id) == (address, 7)
    assert checksum(request[8:28]) == 0
    rest = bytes((0, 7, 0, 1)) + ECHO_PAYLOAD
    ap = IPv4Address("10.77.0.1").packed
    answer = Icmp(0, IPv4Address(address).packed, ap, rest)
    assert path.echo_answer(station, answer, 7) == 1
    other = Station(bytes(6), number=1 - number)
    assert path.echo_answer(other, answer, 7) is None


def test_echoes_of_several_stations_add_up() -> None:
    """What is said of all holds only if it held of each."""
    good = EchoResult(2, 2, True, [10, 20], True)
    bad = EchoResult(2, 1, False, [30], False)
    assert good.and_also(good) == EchoResult(4, 4, True, [10, 20, 10, 20], True)
    assert good.and_also(bad) == EchoResult(4, 3, False, [10, 20, 30], False)
