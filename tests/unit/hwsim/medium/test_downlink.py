# SPDX-License-Identifier: GPL-2.0-or-later
"""From an access point to radios, as the rules have it."""

from __future__ import annotations

from typing import get_args

import pytest

from hwsim.ap.frame_info import FrameInfo
from hwsim.ap.robust_management import Parting
from hwsim.frames import ETHERTYPE_EAPOL, SNAP
from hwsim.medium.downlink import DELIVERY_LIMIT_NS
from hwsim.ports.base import Radio
from hwsim.records import FrameKind
from hwsim.rules.acceptance import Acceptable
from hwsim.rules.frame_fields import FrameFields, read_fields
from hwsim.rules.frame_rules import Action, FrameRule, Insertion, Occurrence
from tests.unit.hwsim.medium.conftest import (
    BSSID,
    CHANNEL_6,
    GROUP,
    HW,
    OTHER_BSSID,
    OTHER_HW,
    STATION,
    Rig,
    data_frame,
)
from tests.unit.hwsim.test_eapol import key_frame

OTHER_STATION = bytes.fromhex("020000000100")


def test_recorded_when_the_guest_has_it(rig: Rig) -> None:
    """The guest's report is the acknowledgement, and its time goes into the record."""
    rig.down()
    assert rig.happened == [("delivered", HW, True), ("transmitted", True)]
    [record] = rig.records
    assert (record.guest_ns, record.acked, record.delivered) == (99, True, True)
    assert rig.port.delivered[0][2:] == (CHANNEL_6, 6000, -40)


def test_a_guest_that_could_not_take_it(rig: Rig) -> None:
    """Its error number is in the record; the access point learns that nobody acknowledged."""
    rig.port.reports = -22
    rig.down()
    assert rig.happened[-1] == ("transmitted", False)
    assert (rig.records[0].delivered, rig.records[0].detail) == (False, {"errno": -22})


def test_a_guest_that_does_not_report(rig: Rig) -> None:
    """After the limit it counts as not delivered."""
    rig.port.reports = None
    rig.down()
    assert rig.medium.due == [1]
    rig.turn(after_ns=DELIVERY_LIMIT_NS)
    assert rig.records[0].detail == {"delivery": "no report"}
    assert rig.medium.due == []


def test_a_guest_that_goes(rig: Rig) -> None:
    """What was on its way is not delivered."""
    rig.port.reports = None
    rig.down()
    rig.medium.port_lost()
    rig.turn()
    assert rig.records[0].detail == {"delivery": "port lost"}


def test_a_station_without_a_radio(rig: Rig) -> None:
    """Nothing is sent, and the record says why."""
    rig.down(OTHER_STATION)
    assert rig.happened == [("transmitted", False)]
    assert rig.records[0].detail == {"delivery": "no radio"}


def test_the_radio_that_a_station_was_heard_from(rig: Rig) -> None:
    """Another interface of a radio has another address than the HELLO names."""
    rig.port.connect(Radio(OTHER_STATION, OTHER_HW), Radio(b"\x02" * 6, HW))
    rig.up()
    rig.happened.clear()
    rig.down()
    assert rig.happened[0] == ("delivered", HW, True)


def test_a_group_addressed_frame_goes_to_all_radios(rig: Rig) -> None:
    """One of them reports; nobody acknowledges."""
    rig.port.connect(Radio(STATION, HW), Radio(OTHER_STATION, OTHER_HW))
    rig.down(GROUP)
    assert rig.happened == [
        ("delivered", OTHER_HW, False), ("delivered", HW, True), ("transmitted", False),
    ]  # fmt: skip
    assert (rig.records[0].acked, rig.records[0].delivered) == (False, True)


def test_an_access_point_that_is_not_attached(rig: Rig) -> None:
    """It is not on the medium: nothing is sent."""
    rig.down(transmitter=OTHER_BSSID)
    assert rig.happened == []
    assert rig.records[0].detail == {"delivery": "no radio"}


def test_drop(rig: Rig) -> None:
    """Nothing is sent; the capture shows what would have been."""
    rig.rules(FrameRule("M1", 1, "drop"))
    rig.down(kind="M1")
    assert rig.happened == [("transmitted", False)]
    assert rig.records[0].rule == "drop"
    assert [one["comment"] for one in rig.captured] == ["rule: drop"]


