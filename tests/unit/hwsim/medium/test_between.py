# SPDX-License-Identifier: GPL-2.0-or-later
"""Radios that hear each other: who receives, what the sender is told, what is written down."""

from __future__ import annotations

import errno

import pytest

from hwsim.frames import ETHERTYPE_EAPOL, SNAP
from hwsim.medium import between
from hwsim.ports.base import Radio, RadioFrame
from hwsim.records import FrameKind
from tests.unit.hwsim.medium.conftest import (
    BSSID,
    CHANNEL_6,
    CHANNEL_11,
    GROUP,
    HW,
    OTHER_HW,
    STATION,
    Rig,
    data_frame,
)

OTHER = bytes.fromhex("020000000100")
BEACON = b"\x80\x00\x00\x00" + GROUP + OTHER + OTHER + bytes(14)


@pytest.fixture
def pair(rig: Rig) -> Rig:
    """Two radios that hear each other."""
    rig.port.connect(Radio(STATION, HW), Radio(OTHER, OTHER_HW))
    rig.medium.between_radios = True
    return rig


def test_off_at_first(rig: Rig) -> None:
    """Without being asked the medium carries nothing from radio to radio."""
    rig.port.connect(Radio(STATION, HW), Radio(OTHER, OTHER_HW))
    rig.up(OTHER)
    assert rig.port.delivered == []
    assert rig.happened == [("status", False)]


@pytest.mark.parametrize(("code", "acked"), [(0, True), (errno.EINVAL, False)])
def test_a_frame_for_one(pair: Rig, code: int, acked: bool) -> None:
    """It is acknowledged when the kernel has taken it, and recorded as the sender's."""
    pair.port.reports = code
    pair.up(OTHER, freq_mhz=CHANNEL_11)
    (given,) = pair.port.delivered
    assert (given.radio, given.freq_mhz, given.rate_kbps) == (OTHER_HW, CHANNEL_11, 6000)
    assert pair.happened == [("delivered", OTHER_HW, True), ("status", acked)]
    (record,) = pair.records
    assert (record.direction, record.kind, record.acked) == ("up", "data", acked)
    assert (record.delivered, record.detail.get("errno", 0)) == (acked, code)
    assert pair.medium.due == []


def test_a_frame_for_an_access_point(pair: Rig) -> None:
    """It goes there as ever."""
    pair.up(BSSID)
    assert pair.port.delivered == []
    assert ("received", 0) in pair.happened


def test_a_frame_for_a_group(pair: Rig) -> None:
    """All others receive it, and the access point of that channel."""
    pair.up(GROUP)
    assert [given.radio for given in pair.port.delivered] == [OTHER_HW]
    assert ("received", 0) in pair.happened
    assert len(pair.records) == 1


def test_a_frame_for_a_group_where_no_access_point_is(pair: Rig) -> None:
    """Delivered, and by nobody acknowledged."""
    pair.up(GROUP, freq_mhz=CHANNEL_11)
    assert pair.happened == [("delivered", OTHER_HW, False), ("status", False)]
    (record,) = pair.records
    assert (record.delivered, record.acked) == (True, False)


def test_a_beacon(pair: Rig) -> None:
    """Of those there are no records."""
    pair.medium.on_frame(RadioFrame(OTHER_HW, BEACON, CHANNEL_11, 1000, 5, 10))
    pair.turn()
    assert [(given.radio, given.rate_kbps) for given in pair.port.delivered] == [(HW, 1000)]
    assert pair.records == []


@pytest.mark.parametrize(
    ("pdu", "kind"),
    [
        ("02030005", "eapol"),  # cut short
        ("02010000", "eapol-start"),
        ("0203005f02008a0010" + "00" * 90, "M1"),
        ("0203005f0213ca0010" + "00" * 90, "M3"),
    ],
)
def test_names_of_messages(pair: Rig, pdu: str, kind: FrameKind) -> None:
    """EAPOL in the clear is known for what it is."""
    frame = data_frame(OTHER, STATION)[:24] + SNAP + ETHERTYPE_EAPOL + bytes.fromhex(pdu)
    pair.medium.on_frame(RadioFrame(HW, frame, CHANNEL_6, None, 5, 10))
    pair.turn()
    assert [record.kind for record in pair.records] == [kind]


def test_a_report_that_does_not_come(pair: Rig) -> None:
    """The sender is told in the end; the next frame is waited for as long."""
    pair.port.reports = None
    pair.up(OTHER)
    pair.turn(between.REPORT_LIMIT_NS // 2)
    pair.up(OTHER)
    pair.turn(between.REPORT_LIMIT_NS // 2)
    pair.turn()
    assert [record.acked for record in pair.records] == [False]
    pair.turn(between.REPORT_LIMIT_NS)
    pair.turn()
    assert [record.acked for record in pair.records] == [False, False]
    assert pair.medium.due == []


def test_a_port_that_is_lost(pair: Rig) -> None:
    """No report comes any more."""
    pair.port.reports = None
    pair.up(OTHER)
    pair.medium.port_lost()
    pair.turn()
    assert [record.delivered for record in pair.records] == [False]
