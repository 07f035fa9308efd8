# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's port, with a socket pair in the place of netlink: the kernel is the far end."""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import PortError
from hwsim.loop import Loop
from hwsim.ports import hwsim_wire, kernel
from hwsim.ports.base import Radio, RadioFrame
from hwsim.ports.kernel import KernelPort

FAMILY = 34
RADIO = Radio(bytes.fromhex("020000000000"), bytes.fromhex("420000000000"))
FRAME = bytes(range(30))
RADIO_MESSAGE = bytes.fromhex(
    "02010000"  # a frame of a radio
    "0a0002004200000000000000"  # the radio
    f"22000300{FRAME.hex()}0000"
    "0800040001000000"  # flags
    "0c0007000001ff00ff00ff00"  # rates and attempts
    "0c0008000700000000000000"  # cookie
)


class User:
    """Keeps what the port tells."""

    def __init__(self) -> None:
        self.busy = False
        self.frames: list[RadioFrame] = []
        self.malformed = 0
        self.delivered: list[tuple[int, int]] = []
        self.states: list[bool] = []

    def on_frame(self, sent: RadioFrame) -> None:
        """A frame came."""
        self.frames.append(sent)

    def on_malformed(self) -> None:
        """Something came that is no frame."""
        self.malformed += 1

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """A report came."""
        self.delivered.append((tag, errno))

    def on_port_state(self, connected: bool) -> None:
        """The port's state changed."""
        self.states.append(connected)

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """Does not happen."""


class Far:
    """The kernel's end."""

    def __init__(self) -> None:
        self.loop, self.user = Loop(), User()
        ours, self.kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.kernel.settimeout(5)
        self.radios = (RADIO,)
        self.port = KernelPort(self.loop, ours, FAMILY, lambda: self.radios)
        self.port.start(self.user)
        self.loop.turn()

    def send(self, payload: bytes, kind: int = FAMILY, sequence: int = 0) -> None:
        """The kernel sends a message, and the port takes it."""
        header = struct.pack("<IHHII", 16 + len(payload), kind, 0, sequence, 0)
        self.raw(header + payload)

    def raw(self, datagram: bytes) -> None:
        """The kernel sends that, and the port takes it."""
        self.kernel.send(datagram)
        self.loop.turn(1)

    def received(self) -> tuple[int, int, int, bytes]:
        """What the kernel got: family, flags, sequence number, message."""
        data = self.kernel.recv(8192)
        length, kind, flags, sequence, _ = struct.unpack_from("<IHHII", data)
        assert length == len(data)
        return kind, flags, sequence, data[16:]

    def deliver(self, tag: int) -> None:
        """The air lets the radio receive a frame."""
        self.port.deliver(
            RADIO.hw, FRAME, freq_mhz=2437, rate_kbps=6000, signal_dbm=-40, tag=tag
        )  # fmt: skip


@pytest.fixture
def far() -> Iterator[Far]:
    """A port and its kernel."""
    far = Far()
    yield far
    far.port.close()
    far.kernel.close()
    far.loop.close()


def test_a_frame_of_a_radio(far: Far) -> None:
    """It comes with the air's clock on both sides."""
    far.send(RADIO_MESSAGE)
    (sent,) = far.user.frames
    assert (sent.radio, sent.frame, sent.rate_kbps) == (RADIO.hw, FRAME, 1000)
    assert sent.guest_ns == sent.air_ns
    estimate = far.port.clock_estimate(5)
    assert estimate is not None
    assert (estimate.offset_ns, estimate.uncertainty_ns) == (0, 0)


def test_a_frame_for_a_radio(far: Far) -> None:
    """The message of the wire codec, in a netlink header that asks for an acknowledgement."""
    far.deliver(7)
    message = hwsim_wire.frame_message(
        RADIO.hw, FRAME, rate_kbps=6000, signal_dbm=-40, freq_mhz=2437
    )
    assert far.received() == (FAMILY, 5, 7, message)


@pytest.mark.parametrize("code", [0, errno.EINVAL])
def test_the_kernels_report(far: Far, code: int) -> None:
    """Taken, or refused with an error; a second report on the same frame is nothing."""
    far.deliver(7)
    for _ in range(2):
        far.send(struct.pack("<i", -code) + bytes(16), 2, 7)
    assert far.user.delivered == [(7, code)]


def test_a_frame_without_a_tag(far: Far) -> None:
    """No acknowledgement is asked for, and the error that comes all the same tells nobody."""
    far.deliver(0)
    assert far.received()[:3] == (FAMILY, 1, 0)
    far.send(struct.pack("<i", -errno.EINVAL) + bytes(16), 2, 0)
    assert far.user.delivered == []


