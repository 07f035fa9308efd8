# SPDX-License-Identifier: GPL-2.0-or-later
"""The radio port to an emulated USB adapter, with QEMU's end and the driver by script."""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from hwsim.adapter_orders import Holdup, kinds
from hwsim.clock import ClockEstimate
from hwsim.loop import Loop, now_ns
from hwsim.ports.base import PortUser, Radio, RadioFrame
from hwsim.ports.usb import FIRST_MAC, UsbPort
from hwsim.usb import redir_wire as wire
from hwsim.usb.plugins import source_of
from hwsim.usb.sources import ClassSource, Process, SocketSource, Source
from tests.unit.hwsim.ports.memory_port import MemoryPort
from tests.unit.hwsim.usb import model_process as model
from tests.unit.hwsim.usb.chips import Broken, Raising
from tests.unit.hwsim.usb.model_process import ModelEnd, word
from tests.unit.hwsim.usb.models.realtek.driver import AP, CHANNEL_6, RX_CONFIG, data_frame
from tests.unit.hwsim.usb.peer import HELLO, Peer

RX, TX = 0x81, 0x02


class User:
    """Keeps what the port tells."""

    busy = False

    def __init__(self) -> None:
        self.frames: list[RadioFrame] = []
        self.malformed = 0
        self.delivered: list[tuple[int, int, int]] = []
        self.states: list[bool] = []
        self.stalls: list[tuple[int, int]] = []
        self.faults: list[str] = []

    def on_frame(self, sent: RadioFrame) -> None:
        """Keep it; the test tells its status."""
        self.frames.append(sent)

    def on_malformed(self) -> None:
        """Count it."""
        self.malformed += 1

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """Keep it."""
        self.delivered.append((tag, errno, guest_ns))

    def on_port_state(self, connected: bool) -> None:
        """Keep it."""
        self.states.append(connected)

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """Keep it."""
        self.stalls.append((since_ns, until_ns))

    def on_fault(self, reason: str) -> None:
        """Keep it."""
        self.faults.append(reason)


class Relay(MemoryPort):
    """The guest's relay, of which the clock is wanted alone."""

    estimate: ClockEstimate | None = None
    user: PortUser

    def start(self, user: PortUser) -> None:
        """Keep whom it tells."""
        self.user = user

    def clock_estimate(self, air_ns: int) -> ClockEstimate | None:
        """What the test says."""
        return self.estimate

    def missing(self, radios: int) -> str:
        """As a relay's port says it."""
        return "the relay's HELLO"


class Far(Peer):
    """QEMU's end, and a driver behind it."""

    def __init__(self, folder: Path, relay: bool, source: Source | None = None) -> None:
        super().__init__()
        self.loop, self.user = Loop(), User()
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(folder / "usb"))
        listener.listen(1)
        self.path = str(folder / "usb")
        self.relay = Relay(self.loop) if relay else None
        self.port = UsbPort(self.loop, listener, source or source_of("rtl8187l"), self.relay)
        self.port.start(self.user)
        self.sock = socket.socket(socket.AF_UNIX)
        self._inbox = b""
        self._wide = False
        self.feed = self._send

    def connect(self) -> None:
        """Connect (again), and say hello."""
        self.sock.close()
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)
        self._inbox, self._wide = b"", False
        self.loop.turn()
        self._send(HELLO)

    def _send(self, data: bytes) -> None:
        self.sock.sendall(data)
        self.loop.turn()
        self.collect()

    def collect(self) -> None:
        """Read what the port has sent."""
        self.sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            self._inbox += self.sock.recv(1 << 18)
        self.sock.setblocking(True)
        while found := wire.read_packet(self._inbox, 0, wide=self._wide):
            whole, end = self._inbox[: found[1]], found[1]
            self._inbox, self._wide = self._inbox[end:], True
            if found[0].kind != wire.HELLO:
                self._greeted = True
                self.write(whole)

    def start_radio(self) -> None:
        """The driver puts the chip into operation, on channel 6."""
        self.control(0x40, 5, 7, 0x8225, 2, CHANNEL_6.to_bytes(2, "little"))
        self.set(0xFF44, RX_CONFIG, 4)
        self.set(0xFF37, 0x0C)
        self.taken()

    def transmit(self, frame: bytes) -> int:
        """The driver sends a frame."""
        return self.send(TX, struct.pack("<IHHI", len(frame) | 1 << 15, 0, 0, 0) + frame)

    def close(self) -> None:
        """Close both ends."""
        self.port.close()
        self.sock.close()
        self.loop.close()


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Far]:
    """A port without a relay, and a chip that its driver has put into operation."""
    far = Far(tmp_path, relay=False)
    far.connect()
    far.start_radio()
    yield far
    far.close()


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[Far]:
    """A port whose guest has a relay; nothing has happened yet."""
    far = Far(tmp_path, relay=True)
    yield far
    far.close()


