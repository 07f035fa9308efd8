# SPDX-License-Identifier: GPL-2.0-or-later
"""WMM: elements, and data with QoS to and from a station on the real air."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.ap.wmm import Uapsd, qos_info, uapsd_of, wmm_parameters
from tests.unit.hwsim.conftest import AirProcess
from tests.unit.hwsim.qos_station import QosStation

INFORMATION = bytes.fromhex("dd070050f202000100")


def test_the_parameter_element() -> None:
    """The one that access points with the default parameters send, as in any capture of them."""
    usual = "dd180050f2020101000003a4000027a4000042435e0062322f00"
    assert wmm_parameters().hex() == usual
    assert wmm_parameters(uapsd=True).hex() == usual.replace("010100", "010180", 1)


@pytest.mark.parametrize(
    ("elements", "info"),
    [
        (INFORMATION, 0),
        (INFORMATION[:-1] + b"\x6f", 0x6F),
        (b"", None),
        (bytes.fromhex("dd060050f2020001"), None),
        (bytes.fromhex("dd070050f202010100"), None),
        (bytes.fromhex("dd070050f201000100"), None),
        (b"\x30\x40" + INFORMATION, None),
    ],
)
def test_a_stations_element(elements: bytes, info: int | None) -> None:
    """Its information, version 1, with the QoS Info field."""
    assert qos_info(elements) == info


@pytest.mark.parametrize(
    ("info", "told"),
    [(0, None), (0x60, None), (0x0F, Uapsd(15, 0)), (0x28, Uapsd(8, 2)), (0x61, Uapsd(1, 6))],
)
def test_automatic_power_save_delivery(info: int, told: Uapsd | None) -> None:
    """Four categories by bit, and how many frames at once above them."""
    assert uapsd_of(info) == told


@given(st.binary(max_size=40))
def test_rubbish(body: bytes) -> None:
    """Whatever comes is such an element or none."""
    for whole in (body, INFORMATION + body, b"\xdd\x40\x00\x50\xf2\x02\x00\x01" + body):
        info = qos_info(whole)
        assert info is None or uapsd_of(info) is None or 0 <= info <= 0xFF


def test_data_with_qos(air: AirProcess) -> None:
    """EAPOL-Key frames and echoes go with QoS control to a station that has WMM, protected ones
    too; broadcasts go without."""
    air.on_air(wmm=True, timers={"first_ms": 60_000, "next_ms": 60_000})
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
