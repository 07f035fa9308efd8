# SPDX-License-Identifier: GPL-2.0-or-later
"""Announcements of a channel switch, as IEEE 802.11-2020 lays them out."""

from __future__ import annotations

from hwsim.ap.channel_switch import ChannelSwitch


def test_elements() -> None:
    """9.4.2.18: mode, channel, count. 9.4.2.52: with the operating class before the channel."""
    switch = ChannelSwitch(11, 5, ("csa", "ecsa"), quiet=True, done=lambda: None)
    assert switch.elements() == bytes((37, 3, 1, 11, 5)) + bytes((60, 4, 1, 81, 11, 5))
    assert switch.actions() == []
    switch.left -= 1
    assert switch.elements()[4] == switch.elements()[-1] == 4


def test_action_frames() -> None:
    """9.6.2.6: spectrum management, with the element; 9.6.7.7: public, with the fields alone."""
    switch = ChannelSwitch(48, 3, ("csa-action", "ecsa-action"), quiet=False, done=lambda: None)
    assert switch.actions() == [
        bytes((0, 4, 37, 3, 0, 48, 3)), bytes((4, 4, 0, 115, 48, 3)),
    ]  # fmt: skip
    assert switch.elements() == b""


def test_in_6ghz() -> None:
    """Both say the channel's number, which the operating class tells from others."""
    switch = ChannelSwitch(5975, 5, ("csa", "ecsa"), quiet=False, done=lambda: None)
    assert switch.elements() == bytes((37, 3, 0, 5, 5)) + bytes((60, 4, 0, 131, 5, 5))
