# SPDX-License-Identifier: GPL-2.0-or-later
"""The port over virtio device 29: frames both ways, drivers that give too little or rubbish."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hwsim.clock import ClockEstimate
from hwsim.loop import Loop
from hwsim.ports.base import Radio, RadioFrame
from hwsim.ports.vhost_user import MAX_WAITING, RX, TX, VhostUserPort
from tests.unit.hwsim.ports.memory_port import MemoryPort
from tests.unit.hwsim.ports.vhost_driver import ENTRIES, Driver

RADIO = Radio(bytes.fromhex("020000000000"), bytes.fromhex("420000000000"))
FRAME = bytes(range(40))
OFFSET_NS = 5_000_000
FREQ = 2412


class Relay(MemoryPort):
    """The relay's port, by which the guest's clock is another one."""

    def clock_estimate(self, air_ns: int) -> ClockEstimate | None:
        """It is 5 ms ahead."""
        return ClockEstimate(OFFSET_NS, 1000, air_ns)


class Guest:
    """The port, its user, and a driver."""

    def __init__(self, folder: Path) -> None:
        self.loop = Loop()
        self.relay = Relay(self.loop)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(folder / "device"))
        listener.listen(1)
        self.port = VhostUserPort(self.loop, listener, self.relay)
        self.busy = False
        self.frames: list[RadioFrame] = []
        self.reports: list[tuple[int, int, int]] = []
        self.states: list[bool] = []
        self.malformed = 0
        self.stalls: list[tuple[int, int]] = []
        self.port.start(self)
        self.driver = Driver(folder / "device", self.turn)

    def on_frame(self, sent: RadioFrame) -> None:
        """Keep it."""
        self.frames.append(sent)

    def on_malformed(self) -> None:
        """Count it."""
        self.malformed += 1

    def on_delivered(self, tag: int, error: int, guest_ns: int) -> None:
        """Keep it."""
        self.reports.append((tag, error, guest_ns))

    def on_port_state(self, connected: bool) -> None:
        """Keep it."""
        self.states.append(connected)

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """Keep it."""
        self.stalls.append((since_ns, until_ns))

    def turn(self) -> None:
        """Let the port act on all that has come."""
        for _ in range(4):
            self.loop.turn()

    def begin(self) -> None:
        """Relay and driver are there."""
        self.relay.connect(RADIO)
        self.driver.start()

    def deliver(self, tag: int = 0) -> int:
        """Let the radio receive the frame."""
        return self.port.deliver(
            RADIO.hw, FRAME, freq_mhz=FREQ, rate_kbps=1000, signal_dbm=-40, tag=tag
        )


@pytest.fixture
def guest(tmp_path: Path) -> Iterator[Guest]:
    """A guest whose relay and driver are not there yet."""
    guest = Guest(tmp_path)
    yield guest
    guest.driver.close()
    guest.turn()
    guest.port.close()
    guest.loop.close()


def attribute(kind: int, value: bytes) -> bytes:
    """A netlink attribute."""
    return struct.pack("<HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def sent_message(cookie: int = 7) -> bytes:
    """HWSIM_CMD_FRAME as the kernel has it in its buffer, with room behind it."""
    body = struct.pack("<BBH", 2, 1, 0) + attribute(2, RADIO.hw) + attribute(3, FRAME)
    body += attribute(4, struct.pack("<I", 1)) + attribute(19, struct.pack("<I", FREQ))
    body += attribute(7, bytes.fromhex("00010001ff00ff00")) + attribute(
        8, struct.pack("<Q", cookie)
    )
    return struct.pack("<IHHII", 16 + len(body), 30, 0, 0, 0) + body + bytes(100)


def test_both_ways_must_be_there(guest: Guest) -> None:
    """Radios are told once the relay names them and the kernel's driver has its queues."""
    assert "virtio device 29" in guest.port.missing(1)
    guest.relay.connect(RADIO)
    assert guest.port.radios == ()
    guest.driver.start()
    assert guest.port.radios == (RADIO,)
    assert guest.states == [True]
    assert guest.port.missing(2) == "2 radios in memory"
    guest.port.ask_radios()
    assert guest.relay.asked == 1
    guest.driver.send(18, struct.pack("<II", 0, 0))
    assert guest.states == [True, False]
    assert guest.port.radios == ()


def test_a_frame_of_the_guest(guest: Guest) -> None:
    """It comes with everything the kernel says of it, on the guest's clock, and its buffer goes
    back."""
    guest.begin()
    guest.driver.queues[TX].put(0, sent_message())
    guest.driver.kick(TX)
    (sent,) = guest.frames
    assert (sent.radio, sent.frame, sent.freq_mhz) == (RADIO.hw, FRAME, FREQ)
    assert sent.guest_ns == sent.air_ns + OFFSET_NS
    assert guest.driver.queues[TX].taken() == [(0, 0)]
    assert guest.driver.called(TX)


