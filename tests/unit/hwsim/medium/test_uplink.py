# SPDX-License-Identifier: GPL-2.0-or-later
"""From a radio to access points, as the rules have it."""

from __future__ import annotations

import pytest

from hwsim.ap.robust_management import Parting
from hwsim.frames import PROTECTED
from hwsim.ports.base import RadioFrame
from hwsim.rules.frame_fields import FrameFields
from hwsim.rules.frame_rules import REORDER_LIMIT_MS, Action, Condition, FrameRule
from tests.unit.hwsim.medium.conftest import (
    BSSID,
    CHANNEL_6,
    CHANNEL_36,
    GROUP,
    HW,
    OTHER_BSSID,
    STATION,
    Rig,
    data_frame,
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


@pytest.mark.parametrize("flags", [0, PROTECTED])
def test_whether_a_frame_that_nobody_receives_is_protected(rig: Rig, flags: int) -> None:
    """Its header says so: no access point is there to decrypt it, as when its own has gone."""
    frame = bytearray(data_frame(OTHER_BSSID, STATION))
    frame[1] |= flags
    rig.medium.on_frame(RadioFrame(HW, bytes(frame), CHANNEL_6, None, 5, 10))
    rig.turn()
    [record] = rig.records
    assert (record.protected, record.delivered) == (bool(flags), False)


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


@pytest.mark.parametrize("action", ["delay", "reorder"])
def test_what_was_held_back_at_the_end_is_not_acknowledged(rig: Rig, action: Action) -> None:
    """The medium receives nothing any more; but the radio waits, and has another run before it."""
    rig.rules(FrameRule("data", 1, action, delay_ms=20 if action == "delay" else 0))
    rig.up()
    rig.medium.close()
    rig.turn(after_ns=REORDER_LIMIT_MS * 1_000_000)
    assert rig.happened == [("status", False)]
    assert rig.records == []


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
    assert rig.happened == [("status", True), (Parting("deauth", 3), STATION)]


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


def test_refuse(rig: Rig) -> None:
    """Acknowledged and answered with the status; the access point does nothing else."""
    rig.ap.kind = "assoc-req"
    rig.rules(FrameRule("assoc-req", 1, "refuse", status=30, comeback_tu=200))
    rig.up()
    assert rig.happened == [("status", True), ("refuse", 30, 200)]
    assert (rig.records[0].rule, rig.records[0].delivered) == ("refuse", True)


def test_refuse_what_cannot_be_read(rig: Rig) -> None:
    """It is counted, and recorded as what it is."""
    rig.ap.kind, rig.ap.refuses = "auth", True
    rig.rules(FrameRule("auth", 1, "refuse", status=1))
    rig.up()
    assert rig.medium.malformed == 1
    assert rig.records[0].detail["malformed"] == "refused"


def test_a_goodbye_after_a_while(rig: Rig) -> None:
    """The message is received as ever, and the station sent away later."""
    rule = FrameRule("data", 1, "disassociate", delay_ms=20, reason=8, broadcast=True)
    rig.rules(rule)
    rig.up()
    assert rig.happened == [("status", True), ("received", 0)]
    rig.turn(after_ns=20_000_000)
    assert rig.happened[-1] == (Parting("disassoc", 8, broadcast=True), STATION)


def test_reorder(rig: Rig) -> None:
    """It comes after the next of its kind, and of nothing else."""
    rig.rules(FrameRule("data", 1, "reorder"))
    rig.up()
    assert rig.happened == []
    rig.up()
    assert rig.happened == [("status", True), ("received", 0)] * 2
    assert [(record.number, record.rule) for record in rig.records] == [(2, None), (1, "reorder")]


def test_reorder_without_a_next_one(rig: Rig) -> None:
    """It comes by itself when the limit is over."""
    rig.rules(FrameRule("data", 1, "reorder"))
    rig.up()
    rig.turn(after_ns=REORDER_LIMIT_MS * 1_000_000)
    assert [record.rule for record in rig.records] == ["reorder"]


def test_a_delay_in_its_range_is_told(rig: Rig) -> None:
    """In microseconds."""
    rig.rules(FrameRule("data", 1, "delay", delay_us=(1500, 1500)))
    rig.up()
    rig.turn(after_ns=1_500_000)
    assert rig.records[0].detail["delay_us"] == 1500


def test_corrupt_that_finds_nothing_has_not_acted(rig: Rig) -> None:
    """A data frame has no fields: it passes as it is, and no rule is told of."""
    rig.rules(FrameRule("data", 1, "corrupt", fields=FrameFields(mic="wrong")))
    rig.up()
    assert rig.happened == [("status", True), ("received", 0)]
    assert rig.records[0].rule is None


def test_whose_frame_it_is(rig: Rig) -> None:
    """A rule for the second access point, or the second station, leaves the first alone."""
    for condition in (Condition(access_point=2), Condition(station=2)):
        rig.rules(FrameRule("data", 0, "drop", condition=condition))
        rig.up()
    rig.rules(FrameRule("data", 0, "drop", condition=Condition(access_point=1, station=1)))
    rig.up()
    assert [record.rule for record in rig.records] == [None, None, "drop"]
