# SPDX-License-Identifier: GPL-2.0-or-later
"""The medium as a whole: both directions under the same rules, and what is no frame."""

from __future__ import annotations

from hwsim.ports.base import RadioFrame
from hwsim.rules.frame_rules import FrameRule
from tests.unit.hwsim.medium.conftest import CHANNEL_6, HW, Rig


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