def deliver(port: UsbPort, frame: bytes, tag: int) -> int:
    """Let the radio receive a frame on channel 6."""
    return port.deliver(
        FIRST_MAC, frame, freq_mhz=2437, rate_kbps=6000, signal_dbm=-40, tag=tag
    )  # fmt: skip


def test_a_radio_is_an_adapter_in_operation(far: Far) -> None:
    """Until its driver or QEMU goes."""
    assert far.port.radios == (Radio(FIRST_MAC, FIRST_MAC),)
    assert far.user.states == [True]
    far.ask(wire.RESET, b"")
    assert far.port.radios == ()
    assert far.user.states == [True, False]


def test_what_is_missing_is_told(clocked: Far) -> None:
    """Step by step, as far as the guest has come."""
    missing = clocked.port.missing
    assert missing(1).endswith("QEMU is not connected")
    clocked.connect()
    assert missing(1).endswith("no driver has put it into operation")
    clocked.start_radio()
    assert missing(1).startswith("the relay's HELLO")
    assert missing(2) == "2 USB adapters; this port has one"


def test_a_frame_and_its_status(far: Far) -> None:
    """The transfer ends when the status has come, which the chip counts."""
    frame = data_frame(AP, FIRST_MAC)
    number = far.transmit(frame)
    (sent,) = far.user.frames
    assert (sent.radio, sent.frame, sent.freq_mhz, sent.rate_kbps) == (
        FIRST_MAC, frame, 2437, 1000,
    )  # fmt: skip
    assert sent.guest_ns == sent.air_ns
    assert far.taken() == []
    far.port.transmit_status(sent, acked=False, signal_dbm=-40)
    far.port.transmit_status(sent, acked=False, signal_dbm=-40)
    far.collect()
    assert [one.number for one in far.taken()] == [number]
    assert far.read(0xFFFA, 2) == 7
    far.send(TX, b"no frame")
    assert far.user.malformed == 1


def test_a_chip_that_is_tuned_to_no_channel_is_heard_by_nobody(far: Far) -> None:
    """And not by everybody, as a radio of which the port does not know the channel."""
    far.control(0x40, 5, 7, 0x8225, 2, b"\x01\x00")
    far.transmit(data_frame(AP, FIRST_MAC))
    assert far.user.frames == []
    assert far.read(0xFFFA, 2) == 7


def test_a_frame_for_the_guest(far: Far) -> None:
    """It reached the chip when it was written, which is told when its driver has it."""
    far.want(RX)
    at_ns = deliver(far.port, data_frame(FIRST_MAC, AP), 5)
    assert far.user.delivered == []
    far.want(RX)
    ((tag, code, guest_ns),) = far.user.delivered
    assert (tag, code) == (5, 0)
    assert at_ns <= guest_ns


def test_what_the_chip_does_not_receive_is_told(far: Far) -> None:
    """For another station here; and of what had waited when the guest lost its adapter."""
    deliver(far.port, data_frame(AP, AP), 5)
    far.loop.turn()
    assert [one[:2] for one in far.user.delivered] == [(5, errno.EINVAL)]
    deliver(far.port, data_frame(FIRST_MAC, AP), 6)
    far.sock.close()
    far.loop.turn()
    far.loop.turn()
    assert [one[:2] for one in far.user.delivered[1:]] == [(6, errno.ENODEV)]
    assert far.user.states == [True, False]
    deliver(far.port, data_frame(FIRST_MAC, AP), 7)


