# SPDX-License-Identifier: GPL-2.0-or-later
"""What is written down of a frame, and when."""

from __future__ import annotations

import pytest

from hwsim.medium.frame_log import basic_rate_kbps
from hwsim.ports.base import RadioFrame
from tests.unit.hwsim.medium.conftest import (
    BSSID,
    CHANNEL_6,
    CHANNEL_36,
    HW,
    STATION,
    Rig,
    data_frame,
)

BEACON = b"\x80\x00"
DATA = b"\x08\x01"
QOS_DATA = b"\x88\x01"


@pytest.mark.parametrize(
    ("frame", "freq_mhz", "rate_kbps"),
    [
        (BEACON, CHANNEL_6, 1000),
        (DATA, CHANNEL_6, 6000),
        (QOS_DATA, CHANNEL_6, 6000),
        (BEACON, CHANNEL_36, 6000),
        (BEACON, 0, 1000),
    ],
)
def test_basic_rate(frame: bytes, freq_mhz: int, rate_kbps: int) -> None:
    """Data by OFDM, the rest by CCK where the band has it."""
    assert basic_rate_kbps(frame, freq_mhz) == rate_kbps


def test_nothing_is_written_before_the_answers_are_out(rig: Rig) -> None:
    """The sender has its answer while the record is still to come."""
    rig.medium.on_frame(RadioFrame(HW, data_frame(BSSID, STATION), CHANNEL_6, None, 5, 10))
    assert rig.happened
    assert (rig.records, rig.captured) == ([], [])
    rig.turn()
    assert (len(rig.records), len(rig.captured)) == (1, 1)


def test_numbers_have_no_gaps(rig: Rig) -> None:
    """Both directions count together."""
    for _ in range(3):
        rig.up()
        rig.down()
    assert [record.number for record in rig.records] == [1, 2, 3, 4, 5, 6]
    assert rig.medium.frames == 6
