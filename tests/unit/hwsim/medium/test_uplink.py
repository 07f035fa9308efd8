# SPDX-License-Identifier: GPL-2.0-or-later
"""From a radio to access points, as the rules have it."""

from __future__ import annotations

from hwsim.frame_rules import FrameRule
from tests.unit.hwsim.medium.conftest import (
    BSSID,
    CHANNEL_6,
    CHANNEL_36,
    GROUP,
    OTHER_BSSID,
    STATION,
    Rig,
)


def test_the_sender_is_answered_first(rig: Rig) -> None:
    """Transmit status, then the access point, then the record."""
    rig.up()
    assert rig.happened == [("status", True), ("received", 0)]
    [record] = rig.records
    assert (record.acked, record.delivered, record.rule) == (True, True, None)
    assert (record.guest_ns, record.air_ns) == (5, 10)


def test_a_group_addressed_frame_is_not_acknowledged(rig: Rig) -> None:
    """It is received all the same."""
    rig.up(GROUP)
    assert rig.happened == [("status", False), ("received", 0)]


def test_a_frame_that_nobody_receives(rig: Rig) -> None:
    """It is not acknowledged; where no access point uses its channel the record says so."""
    rig.up(OTHER_BSSID)
    rig.up(freq_mhz=CHANNEL_36)
    assert rig.happened == [("status", False), ("status", False)]
    assert [record.delivered for record in rig.records] == [False, False]
    assert [record.detail for record in rig.records] == [{}, {"freq_mhz": CHANNEL_36}]


def test_drop(rig: Rig) -> None:
    """Neither received nor acknowledged."""
    rig.rules(FrameRule("data", 1, "drop"))
    rig.up()
    assert rig.happened == [("status", False)]
    [record] = rig.records
    assert (record.rule, record.rule_place, record.delivered) == ("drop", 1, False)


def test_drop_ack(rig: Rig) -> None:
    """Received, but the sender is told that it was not."""
    rig.rules(FrameRule("data", 1, "drop-ack"))
    rig.up()
    assert rig.happened == [("status", False), ("received", 0)]
    assert (rig.records[0].acked, rig.records[0].delivered) == (False, True)


def test_delay(rig: Rig) -> None:
    """Acknowledged and received later, and recorded then; until then its number is due."""
    rig.rules(FrameRule("data", 1, "delay", delay_ms=20))
    rig.up()
    assert rig.happened == []
    assert rig.medium.due == [1]
    rig.turn(after_ns=20_000_000)
    assert rig.happened == [("status", True), ("received", 0)]
    assert rig.records[0].detail["delay_ms"] == 20
    assert rig.medium.due == []


def test_repeat(rig: Rig) -> None:
    """Received again as copies with numbers of their own, which nobody acknowledges."""
    rig.rules(FrameRule("data", 1, "repeat", copies=2))
    rig.up()
    assert rig.happened == [("status", True), ("received", 0), ("received", 1), ("received", 2)]
    assert [record.number for record in rig.records] == [1, 2, 3]
    assert [record.acked for record in rig.records] == [True, False, False]


def test_deauthenticate(rig: Rig) -> None:
    """Acknowledged, and answered with reason 3 instead of what it asked for."""
    rig.rules(FrameRule("data", 1, "deauthenticate"))
    rig.up()
    assert rig.happened == [("status", True), ("deauthenticate", STATION, 3)]


def test_a_frame_that_the_access_point_refuses(rig: Rig) -> None:
    """It is acknowledged, for it was received; its record says what is wrong with it."""
    rig.ap.refuses = True
    rig.up()
    assert rig.records[0].detail["malformed"] == "refused"
    assert rig.medium.malformed == 1


def test_the_capture_says_on_which_channel(rig: Rig) -> None:
    """The frame's, or where that is not known the access point's; and what a rule did."""
    rig.rules(FrameRule("data", 1, "drop"))
    rig.up(freq_mhz=None)
    assert rig.captured == [{
        "outbound": False, "comment": "rule: drop, copy: 0", "freq_mhz": CHANNEL_6,
        "rate_kbps": 6000, "signal_dbm": -40,
    }]  # fmt: skip
    assert rig.records[0].receiver == BSSID.hex(":")
