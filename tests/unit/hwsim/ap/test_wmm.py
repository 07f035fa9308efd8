# SPDX-License-Identifier: GPL-2.0-or-later
"""WMM: elements, and data with QoS to and from a station on the real air."""

from __future__ import annotations

import pytest

from hwsim.ap.wmm import has_wmm, wmm_parameters
from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.qos_station import QosStation

INFORMATION = bytes.fromhex("dd070050f202000100")


def test_the_parameter_element() -> None:
    """The one that access points with the default parameters send, as in any capture of them."""
    usual = "dd180050f2020101000003a4000027a4000042435e0062322f00"
    assert wmm_parameters().hex() == usual


@pytest.mark.parametrize(
    ("elements", "there"),
    [
        (INFORMATION, True),
        (b"", False),
        (bytes.fromhex("dd060050f2020001"), False),
        (bytes.fromhex("dd070050f202010100"), False),
        (bytes.fromhex("dd070050f201000100"), False),
    ],
)
def test_a_stations_element(elements: bytes, there: bool) -> None:
    """Its information, version 1, with the QoS Info field."""
    assert has_wmm(elements) == there


def test_data_with_qos(air: AirProcess) -> None:
    """EAPOL-Key frames and echoes go with QoS control to a station that has WMM, protected ones
    too; broadcasts go without."""
    air.on_air(wmm=True)
    station = air.station(kind=QosStation)
    station.join()
    echo = air.client.post("echo", count=1, timeout_s=10)
    assert [station.answer(station.next_frame()) for _ in range(2)] == ["arp", "icmp"]
    assert air.client.reply(echo)["result"]["answered"] == 1


def test_without_wmm_on_either_side(air: AirProcess) -> None:
    """No QoS control where the network has none, whatever the station says."""
    air.on_air()
    station = air.station(kind=QosStation)
    station.authenticate()
    station.associate()
    assert station.next_frame()[0] == 0x08
