# SPDX-License-Identifier: GPL-2.0-or-later
"""A port shared by media: whose radios, whose reports, and nobody is kept waiting by another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from hwsim.loop import Loop
from hwsim.ports.base import Port, Radio, RadioFrame
from hwsim.ports.shared import AT_ONCE, MAX_MEDIA, QUEUED, SharedPort
from tests.unit.hwsim.ports.memory_port import MemoryPort

RADIOS = tuple(Radio(bytes(5) + bytes([n]), b"\x42" + bytes(4) + bytes([n]), n) for n in (1, 2, 3))
FREQ = 2412


class User:
    """The air of one medium, which answers every frame of a radio."""

    def __init__(self, place: int, share: Port, order: list[int]) -> None:
        self.place = place
        self.busy = False
        self.share = share
        self.frames: list[RadioFrame] = []
        self.reports: list[tuple[int, int]] = []
        self.states: list[bool] = []
        self.malformed = 0
        self._order = order
        share.start(self)

    def on_frame(self, sent: RadioFrame) -> None:
        """Answer it."""
        self.frames.append(sent)
        self._order.append(self.place)
        self.share.transmit_status(sent, acked=True, signal_dbm=-40)

    def on_malformed(self) -> None:
        """Count it."""
        self.malformed += 1

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """Keep it."""
        self.reports.append((tag, errno))

    def on_port_state(self, connected: bool) -> None:
        """Keep it."""
        self.states.append(connected)

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """That is told of the whole port."""
        raise AssertionError


class Shared:
    """A port in memory, shared by media."""

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.port = MemoryPort(loop)
        self.order: list[int] = []
        self.states: list[bool] = []
        self.overruns: list[int] = []
        self.others: list[tuple[int, int]] = []
        self.stalls: list[tuple[int, int]] = []
        self.shared = SharedPort(loop, self.port, self)
        self.users = [User(n, share, self.order) for n, share in enumerate(self.shared.shares)]
        self.shared.start()
        self.port.connect(*RADIOS)

    def on_port_state(self, connected: bool) -> None:
        """Keep it."""
        self.states.append(connected)

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """Keep it."""
        self.stalls.append((since_ns, until_ns))

    def on_other_delivered(self, tag: int, errno: int) -> None:
        """Keep it."""
        self.others.append((tag, errno))

    def on_overrun(self, place: int) -> None:
        """Keep it."""
        self.overruns.append(place)

    def send(self, radio: int, count: int = 1) -> None:
        """Let a radio, from 1, send."""
        for number in range(count):
            token = bytes([radio]) + number.to_bytes(4, "big")
            self.port.send(RADIOS[radio - 1].hw, b"frame", FREQ, token)


@pytest.fixture
def shared() -> Iterator[Shared]:
    """Three radios, on one medium at first."""
    loop = Loop()
    yield Shared(loop)
    loop.close()


def test_one_medium_has_all_radios_and_its_frames_at_once(shared: Shared) -> None:
    """Nothing stands between the port and the only medium."""
    assert shared.users[0].share.radios == RADIOS
    shared.send(2)
    assert len(shared.users[0].frames) == 1


def test_radios_are_dealt_out_in_turns_and_keep_their_numbers(shared: Shared) -> None:
    """The first and the third are on the first medium, the second is on the other."""
    shared.shared.deal(2)
    first, second = (shared.users[place].share.radios for place in (0, 1))
    assert [radio.number for radio in first] == [1, 3]
    assert [radio.number for radio in second] == [2]
    shared.shared.deal(1)
    assert shared.users[0].share.radios == RADIOS
    assert shared.users[1].share.radios == ()
    assert shared.users[1].states == [True, False]


def test_a_medium_hears_its_own_radios_alone(shared: Shared) -> None:
    """What the second radio sends the first medium never learns."""
    shared.shared.deal(2)
    shared.send(2)
    shared.send(3)
    shared.loop.turn()
    assert [sent.radio for sent in shared.users[0].frames] == [RADIOS[2].hw]
    assert [sent.radio for sent in shared.users[1].frames] == [RADIOS[1].hw]


def test_reports_find_the_medium_whose_frame_it_was(shared: Shared) -> None:
    """Media number their frames by themselves: the same tag is two frames."""
    shared.shared.deal(2)
    for place in (0, 1):
        shared.users[place].share.deliver(
            RADIOS[place].hw, b"frame", freq_mhz=FREQ, rate_kbps=6000, signal_dbm=-40, tag=7
        )
    shared.loop.turn()
    assert [user.reports for user in shared.users[:2]] == [[(7, 0)], [(7, 0)]]


def test_a_report_on_nobodys_frame(shared: Shared) -> None:
    """What a guest makes up reaches no medium: whoever else delivers may know it."""
    shared.shared.on_delivered(0xFFFFFFFF, 5, 0)
    assert all(user.reports == [] for user in shared.users)
    assert shared.others == [(0xFFFFFFFF, 5)]


class WholePort:
    """Whoever is told of the port as a whole, and does nothing."""

    def on_port_state(self, connected: bool) -> None:
        """The radios changed."""

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """The guest stood still."""

    def on_other_delivered(self, tag: int, errno: int) -> None:
        """A frame of no medium was delivered."""

    def on_overrun(self, place: int) -> None:
        """Too much came."""


def test_a_report_on_a_frame_of_a_medium_that_never_was() -> None:
    """The air has but one at first; a guest's tag may name any."""
    loop = Loop()
    whole = SharedPort(loop, MemoryPort(loop), WholePort())
    only = User(0, whole.shares[0], [])
    whole.on_delivered(1 << 28 | 7, 0, 0)
    whole.on_delivered(7, 0, 0)
    assert only.reports == [(7, 0)]
    loop.close()