def test_a_frame_for_the_guest(guest: Guest) -> None:
    """It is in the driver's buffer as a netlink message, and counts as delivered then."""
    guest.begin()
    guest.driver.queues[RX].want(3)
    at_ns = guest.deliver(tag=9)
    guest.turn()
    ((head, length),) = guest.driver.queues[RX].taken()
    message = guest.driver.queues[RX].data(head, length)
    assert struct.unpack_from("<I", message)[0] == length
    assert message[16] == 2
    assert FRAME in message
    ((tag, error, guest_ns),) = guest.reports
    assert (tag, error) == (9, 0)
    assert guest_ns >= at_ns + OFFSET_NS
    assert guest.driver.called(RX)


def test_a_status(guest: Guest) -> None:
    """The kernel knows its frame again by the cookie."""
    guest.begin()
    guest.driver.queues[TX].put(0, sent_message(cookie=0x1234))
    guest.driver.kick(TX)
    guest.driver.queues[RX].want(0)
    guest.port.transmit_status(guest.frames[0], acked=True, signal_dbm=-40)
    ((head, length),) = guest.driver.queues[RX].taken()
    message = guest.driver.queues[RX].data(head, length)
    assert message[16] == 3
    assert struct.pack("<Q", 0x1234) in message
    assert guest.reports == []


def test_frames_wait_for_buffers_and_no_more_than_can_be_kept(guest: Guest) -> None:
    """A guest that is slow gets them in their order; what is too much is told as lost."""
    guest.begin()
    for tag in range(1, MAX_WAITING + 3):
        guest.deliver(tag)
    guest.turn()
    assert guest.port.congested
    assert [(tag, error) for tag, error, _ in guest.reports] == [
        (MAX_WAITING + 1, errno.ENOBUFS), (MAX_WAITING + 2, errno.ENOBUFS),
    ]  # fmt: skip
    guest.reports.clear()
    for index in range(ENTRIES):
        guest.driver.queues[RX].want(index)
    guest.driver.kick(RX)
    assert [(tag, error) for tag, error, _ in guest.reports] == [(n, 0) for n in range(1, 9)]


def test_a_buffer_that_is_too_small(guest: Guest) -> None:
    """The frame is lost, and told as that."""
    guest.begin()
    queue = guest.driver.queues[RX]
    queue.describe(0, 0x4000_0000 + queue.place(0), 10, 2)
    queue.offer(0)
    guest.deliver(tag=1)
    guest.turn()
    assert queue.taken() == [(0, 0)]
    assert [report[:2] for report in guest.reports] == [(1, errno.EMSGSIZE)]


@pytest.mark.parametrize("number", [TX, RX])
def test_a_driver_that_breaks_a_queue(guest: Guest, number: int) -> None:
    """The radios are gone until it sets the queue up anew, and the air goes on."""
    guest.begin()
    guest.driver.queues[number].describe(0, 0xDEAD_0000_0000, 10, 2 * number)
    guest.driver.queues[number].offer(0)
    guest.deliver(tag=1)
    guest.driver.kick(number)
    assert guest.states == [True, False]
    assert guest.port.errors == 1
    guest.driver.queues[number].made = 0
    struct.pack_into("<H", guest.driver.memory, guest.driver.queues[number].available + 2, 0)
    guest.driver.set_up(number)
    assert guest.states == [True, False, True]


def test_more_frames_than_one_turn_reads(guest: Guest) -> None:
    """The rest is read in the next turn, without another kick."""
    guest.begin()
    for _ in range(3):
        for index in range(ENTRIES):
            guest.driver.queues[TX].put(index, sent_message())
        guest.driver.kick(TX)
    assert len(guest.frames) == 3 * ENTRIES


def test_what_the_relay_tells(guest: Guest) -> None:
    """Stalls and rubbish are passed on; frames it has no business with are counted."""
    guest.begin()
    guest.port.on_stall(1, 2)
    guest.relay.send_rubbish()
    guest.relay.send(RADIO.hw, FRAME, FREQ, b"")
    guest.port.on_delivered(1, 0, 0)
    assert guest.stalls == [(1, 2)]
    assert guest.malformed == 1
    assert guest.frames == []
    assert guest.port.errors == 2
    guest.busy = True
    assert guest.port.busy


@settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=200), st.integers(0, 64))
def test_whatever_a_guest_sends(guest: Guest, data: bytes, cut: int) -> None:
    """Rubbish, and a message cut or changed, is a frame or is counted; the next one comes."""
    if not guest.states:
        guest.begin()
    whole = sent_message()
    before = len(guest.frames) + guest.malformed
    for message in (data, data + whole[len(data) :], whole[:cut], whole):
        guest.driver.queues[TX].put(0, message.ljust(4096, b"\0"))
        guest.driver.kick(TX)
    assert len(guest.frames) + guest.malformed == before + 4
    assert guest.frames[-1].frame == FRAME
