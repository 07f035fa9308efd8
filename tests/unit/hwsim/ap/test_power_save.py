# SPDX-License-Identifier: GPL-2.0-or-later
"""What waits for stations that doze, how beacons tell of it, and how it is fetched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from hwsim.ap.environment import ApEnvironment
from hwsim.ap.frame_info import FrameInfo, ReceivedFrame
from hwsim.ap.power_save import MAX_KEPT, PowerSave, Waiting, tim
from hwsim.ap.station import Station
from hwsim.ap.wmm import Uapsd
from hwsim.frames import BROADCAST, kind_of, parse_header
from hwsim.loop import Timer
from hwsim.records import FrameKind
from tests.unit.hwsim.ap.test_templates import network

MAC, BSSID = bytes.fromhex("020000000000"), bytes.fromhex("0248494c0001")
NULL = b"\x48\x02"
MORE_DATA = 0x20


class _Timer:
    """One that can be cancelled."""

    def __init__(self, due: list[Any], entry: Any) -> None:
        self.due, self.entry = due, entry

    def cancel(self) -> None:
        """Not to be called any more."""
        if self.entry in self.due:
            self.due.remove(self.entry)


class Sent:
    """The environment's transmission alone."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.given_up: list[int] = []
        self.now = 0
        self.due: list[tuple[int, Callable[[], None]]] = []

    def transmit(self, frame: bytes, info: FrameInfo) -> int:
        """Keep it."""
        self.frames.append(frame)
        return 1

    def give_up(self, frame: bytes, info: FrameInfo) -> None:
        """Keep its last byte."""
        self.given_up.append(frame[-1])

    def now_ns(self) -> int:
        """The clock's time."""
        return self.now

    def call_after(self, delay_ns: int, callback: Callable[[], None]) -> Timer:
        """A timer of that clock."""
        entry = (self.now + delay_ns, callback)
        self.due.append(entry)
        return cast("Timer", _Timer(self.due, entry))

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and call what comes due."""
        self.now += round(seconds * 1e9)
        for entry in [one for one in self.due if one[0] <= self.now]:
            self.due.remove(entry)
            entry[1]()

    def take(self) -> list[tuple[int, bool]]:
        """The last byte of each frame sent since, and whether more were promised."""
        taken, self.frames = self.frames, []
        return [(frame[-1], bool(frame[1] & MORE_DATA)) for frame in taken]


class Air:
    """Power save with one associated station."""

    def __init__(self) -> None:
        self.sent = Sent()
        self.power = PowerSave(cast("ApEnvironment", self.sent), network())
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


def test_what_nobody_fetches_is_given_up(air: Air) -> None:
    """After two listen intervals, or ten seconds if those are shorter; its record says why."""
    air.send(1)
    air.sent.pass_time(6)
    air.send(2)
    air.sent.pass_time(4)
    assert (air.sent.given_up, air.power.waiting) == ([1], Waiting((1,)))
    air.sent.pass_time(6)
    assert (air.sent.given_up, air.power.waiting) == ([1, 2], Waiting())
    assert not air.sent.due
    air.station.listen_interval = 100
    air.send(3)
    air.sent.pass_time(20)
    assert air.power.waiting == Waiting((1,))
    air.sent.pass_time(0.5)
    assert air.sent.given_up == [1, 2, 3]


def test_no_timer_is_left_behind(air: Air) -> None:
    """When the station wakes, leaves, or the access point stops."""
    for ends in (lambda: air.null(dozes=False), lambda: air.power.forget(air.station)):
        air.null(dozes=True)
        air.send(1)
        ends()
        assert not air.sent.due
    air.null(dozes=True)
    air.send(1)
    air.power.shut_down()
    assert not air.sent.due


QOS_NULL = b"\xc8\x02\0\0" + MAC + BSSID * 2 + b"\0\0" + b"\0\0"
VOICE, BEST_EFFORT, ALL = 1, 8, 15


class Triggering(Air):
    """A station that dozes and fetches by trigger frames what is of these categories."""

    def __init__(self, categories: int, most: int = 0) -> None:
        super().__init__()
        self.station.uapsd = Uapsd(categories, most)
        self.null(dozes=True)

    def send_qos(self, mark: int, tid: int = 0) -> None:
        """A frame with QoS that ends with that byte."""
        head = b"\x88\x02\0\0" + MAC + BSSID * 2 + b"\0\0"
        self.power.transmit(head + bytes((tid, 0, mark)), FrameInfo("data"))

    def trigger(self, tid: int = 0, *, dozes: bool = True, null: bool = True) -> None:
        """A QoS frame of the station, which dozes on unless it says otherwise."""
        head = bytes((0xC8 if null else 0x88, 0x11 if dozes else 0x01)) + b"\0\0"
        header_and_qos = head + BSSID + MAC + BSSID + b"\0\0" + bytes((tid, 0))
        header = parse_header(header_and_qos)
        received = ReceivedFrame(header_and_qos, header, FrameInfo("null" if null else "data"))
        self.power.heard(self.station, received, lambda: QOS_NULL)

    def taken(self) -> list[tuple[int, bool, bool]]:
        """Of each frame sent since: its last byte, whether it promises more, whether it ends the
        service period."""
        frames, self.sent.frames = self.sent.frames, []
        return [(f[-1], bool(f[1] & MORE_DATA), bool(f[24] & 0x10)) for f in frames]


def test_a_service_period() -> None:
    """A trigger frame fetches all that waits, the last says that it ends; TIM tells of it where all
    categories are enabled."""
    air = Triggering(ALL)
    air.send_qos(1)
    air.send_qos(2, tid=6)
    assert (air.taken(), air.power.waiting) == ([], Waiting((1,)))
    air.trigger(5)
    assert air.taken() == [(1, True, False), (2, False, True)]
    air.trigger(null=False)
    assert air.taken() == [(0, False, True)]
    assert air.power.waiting == Waiting()


def test_a_service_period_of_two() -> None:
    """The station says how many it wants at once; more are promised."""
    air = Triggering(ALL, most=2)
    for mark in (1, 2, 3):
        air.send_qos(mark)
    air.trigger()
    assert air.taken() == [(1, True, False), (2, True, True)]
    air.trigger()
    assert air.taken() == [(3, False, True)]


def test_categories_apart() -> None:
    """What is not delivery-enabled waits for PS-Poll, and is told of alone; a frame of a category
    that is not trigger-enabled fetches nothing."""
    air = Triggering(VOICE)
    air.send_qos(1)
    air.send_qos(2, tid=7)
    assert air.power.waiting == Waiting((1,))
    air.trigger(tid=0)
    assert air.taken() == []
    air.trigger(tid=6)
    assert air.taken() == [(2, False, True)]
    air.send_qos(3, tid=7)
    air.poll()
    assert air.sent.take() == [(1, False)]
    assert air.power.waiting == Waiting()
    air.poll()
    assert air.sent.take() == [(NULL[-1], False)]


def test_a_frame_without_qos_ends_no_period() -> None:
    """Action frames are voice; a QoS Null frame comes behind the last."""
    air = Triggering(ALL)
    frame = b"\xd0\0\0\0" + MAC + BSSID * 2 + b"\0\0\x08\x01\x05"
    air.power.transmit(frame, FrameInfo("action"))
    air.trigger()
    assert [f[0] for f in air.sent.frames] == [0xD0, 0xC8]
    assert air.sent.frames[1][24] & 0x10


def test_what_triggers_nothing() -> None:
    """The frame that says it dozes from now on, one that wakes, and one without QoS."""
    air = Triggering(ALL)
    air.null(dozes=False)
    air.trigger()
    assert air.taken() == []
    air.send_qos(1)
    air.null(dozes=True)
    assert air.taken() == []
    air.trigger(dozes=False)
    assert air.taken() == [(1, False, False)]


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