def test_drop_ack(rig: Rig) -> None:
    """Delivered, but the access point learns that it was not acknowledged."""
    rig.rules(FrameRule("M1", 1, "drop-ack"))
    rig.down(kind="M1")
    assert rig.happened[-1] == ("transmitted", False)
    assert (rig.records[0].acked, rig.records[0].delivered) == (False, True)


def test_delay(rig: Rig) -> None:
    """Its time is when it left."""
    rig.rules(FrameRule("M1", 1, "delay", delay_ms=20))
    rig.down(kind="M1")
    assert rig.happened == []
    rig.turn(after_ns=20_000_000)
    assert rig.records[0].air_ns == rig.clock.now
    assert rig.captured[0]["comment"] == "rule: delay (20 ms)"


def test_repeat(rig: Rig) -> None:
    """Copies under new sequence numbers, of whose fate the access point learns nothing."""
    rig.rules(FrameRule("M1", 1, "repeat", copies=1))
    rig.down(kind="M1")
    assert [one.frame.endswith(b" again") for one in rig.port.delivered] == [False, True]
    assert rig.happened.count(("transmitted", True)) == 1
    assert [record.detail for record in rig.records] == [{}, {"copy": 1}]


def test_deauthenticate(rig: Rig) -> None:
    """The message goes out, then the station is deauthenticated."""
    rig.rules(FrameRule("M1", 1, "deauthenticate"))
    rig.down(kind="M1")
    assert rig.happened[0] == ("delivered", HW, True)
    assert (Parting("deauth", 3), STATION) in rig.happened


def test_beacons_are_left_out_while_the_guest_is_behind(rig: Rig) -> None:
    """They go to every radio, are captured and not recorded."""
    rig.medium.broadcast_beacon(data_frame(GROUP, BSSID))
    rig.port.full = True
    rig.medium.broadcast_beacon(data_frame(GROUP, BSSID))
    rig.turn()
    assert rig.happened == [("delivered", HW, False)]
    assert (len(rig.captured), rig.records) == (1, [])


def test_insert_a_copy(rig: Rig) -> None:
    """A second frame follows the message, under a new sequence number; it carries the rule."""
    insertion = Insertion(copy_of=Occurrence("M1"))
    rig.rules(FrameRule("M1", 1, "insert", insertion=insertion, delay_ms=5))
    rig.down(kind="M1")
    rig.turn()
    assert rig.medium.put_off == 1
    rig.turn(after_ns=5_000_000)
    assert rig.medium.put_off == 0
    assert [one.frame.endswith(b" again") for one in rig.port.delivered] == [False, True]
    assert [record.rule for record in rig.records] == [None, "insert"]
    assert rig.records[1].detail == {"inserted": "copy of M1", "acceptable": "open"}
    assert rig.happened.count(("transmitted", True)) == 1  # of the copy it learns nothing


def test_insert_a_copy_of_what_never_came(rig: Rig) -> None:
    """Nothing is inserted, so no record says that the rule acted."""
    insertion = Insertion(copy_of=Occurrence("M1", 2))
    rig.rules(FrameRule("M1", 1, "insert", insertion=insertion))
    rig.down(kind="M1")
    assert [record.rule for record in rig.records] == [None]


def test_insert_bytes(rig: Rig) -> None:
    """A frame of one's own, to the station of the message."""
    frame = data_frame(GROUP, OTHER_BSSID)
    rig.rules(FrameRule("M1", 1, "insert", insertion=Insertion(frame=frame)))
    rig.down(kind="M1")
    assert rig.port.delivered[1].frame == frame[:4] + STATION + frame[10:]
    assert (rig.records[1].rule, rig.records[1].detail) == ("insert", {"inserted": "bytes"})


def test_an_edit_that_finds_nothing_has_not_acted(rig: Rig) -> None:
    """The frame goes out as it is meant."""
    rig.rules(FrameRule("M1", 1, "edit", fields=FrameFields(mic="wrong")))
    rig.down(kind="M1")
    assert rig.records[0].rule is None
    assert rig.captured[0]["comment"] == ""


def test_reorder(rig: Rig) -> None:
    """It leaves after the next of its kind."""
    rig.rules(FrameRule("M1", 1, "reorder"))
    rig.down(kind="M1")
    rig.down(kind="M3")
    assert [record.kind for record in rig.records] == ["M3"]
    rig.down(kind="M1")
    assert [(record.number, record.rule) for record in rig.records[1:]] == [
        (3, None),
        (1, "reorder"),
    ]


