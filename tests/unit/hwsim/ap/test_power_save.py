# SPDX-License-Identifier: GPL-2.0-or-later
"""What waits for stations that doze, how beacons tell of it, and how it is fetched."""

from __future__ import annotations

from typing import cast

import pytest

from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.power_save import MAX_KEPT, PowerSave, Waiting, tim
from hwsim.ap.station import Station
from hwsim.frames import BROADCAST, kind_of, parse_header
from hwsim.records import FrameKind

MAC, BSSID = bytes.fromhex("020000000000"), bytes.fromhex("0248494c0001")
NULL = b"\x48\x02"
MORE_DATA = 0x20


class Sent:
    """The environment's transmission alone."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.given_up: list[int] = []

    def transmit(self, frame: bytes, info: FrameInfo) -> int:
        """Keep it."""
        self.frames.append(frame)
        return 1

    def give_up(self, frame: bytes, info: FrameInfo) -> None:
        """Keep its last byte."""
        self.given_up.append(frame[-1])

    def now_ns(self) -> int:
        """Any time."""
        return 2

    def take(self) -> list[tuple[int, bool]]:
        """The last byte of each frame sent since, and whether more were promised."""
        taken, self.frames = self.frames, []
        return [(frame[-1], bool(frame[1] & MORE_DATA)) for frame in taken]


class Air:
    """Power save with one associated station."""

    def __init__(self) -> None:
        self.sent = Sent()
        self.power = PowerSave(cast("ApEnvironment", self.sent))
        self.station = Station(MAC, state="authorized", aid=1)

    def send(self, mark: int, *, receiver: bytes = MAC, kind: FrameKind = "data") -> None:
        """A frame of the access point that ends with that byte."""
        frame = b"\x08\x02\0\0" + receiver + BSSID * 2 + b"\0\0" + bytes((mark,))
        self.power.transmit(frame, FrameInfo(kind))

    def hear(self, frame: bytes) -> None:
        """A frame of the station."""
        header = parse_header(frame)
        received = ReceivedFrame(frame, header, FrameInfo(kind_of(header)))
        self.power.heard(self.station, received, lambda: NULL)

    def null(self, *, dozes: bool) -> None:
        """Its Null frame, which says whether it dozes."""
        self.hear(bytes((0x48, 0x11 if dozes else 0x01)) + b"\0\0" + BSSID + MAC + BSSID + b"\0\0")

    def poll(self, aid: int = 1) -> None:
        """Its PS-Poll."""
        self.hear(b"\xa4\x10" + (0xC000 | aid).to_bytes(2, "little") + BSSID + MAC)


@pytest.fixture
def air() -> Air:
    """A station that dozes."""
    air = Air()
    air.null(dozes=True)
    return air


def test_frames_wait_and_are_fetched_one_by_one(air: Air) -> None:
    """Each says whether more wait; then there is nothing, which a Null frame says."""
    air.send(1)
    air.send(2, kind="action")
    assert (air.sent.take(), air.power.waiting) == ([], Waiting((1,)))
    air.poll()
    assert air.sent.take() == [(1, True)]
    air.poll()
    assert (air.sent.take(), air.power.waiting) == ([(2, False)], Waiting())
    air.poll()
    assert air.sent.take() == [(NULL[-1], False)]


def test_a_station_that_wakes_gets_all(air: Air) -> None:
    """In their order; from then on nothing waits."""
    air.send(1)
    air.send(2)
    air.null(dozes=False)
    air.send(3)
    assert air.sent.take() == [(1, False), (2, False), (3, False)]


def test_a_poll_under_another_aid_fetches_nothing(air: Air) -> None:
    """It is no frame of that association."""
    air.send(1)
    air.poll(2)
    assert not air.sent.take()


@pytest.mark.parametrize("kind", ["auth", "assoc-resp", "deauth", "disassoc"])
def test_what_cannot_wait(air: Air, kind: FrameKind) -> None:
    """Answers to an awake station, and goodbyes."""
    air.send(1, kind=kind)
    assert air.sent.take() == [(1, False)]


def test_management_frames_that_tell_nothing_of_dozing(air: Air) -> None:
    """Probe requests have the bit reserved: the station dozes on."""
    air.hear(b"\x40\0\0\0" + BSSID + MAC + BSSID + b"\0\0")
    air.send(1)
    assert not air.sent.take()


def test_groups_wait_for_the_dtim_beacon(air: Air) -> None:
    """As long as any station dozes; one that comes later does not overtake them."""
    air.send(1, receiver=BROADCAST)
    air.null(dozes=False)
    air.send(2, receiver=BROADCAST)
    assert (air.sent.take(), air.power.waiting) == ([], Waiting(group=True))
    air.power.after_dtim()
    assert air.sent.take() == [(1, True), (2, False)]
    air.send(3, receiver=BROADCAST)
    assert air.sent.take() == [(3, False)]


def test_who_leaves_gets_nothing_of_it_later(air: Air) -> None:
    """A new association begins awake, with nothing waiting; what was not sent is told."""
    air.send(1)
    air.power.forget(air.station)
    air.null(dozes=False)
    assert (air.sent.take(), air.sent.given_up) == ([], [1])


def test_an_access_point_that_stops_gives_up_what_waits(air: Air) -> None:
    """For one and for all."""
    air.send(1)
    air.send(2, receiver=BROADCAST)
    air.power.shut_down()
    assert (air.power.waiting, sorted(air.sent.given_up)) == (Waiting(), [1, 2])


def test_what_waits_is_bounded(air: Air) -> None:
    """The oldest are given up, and told."""
    for mark in range(MAX_KEPT + 2):
        air.send(mark)
    air.null(dozes=False)
    assert [mark for mark, _ in air.sent.take()] == list(range(2, MAX_KEPT + 2))
    assert air.sent.given_up == [0, 1]


@pytest.mark.parametrize(
    ("aids", "group", "content"),
    [
        ((2, 7), False, "00 02 00 84"),
        ((2, 7, 22, 24), True, "00 02 01 84 00 40 01"),
        ((24,), False, "00 02 02 00 01"),
        ((), False, "00 02 00 00"),
        ((2007,), False, "00 02 fa 80"),
    ],
)
def test_the_traffic_indication_map(aids: tuple[int, ...], group: bool, content: str) -> None:
    """The first three are those of IEEE 802.11-2020, annex L.2."""
    wanted = bytes.fromhex(content)
    assert tim(0, 2, Waiting(aids, group)) == bytes((5, len(wanted))) + wanted


def test_groups_are_told_of_in_dtim_beacons_alone() -> None:
    """Bit 0 of the control field is reserved in others."""
    assert tim(1, 3, Waiting((1,), group=True)) == bytes.fromhex("05 04 01 03 00 02")
