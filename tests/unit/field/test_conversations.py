# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture, taken apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.captures import open_capture
from harness.captures.links import Radio
from harness.captures.reader import CapturedFrame
from harness.field import conversations
from harness.field.conversations import Conversations
from harness.field.model import DataSeen
from tests.unit.captures.test_reader import packets
from tests.unit.captures.writing import BSSID, RSNE, STATION, captured, data_frame, handshake, pcap
from tests.unit.field.talk import M3, SSID, Talk

OTHER = bytes.fromhex("020000000102")


def test_messages_of_a_connection_in_their_order() -> None:
    """Between the two who spoke."""
    one = Talk().connect().conversation()
    kinds = ["auth", "auth", "assoc-req", "assoc-resp", "M1", "M2", "M3", "M4"]
    assert [message.kind for message in one.messages] == kinds
    assert [message.down for message in one.messages] == [False, True] * 2 + [True, False] * 2
    assert (one.station, one.access_point) == (STATION, BSSID)


def test_what_an_access_point_says_of_itself() -> None:
    """A hidden network's name is in its probe response; elements are the latest."""
    talk = Talk().beacon(b"\0\3\0\0\0" + RSNE).management(5, bytes(12) + SSID, down=True)
    point = talk.beacon(b"\0\0" + RSNE).conversations().access_points[BSSID]
    assert (point.ssid, point.rsne, point.channel, point.beacons) == (b"lab", RSNE, 6, 3)


def test_the_macs_copies_are_counted() -> None:
    """At the message they are of."""
    frame = data_frame(M3, down=True)
    again = frame[:1] + bytes((frame[1] | 8,)) + frame[2:]
    known = Conversations()
    known.take(captured(n, n, one) for n, one in enumerate([frame, again, again], 1))
    ((message,),) = [one.messages for one in known.found.values()]
    assert (message.kind, message.copies) == ("M3", 2)


def test_a_broadcast_goes_to_all_stations() -> None:
    """Of that access point; a probe request to nobody is of no conversation."""
    talk = Talk().connect()
    talk.management(12, b"\3\0", down=True, to=b"\xff" * 6)
    head = b"\x40\0\0\0" + b"\xff" * 6 + OTHER + b"\xff" * 6 + b"\0\0"
    talk.add(head + SSID)
    assert talk.conversation().messages[-1].kind == "deauth"


def test_a_link_layer_that_tells_no_receiver() -> None:
    """Two stations in it are each other's."""
    senders = (BSSID, STATION, BSSID, STATION)
    known = Conversations()
    pdus = zip(handshake(), senders, strict=True)
    known.take(
        CapturedFrame(n, 0, n, pdu, len(pdu), Radio(), (source, b""))
        for n, (pdu, source) in enumerate(pdus, 1)
    )
    known._with_receivers()
    (one,) = known.found.values()
    assert (one.station, one.access_point) == (STATION, BSSID)
    assert [message.kind for message in one.messages] == ["M1", "M2", "M3", "M4"]


def test_encrypted_data_belongs_to_who_spoke(tmp_path: Path) -> None:
    """Each direction by itself; beacons that were left out count."""
    beacon = Talk().beacon().frames[0].frame
    encrypted = data_frame(bytes(40), down=True, flags=0x40)
    frames = [one.frame for one in Talk().connect().frames] + [beacon, encrypted, encrypted]
    path = tmp_path / "x.pcap"
    path.write_bytes(pcap(packets(frames)))
    known = Conversations()
    with open_capture(path) as reader:
        known.take(reader.frames())
        known.finish(reader)
    (one,) = known.found.values()
    assert one.up is None
    assert isinstance(one.down, DataSeen)
    assert one.down.frames == 2
    assert known.access_points[BSSID].beacons == 2


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left out is counted."""
    monkeypatch.setattr(conversations, "MOST_CONVERSATIONS", 3)
    monkeypatch.setattr(conversations, "MOST_MESSAGES", 2)
    known = Conversations()
    for n in range(5):
        talk = Talk().connect()
        known.take(
            one._replace(frame=one.frame.replace(STATION, bytes((2, 0, 0, 0, 9, n))))
            for one in talk.frames
        )
    assert len(known.found) == 3
    assert {len(one.messages) for one in known.found.values()} == {2}
    assert known.left_out == 3 * 6 + 2 * 8


def test_what_two_interfaces_captured_was_not_sent_twice() -> None:
    """It is one message, without a copy of the MAC's; nor do fragments get lost by it."""
    frame = data_frame(M3, down=True)
    whole = frame[24:]
    parts = [
        frame[:1] + bytes((frame[1] | more,)) + frame[2:22] + bytes((0x20 | n, 0)) + body
        for n, (more, body) in enumerate([(4, whole[:60]), (0, whole[60:])])
    ]
    for sent in ([frame], parts):
        known = Conversations()
        for n, one in enumerate(sent):
            known.take(captured(4 * n + i, n, one, interface=i) for i in range(4))
        ((message,),) = [one.messages for one in known.found.values()]
        assert (message.kind, message.copies) == ("M3", 0)


def test_four_addresses_do_not_tell_who_is_the_access_point() -> None:
    """The message does; both DS bits are set in either direction."""
    known = Conversations()
    known.take(
        captured(n, n, data_frame(pdu, down=n % 2 == 0, sequence=n, flags=3, header=bytes(6)))
        for n, pdu in enumerate(handshake())
    )
    (one,) = known.found.values()
    assert [(each.kind, each.down) for each in one.messages] == [
        ("M1", True), ("M2", False), ("M3", True), ("M4", False),
    ]  # fmt: skip


def test_a_damaged_beacon_says_nothing() -> None:
    """Its elements may be anybody's."""
    talk = Talk().beacon().beacon(b"\0\3bad")
    talk.frames[1] = talk.frames[1]._replace(damaged=True)
    point = talk.conversations().access_points[BSSID]
    assert (point.ssid, point.rsne) == (b"lab", RSNE)


def test_memory_is_bounded_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many conversations there are, and whatever a broadcast adds to each; so are access
    points."""
    monkeypatch.setattr(conversations, "MOST_BYTES", 3000)
    monkeypatch.setattr(conversations, "MOST_CONVERSATIONS", 3)
    known = Conversations()
    talk = Talk().connect()
    for n in range(20):
        talk.management(12, bytes((n, 0)), down=True, to=b"\xff" * 6)
        head = b"\x80\0\0\0" + b"\xff" * 6 + (bytes((2, 0, 0, 0, 8, n))) * 2 + b"\0\0"
        talk.add(head + bytes(12) + SSID)
    known.take(talk.frames)
    (one,) = known.found.values()
    assert len(one.messages) < 8
    assert known.left_out >= 20
    assert len(known.access_points) == 3