def test_frames_that_nobody_asks_for_are_congestion(far: Far) -> None:
    """The air leaves beacons out then."""
    assert not far.port.congested
    for _ in range(20):
        deliver(far.port, data_frame(FIRST_MAC, AP), 0)
    assert far.port.congested


def test_a_peer_that_breaks_the_protocol_is_hung_up_on(far: Far) -> None:
    """The guest sees its adapter go; another connection is another adapter."""
    far.sock.sendall(wire.HEADER_64.pack(wire.BULK, wire.MAX_BODY + 1, 1))
    far.loop.turn()
    assert far.port.errors == 1
    assert far.user.states == [True, False]
    far.connect()
    far.start_radio()
    assert far.user.states == [True, False, True]


def test_there_is_no_radio_before_its_clock_is_known(clocked: Far) -> None:
    """Its frames would have times of another clock."""
    relay = clocked.relay
    assert relay is not None
    clocked.connect()
    clocked.start_radio()
    clocked.transmit(data_frame(AP, FIRST_MAC))
    assert (clocked.port.radios, clocked.user.frames) == ((), [])
    relay.estimate = ClockEstimate(1_000_000, 300, 0)
    while not clocked.port.radios:
        clocked.loop.turn()
    assert clocked.user.states == [True]


def test_times_are_the_ends_of_what_the_clocks_allow(clocked: Far) -> None:
    """A frame from the guest has the early one, a frame for it the late one."""
    relay = clocked.relay
    assert relay is not None
    relay.estimate = ClockEstimate(1_000_000, 300, now_ns())
    clocked.connect()
    clocked.start_radio()
    clocked.transmit(data_frame(AP, FIRST_MAC))
    (sent,) = clocked.user.frames
    early_ns = 1_000_000 - 300  # and clocks drift apart until they are looked at again
    assert early_ns - 10_000 < sent.guest_ns - sent.air_ns <= early_ns
    clocked.want(RX)
    at_ns = deliver(clocked.port, data_frame(FIRST_MAC, AP), 5)
    clocked.want(RX)
    assert clocked.user.delivered[0][2] >= at_ns + 1_000_000 + 300
    relay.estimate = None
    assert clocked.port.clock_estimate(0) == ClockEstimate(1_000_000, 300, 0)


def test_a_clock_whose_relay_has_died_is_worth_less_with_its_age(clocked: Far) -> None:
    """What it was is known for ever, how exactly it is not: clocks drift apart."""
    relay = clocked.relay
    assert relay is not None
    relay.estimate = ClockEstimate(1_000_000, 300, 0)
    assert clocked.port.clock_estimate(0) == relay.estimate
    relay.estimate = None
    assert clocked.port.clock_estimate(10**9) == ClockEstimate(1_000_000, 300 + 50_000, 10**9)
    assert clocked.port.clock_estimate(10**11) == ClockEstimate(1_000_000, 5_000_300, 10**11)
    clocked.connect()
    clocked.start_radio()
    clocked.transmit(data_frame(AP, FIRST_MAC))
    (sent,) = clocked.user.frames
    assert sent.guest_ns < sent.air_ns + 1_000_000 - 300


def test_pulled_out_and_plugged_in_again_by_order(clocked: Far) -> None:
    """The guest sees it go; the radio is another one's when its driver has it. Without a QEMU there
    is nothing to be done."""
    relay = clocked.relay
    assert relay is not None
    relay.estimate = ClockEstimate(0, 300, 0)
    for act in (clocked.port.unplug, clocked.port.plug, clocked.port.let_go):
        act()
    clocked.connect()
    clocked.start_radio()
    clocked.port.hold_up(Holdup(kinds(()), 0, 1 << 62))
    number = clocked.transmit(data_frame(AP, FIRST_MAC))
    assert clocked.user.frames == []
    clocked.port.unplug()
    clocked.collect()
    assert [one.kind for one in clocked.taken()] == [wire.DEVICE_DISCONNECT]
    assert clocked.user.states == [True, False]
    assert "unplugged" in clocked.port.missing(1)
    clocked.ask(wire.CANCEL_DATA, b"", number)
    clocked.ask(wire.DEVICE_DISCONNECT_ACK, b"")
    clocked.port.plug()
    clocked.collect()
    assert clocked.taken()[-1].kind == wire.DEVICE_CONNECT
    clocked.start_radio()
    assert clocked.user.states == [True, False, True]
    clocked.port.hold_up(Holdup(kinds(()), 0, 1 << 62))
    clocked.transmit(data_frame(AP, FIRST_MAC))
    clocked.port.let_go()
    assert len(clocked.user.frames) == 1