def test_the_next_association_has_nothing_to_copy(rig: Rig) -> None:
    """What was kept belonged to the one before."""
    rule = FrameRule("M3", 1, "insert", insertion=Insertion(copy_of=Occurrence("M1")))
    rig.rules(rule)
    rig.down(kind="M1")
    rig.rules(rule)
    rig.down(kind="M3")
    assert [record.rule for record in rig.records] == [None, None]


RSNE = bytes.fromhex("30140100000fac040100000fac040100000fac020000")


def test_an_edited_beacon(rig: Rig) -> None:
    """Of the beacons only this one has a record; the guest is given another RSNE."""
    fields = read_fields({"elements": [{"do": "replace", "element": "rsne", "data": "0200"}]})
    rig.rules(FrameRule("beacon", 2, "edit", fields=fields))
    beacon = b"\x80" + data_frame(GROUP, BSSID)[1:24] + bytes(12) + RSNE
    for _ in range(3):
        rig.medium.broadcast_beacon(beacon)
        rig.turn()
    assert [one.frame.endswith(b"\x30\x02\x02\x00") for one in rig.port.delivered] == [
        False,
        True,
        False,
    ]
    assert [(one.kind, one.rule, one.detail["altered"]) for one in rig.records] == [
        ("beacon", "edit", "replace rsne")
    ]


def test_a_lost_beacon(rig: Rig) -> None:
    """Nothing is sent."""
    rig.rules(FrameRule("beacon", 0, "drop"))
    rig.medium.broadcast_beacon(data_frame(GROUP, BSSID))
    rig.turn()
    assert rig.port.delivered == []
    assert rig.records[0].rule == "drop"


@pytest.mark.parametrize("kind", ["M1", "M3", "G1"])
def test_what_a_copy_asks_of_a_station_is_open(rig: Rig, kind: FrameKind) -> None:
    """Whether it had the original before, the medium does not know: a value that checks know."""
    insertion = Insertion(copy_of=Occurrence(kind))  # type: ignore[arg-type]
    rig.rules(FrameRule(kind, 1, "insert", insertion=insertion))  # type: ignore[arg-type]
    rig.down(kind=kind)
    assert rig.records[1].detail["acceptable"] in get_args(Acceptable)


def test_inserted_bytes_are_the_message_that_they_are(rig: Rig) -> None:
    """An EAPOL-Key frame of the scenario's own is told by its name: a station may take it for one
    of the access point, and what comes of that is not its fault."""
    head = data_frame(STATION, BSSID)[:24] + SNAP + ETHERTYPE_EAPOL
    m1, broken = head + key_frame(0x008A), head + b"\x02\x03\x00\x01\x02"
    for frame, kind in ((m1, "M1"), (broken, "eapol")):
        rig.rules(FrameRule("data", 1, "insert", insertion=Insertion(frame=frame)))
        rig.down()
        assert rig.records[-1].kind == kind
        assert rig.records[-1].detail == {"inserted": "bytes", "acceptable": "open"}


@pytest.mark.parametrize("action", ["insert", "deauthenticate"])
def test_what_comes_late_does_not_come_in_the_next_association(rig: Rig, action: Action) -> None:
    """It is no doing of that one's rules, and a station there must not suffer from it."""
    insertion = Insertion(frame=data_frame(GROUP, BSSID)) if action == "insert" else None
    rig.rules(FrameRule("M1", 1, action, insertion=insertion, delay_ms=5))
    rig.down(kind="M1")
    rig.rules()
    rig.turn(after_ns=5_000_000)
    assert [record.kind for record in rig.records] == ["M1"]
    assert len(rig.port.delivered) == 1
    assert all(isinstance(one[0], str) for one in rig.happened)


def test_a_frame_that_is_given_up(rig: Rig) -> None:
    """It has a number and a record, is not delivered, and no rule has seen it."""
    rig.rules(FrameRule("data", 1, "drop"))
    rig.medium.give_up(data_frame(STATION, BSSID), FrameInfo("data"))
    rig.turn()
    rig.down()
    first, second = rig.records
    assert (first.delivered, first.rule, first.detail["delivery"]) == (False, None, "given up")
    assert (second.number, second.rule) == (2, "drop")
