# SPDX-License-Identifier: GPL-2.0-or-later
"""Which access points receive a frame."""

from __future__ import annotations

from hwsim.medium.access_points import AttachedAp, AttachedAps
from tests.unit.hwsim.medium.conftest import (
    BSSID,
    CHANNEL_6,
    CHANNEL_11,
    CHANNEL_36,
    GROUP,
    OTHER_BSSID,
    STATION,
    RecordingAp,
    data_frame,
)

FIRST = AttachedAp(RecordingAp([]), BSSID, CHANNEL_6)
SECOND = AttachedAp(RecordingAp([]), OTHER_BSSID, CHANNEL_11)


def both() -> AttachedAps:
    """Two access points on channels of their own."""
    aps = AttachedAps()
    aps.put_on_air(FIRST, SECOND)
    return aps


def test_a_frame_is_for_one_access_point() -> None:
    """On its channel, or on a channel that is not known; another's frame is not for it."""
    assert both().receivers(BSSID, CHANNEL_6) == (FIRST,)
    assert both().receivers(BSSID, None) == (FIRST,)
    assert both().receivers(BSSID, CHANNEL_11) == ()
    assert both().receivers(STATION, CHANNEL_6) == ()


def test_a_group_addressed_frame_is_for_all_of_its_channel() -> None:
    """A scan's probe request reaches those of the channel that it is sent on."""
    assert both().receivers(GROUP, CHANNEL_11) == (SECOND,)
    assert both().receivers(GROUP, None) == (FIRST, SECOND)
    assert both().receivers(GROUP, CHANNEL_36) == ()


def test_off_the_air_none_receives() -> None:
    """What they still send has a transmitter all the same."""
    aps = both()
    aps.take_off_air()
    assert aps.receivers(BSSID, CHANNEL_6) == ()
    assert not aps.use_channel(CHANNEL_6)
    assert aps.transmitter(data_frame(STATION, BSSID)) is FIRST


def test_who_transmits() -> None:
    """By the transmitter's address; None for one that is not attached."""
    assert both().transmitter(data_frame(STATION, OTHER_BSSID)) is SECOND
    assert both().transmitter(data_frame(STATION, STATION)) is None


def test_channels_in_use() -> None:
    """Those of the access points on the air."""
    assert both().use_channel(CHANNEL_11)
    assert not both().use_channel(CHANNEL_36)