def test_a_status_goes_with_the_answer(far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a frame is taken all that is for the kernel goes in one datagram, in its order; what
    nobody answers goes alone."""

    def answer(sent: RadioFrame) -> None:
        far.port.transmit_status(sent, acked=True, signal_dbm=-40)
        for tag in answers:
            far.deliver(tag)

    monkeypatch.setattr(far.user, "on_frame", answer)
    for answers in ((7,), (), (0, 0)):
        far.send(RADIO_MESSAGE)
        data, found = far.kernel.recv(8192), []
        while data:
            length, _, _, sequence, _ = struct.unpack_from("<IHHII", data)
            found.append((data[16], sequence))
            data = data[length:]
        deliveries = [(hwsim_wire.CMD_FRAME, tag) for tag in answers]
        assert found == [(hwsim_wire.CMD_TX_INFO_FRAME, 0), *deliveries]


def test_a_status(far: Far) -> None:
    """What became of a radio's frame goes back to it."""
    far.send(RADIO_MESSAGE)
    (sent,) = far.user.frames
    far.port.transmit_status(sent, acked=True, signal_dbm=-40)
    message = hwsim_wire.status_message(sent, acked=True, signal_dbm=-40)
    assert far.received() == (FAMILY, 1, 0, message)


def test_a_kernel_that_takes_nothing(far: Far) -> None:
    """The frame is reported as not delivered, later in the turn."""
    far.kernel.close()
    far.deliver(9)
    assert far.user.delivered == []
    far.loop.turn()
    assert far.user.delivered == [(9, errno.EPIPE)]


def test_radios_that_come_and_go(far: Far) -> None:
    """They are read when they are asked for; the same ones again are no news."""
    assert (far.port.radios, far.user.states) == ((RADIO,), [True])
    far.port.ask_radios()
    assert far.user.states == [True]
    far.radios = ()
    far.port.ask_radios()
    assert far.user.states == [True, False]
    assert (
        far.port.missing(2) == "2 radios of mac80211_hwsim in this network namespace; there are 0"
    )


class Overrun:
    """A socket whose first read tells that messages were lost."""

    def __init__(self, real: socket.socket) -> None:
        self._real = real
        self._told = False

    def recv(self, size: int) -> bytes:
        """ENOBUFS once, then what there is."""
        if not self._told:
            self._told = True
            raise OSError(errno.ENOBUFS, "No buffer space available")
        return self._real.recv(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def test_too_much_at_once() -> None:
    """Reports may be among what is lost, so none is awaited; the air is the medium anew."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    loop, user = Loop(), User()
    port = KernelPort(loop, Overrun(ours), FAMILY, lambda: (RADIO,))  # type: ignore[arg-type]
    with contextlib.closing(theirs):
        port.start(user)
        port.deliver(RADIO.hw, FRAME, freq_mhz=2437, rate_kbps=6000, signal_dbm=-40, tag=3)
        theirs.recv(8192)
        theirs.send(struct.pack("<IHHII", 16 + len(RADIO_MESSAGE), FAMILY, 0, 0, 0) + RADIO_MESSAGE)
        loop.turn(1)
        assert user.delivered == [(3, errno.ENOBUFS)]
        assert [sent.frame for sent in user.frames] == [FRAME]
        assert theirs.recv(8192)[16:] == hwsim_wire.register_message()
        assert port.errors == 1
    port.close()
    loop.close()


@given(st.binary(min_size=1, max_size=200))
def test_whatever_comes(data: bytes) -> None:
    """It is a frame, or counted; nothing else comes of it."""
    far = Far()
    try:
        far.raw(data)
        far.send(data)
        assert far.user.malformed == 2 - len(far.user.frames)
    finally:
        far.port.close()
        far.kernel.close()
        far.loop.close()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.EBUSY, "another program is the medium"),
        (errno.EOPNOTSUPP, "channels=1"),
        (errno.EPERM, "root's alone"),
    ],
)
def test_a_medium_that_cannot_be(code: int, said: str) -> None:
    """The kernel's error becomes what to do about it; frames that come before it do not matter."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with contextlib.closing(ours), contextlib.closing(theirs):
        theirs.send(struct.pack("<IHHII", 16 + len(RADIO_MESSAGE), FAMILY, 0, 0, 0) + RADIO_MESSAGE)
        theirs.send(struct.pack("<IHHIIi", 20, 2, 0, 1, 0, -code))
        with pytest.raises(PortError, match=said):
            kernel._register(ours, FAMILY)
        assert theirs.recv(100)[16:] == hwsim_wire.register_message()


def test_a_kernel_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait is bounded."""
    monkeypatch.setattr(kernel, "REGISTER_S", 0.01)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with (
        contextlib.closing(ours),
        contextlib.closing(theirs),
        pytest.raises(PortError, match="does not answer"),
    ):
        kernel._register(ours, FAMILY)
