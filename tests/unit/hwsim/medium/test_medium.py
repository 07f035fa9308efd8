# SPDX-License-Identifier: GPL-2.0-or-later
"""The medium as a whole: both directions under the same rules, and what is no frame."""

from __future__ import annotations

from hwsim.links.links import Link, Links
from hwsim.ports.base import RadioFrame
from hwsim.rules.frame_rules import FrameRule, FrameRules
from tests.unit.hwsim.medium.conftest import BSSID, CHANNEL_6, GROUP, HW, Rig, data_frame


def test_association_and_rules_are_those_of_both_directions(rig: Rig) -> None:
    """A rule for every message of a kind counts up and down together."""
    rig.rules(FrameRule("data", 2, "drop"))
    rig.up()
    rig.down()
    assert [record.rule for record in rig.records] == [None, "drop"]
    assert {record.association for record in rig.records} == {7}


def test_what_is_no_frame_is_counted(rig: Rig) -> None:
    """Too short for a header, or refused by the port; neither has a number."""
    rig.medium.on_frame(RadioFrame(HW, b"short", CHANNEL_6, None, 5, 10))
    rig.port.send_rubbish()
    assert rig.medium.malformed == 2
    assert rig.medium.frames == 0


def test_off_the_air(rig: Rig) -> None:
    """An access point that was taken off the air neither receives nor learns of its frames."""
    rig.medium.take_off_air()
    rig.up()
    rig.down()
    assert rig.happened == [("status", False), ("delivered", HW, True)]


def links(rig: Rig, *given: Link) -> None:
    """These links, in association 7."""
    rig.medium.begin(7, FrameRules(), Links(given))


def test_a_link_that_loses_all(rig: Rig) -> None:
    """Neither direction comes through, nor a beacon; records and capture name the link, place 0."""
    links(rig, Link(loss=1.0))
    rig.up()
    rig.down()
    rig.medium.broadcast_beacon(data_frame(GROUP, BSSID))
    assert rig.happened == [("status", False), ("transmitted", False)]
    told = [(one.delivered, one.acked, one.rule, one.rule_place) for one in rig.records]
    assert told == [(False, False, "drop", 0)] * 2
    assert [record.detail["link"] for record in rig.records] == ["lost", "lost"]


def test_a_link_has_a_signal(rig: Rig) -> None:
    """Frames of the access point come with it; other access points are as they were."""
    links(rig, Link(access_point=1, signal_dbm=-77))
    rig.down()
    links(rig, Link(access_point=2, signal_dbm=-77))
    rig.down()
    assert [one.signal_dbm for one in rig.port.delivered] == [-77, -40]


def test_rules_change_without_the_links(rig: Rig) -> None:
    """Which are the network's."""
    links(rig, Link(loss=1.0))
    rig.rules()
    rig.up()
    assert rig.happened == [("status", False)]