def test_of_the_relay_its_stalls_are_told_and_no_frames(clocked: Far) -> None:
    """Its radios are on no air."""
    relay = clocked.relay
    assert relay is not None
    relay.user.on_stall(1, 2)
    relay.user.on_fault("of a radio elsewhere")
    relay.user.on_port_state(True)
    relay.user.on_malformed()
    relay.user.on_delivered(1, 0, 0)
    relay.user.on_frame(RadioFrame(FIRST_MAC, b"", None, None, 0, 0))
    assert clocked.user.stalls == [(1, 2)]
    assert not relay.user.busy
    assert (clocked.user.states, clocked.user.frames, clocked.user.faults) == ([], [], [])


@pytest.fixture
def modelled(tmp_path: Path) -> Iterator[tuple[Far, ModelEnd]]:
    """A port whose model is in another process; QEMU is connected."""
    ours, theirs = socket.socketpair()
    far = Far(tmp_path, relay=False, source=SocketSource("exec:m", lambda: (ours, Process())))
    far.connect()
    yield far, ModelEnd(theirs)
    far.close()
    theirs.close()


def test_a_model_in_another_process(modelled: tuple[Far, ModelEnd]) -> None:
    """QEMU is greeted when it is known what the device is; a frame that the model does not receive
    is told when that is known."""
    far, end = modelled
    assert "exec:m has not told what it is" in far.port.missing(1)
    end.got()
    end.send(model.IDENTITY, model.identity())
    for _ in range(3):
        far.loop.turn()
    far.collect()
    assert wire.DEVICE_CONNECT in [one.kind for one in far.taken()]
    end.send(model.STARTED, word(1))
    far.loop.turn()
    assert far.user.states == [True]
    far.want(RX)
    for tag, answer in ((5, word(RX, b"received")), (6, word(0))):
        deliver(far.port, data_frame(FIRST_MAC, AP), tag)
        (asked,) = end.got()
        end.send(model.RECEIVED, answer, asked.number)
        far.loop.turn()
    far.loop.turn()
    far.collect()
    assert far.taken()[-1].body.endswith(b"received")
    assert [one[:2] for one in far.user.delivered] == [(6, errno.EINVAL)]
    number = far.send(TX, b"x")
    (asked,) = end.got()
    end.send(model.BULK_DONE, word(1), asked.number)
    far.loop.turn()
    far.collect()
    assert [one.number for one in far.taken()] == [number]
    assert far.user.malformed == 1


def test_a_model_that_fails_takes_the_adapter_along(modelled: tuple[Far, ModelEnd]) -> None:
    """Why is told first, by name; then the guest sees the adapter go."""
    far, end = modelled
    end.send(model.IDENTITY, model.identity())
    far.loop.turn()
    end.send(model.STARTED, word(1))
    end.send(99)
    while not far.user.faults:
        far.loop.turn()
    assert far.user.faults == ["exec:m: it sent a message of kind 99, which there is not"]
    assert far.user.states == [True, False]


def test_a_model_of_this_process_that_fails(tmp_path: Path) -> None:
    """When it is made, or when it is asked."""
    for make, told in (
        (Broken, "v:C: its class raised OSError: no firmware file at"),
        (Raising, "v:C: control() of request 5 raised ZeroDivisionError"),
    ):
        folder = tmp_path / make.__name__
        folder.mkdir()
        far = Far(folder, relay=False, source=ClassSource("v:C", make))
        with contextlib.suppress(BrokenPipeError):
            far.connect()
        if make is Raising:
            far.ask(wire.CONTROL, struct.pack("<BBBBHHH", 0x80, 5, 0xC0, 0, 0, 0, 4))
        far.loop.turn()
        (fault,) = far.user.faults
        assert fault.startswith(told)
        assert far.port.missing(1).endswith("QEMU is not connected")
        far.close()