def test_a_flood_delays_its_own_medium_alone(shared: Shared) -> None:
    """A frame of the other medium waits for no more of the flood than one turn carries."""
    shared.shared.deal(2)
    shared.send(1, 1000)
    shared.send(2)
    shared.loop.turn()
    assert shared.order.index(1) <= AT_ONCE
    before = len(shared.order)
    shared.send(2)
    shared.loop.turn()
    assert shared.order.index(1, before) - before <= AT_ONCE
    while len(shared.order) < 1002:
        shared.loop.turn()
    tokens = [sent.status_token for sent in shared.users[0].frames]
    assert all(one < other for one, other in pairwise(tokens))
    assert all(shared.port.acked.values())


def test_what_is_too_much_to_keep_is_lost_and_told(shared: Shared) -> None:
    """The queue of a medium is bounded; another one's frames are not touched."""
    shared.shared.deal(2)
    shared.send(1, QUEUED + 3)
    shared.send(2)
    assert shared.overruns == [0] * 3
    assert list(shared.port.acked.values()) == [False] * 3
    shared.loop.turn()
    assert len(shared.users[1].frames) == 1


def test_radios_that_go_leave_nothing_behind(shared: Shared) -> None:
    """Frames that wait for their turn when the guest goes are never carried."""
    shared.shared.deal(2)
    shared.send(1, 10)
    shared.port.connect()
    shared.loop.turn()
    assert shared.order == []
    assert shared.states == [True, False]
    assert shared.users[0].states == [True, True, False]


def test_what_is_nobodys(shared: Shared) -> None:
    """What cannot be read counts for the first medium; a stall is the whole guest's."""
    shared.shared.deal(2)
    shared.port.send_rubbish()
    shared.shared.on_stall(1, 2)
    assert [user.malformed for user in shared.users] == [1] + [0] * (MAX_MEDIA - 1)
    assert shared.stalls == [(1, 2)]
    assert not shared.shared.busy
    shared.users[1].busy = True
    assert shared.shared.busy
