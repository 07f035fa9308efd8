# SPDX-License-Identifier: GPL-2.0-or-later
"""The radio port's framing, with a loop but without a process."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.loop import Loop
from hwsim.ports import hwsim_wire, virtio_serial
from hwsim.ports.base import Radio, RadioFrame
from hwsim.ports.virtio_serial import VirtioSerialPort
from tests.unit.hwsim.manual_clock import ManualClock

MAC, HW = "02:00:00:00:00:00", "42:00:00:00:00:00"
HELLO = json.dumps({"relay": 1, "radios": [{"mac": MAC, "hw": HW}]}).encode()
GUEST_NS = 123_000_000_000
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
        self.frames: list[tuple[bytes, int]] = []
        self.malformed = 0
        self.delivered: list[tuple[int, int, int]] = []
        self.states: list[bool] = []
        self.stalls: list[tuple[int, int]] = []

    def on_frame(self, sent: RadioFrame) -> None:
        """A frame came."""
        self.frames.append((sent.frame, sent.guest_ns))

    def on_malformed(self) -> None:
        """Something came that is no frame."""
        self.malformed += 1

    def on_delivered(self, tag: int, errno: int, guest_ns: int) -> None:
        """A report came."""
        self.delivered.append((tag, errno, guest_ns))

    def on_port_state(self, connected: bool) -> None:
        """The port's state changed."""
        self.states.append(connected)

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """The guest stood still."""
        self.stalls.append((since_ns, until_ns))


class Far:
    """QEMU's end of the port."""

    def __init__(self, directory: Path) -> None:
        self.loop = Loop()
        self.user = User()
        self.path = str(directory / "radio")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.path)
        listener.listen(1)
        self.port = VirtioSerialPort(self.loop, listener)
        self.port.start(self.user)
        self.sock = socket.socket(socket.AF_UNIX)
        self.connect()

    def close(self) -> None:
        """Close both ends."""
        self.port.close()
        self.sock.close()
        self.loop.close()

    def connect(self) -> None:
        """Connect (again)."""
        self.sock.close()
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)
        self.loop.turn()

    def send(self, data: bytes) -> None:
        """Send bytes, which the port reads at once."""
        self.sock.sendall(data)
        self.loop.turn()

    def received(self) -> list[tuple[int, bytes]]:
        """The messages that the port has sent so far, by kind and payload."""
        self.sock.setblocking(False)
        data, found = b"", []
        with contextlib.suppress(BlockingIOError):
            while True:
                data += self.sock.recv(65536)
        while data:
            length, kind, guest_ns = struct.unpack_from("<IB3xQ", data)
            assert guest_ns == 0
            found.append((kind, data[16 : 16 + length]))
            data = data[16 + length :]
        self.sock.setblocking(True)
        return found


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Far]:
    """A port and its far end."""
    far = Far(tmp_path)
    yield far
    far.close()


def message(kind: int, payload: bytes) -> bytes:
    """A message of the guest."""
    return struct.pack("<IB3xQ", len(payload), kind, GUEST_NS) + payload


def deliver(port: VirtioSerialPort, frame: bytes, tag: int = 0) -> None:
    """Let the radio receive a frame."""
    port.deliver(b"\x42" + bytes(5), frame, freq_mhz=2437, rate_kbps=6000, signal_dbm=-40, tag=tag)


def test_greeting(far: Far) -> None:
    """The air says hello first; the relay's hello makes radios reachable, and pings begin."""
    assert far.received() == [(1, b'{"air":1}')]
    assert far.user.states == []
    far.send(message(1, HELLO))
    assert far.user.states == [True]
    assert far.port.radios == (Radio(b"\x02" + bytes(5), b"\x42" + bytes(5)),)
    [(kind, token)] = far.received()
    assert kind == 5
    far.send(message(1, HELLO))
    assert far.user.states == [True]  # a relay that says hello twice is no news
    far.send(message(6, token))
    assert far.port.clock_estimate(0) is not None


def test_messages_up(far: Far) -> None:
    """Frames and reports reach the user with the guest's time; unknown kinds are skipped."""
    far.send(message(1, HELLO) + message(99, b"new") + message(2, RADIO_MESSAGE))
    far.send(message(4, struct.pack("<Ii", 7, -22)))
    assert far.user.frames == [(FRAME, GUEST_NS)]
    assert far.user.delivered == [(7, -22, GUEST_NS)]


def test_what_is_no_frame(far: Far) -> None:
    """A message that holds no frame is told, and the connection stays."""
    far.send(message(1, HELLO) + message(2, b"rubbish") + message(2, RADIO_MESSAGE))
    assert far.user.malformed == 1
    assert far.user.frames == [(FRAME, GUEST_NS)]
    assert far.port.errors == 0


def test_messages_down(far: Far) -> None:
    """Behind its tag goes a frame, tagged for a report, and the status of one, which needs none."""
    far.send(message(1, HELLO))
    far.received()
    deliver(far.port, b"to a radio", tag=5)
    sent = hwsim_wire.parse_radio_frame(RADIO_MESSAGE, 0, 0)
    far.port.transmit_status(sent, acked=True, signal_dbm=-40)
    [(kind, frame), (status_kind, status)] = far.received()
    assert kind == status_kind == 3
    assert frame[:5] == b"\x05\0\0\0\x02"
    assert b"to a radio" in frame
    assert status[:5] == b"\0\0\0\0\x03"


def test_what_a_client_waits_for(far: Far) -> None:
    """The error of a client that waits tells who is there, and how many radios of how many."""
    assert far.port.missing(1) == "the relay's HELLO on the radio port; QEMU is connected"
    far.send(message(1, HELLO))
    assert far.port.missing(2).endswith("; of 2 radios it has named 1")
    far.sock.close()
    far.loop.turn()
    assert far.port.missing(1).endswith("; QEMU is not connected")


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{}", b'{"radios":[1]}', b'{"radios":[{"mac":1,"hw":2}]}', b"[" * 9999]
)
def test_bad_hello(far: Far, payload: bytes) -> None:
    """A hello that names no radios is passed over at first; later it closes the connection."""
    far.send(message(1, payload))
    assert far.user.states == []
    far.send(message(1, HELLO))
    assert far.port.radios
    far.send(message(1, payload))
    assert not far.port.radios
    assert far.port.errors == 1
    far.connect()
    far.send(message(1, HELLO))
    assert far.port.radios


def test_new_connection_takes_over(far: Far) -> None:
    """A second QEMU replaces the first, whose death may not have been seen."""
    far.send(message(1, HELLO))
    first, far.sock = far.sock, socket.socket(socket.AF_UNIX)
    far.connect()
    assert far.user.states == [True, False]
    far.send(message(1, HELLO))
    assert far.user.states == [True, False, True]
    first.close()


def test_congestion(far: Far) -> None:
    """What a stopped guest leaves unread shows, and is bounded; reading ends it."""
    far.send(message(1, HELLO))
    assert not far.port.congested
    while not far.port.congested:
        deliver(far.port, bytes(1000))
    for _ in range(3000):
        deliver(far.port, bytes(1000))
    far.received()
    far.loop.turn()
    far.received()
    assert len(far.port._outbox) <= (1 << 20) + 1024


@given(st.binary(max_size=80), st.integers(1, 40))
def test_rubbish_before_hello(rubbish: bytes, pieces: int) -> None:
    """Whatever a restored guest sends first, in whatever pieces, its HELLO is found."""
    with (
        tempfile.TemporaryDirectory() as directory,
        contextlib.closing(Far(Path(directory))) as far,
    ):
        data = rubbish + message(1, HELLO) + message(2, RADIO_MESSAGE)
        for at in range(0, len(data), pieces):
            far.send(data[at : at + pieces])
        assert far.user.states == [True]
        assert far.user.frames == [(FRAME, GUEST_NS)]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """The clock that the port and its loop read."""
    return ManualClock(monkeypatch, virtio_serial)


def asked(far: Far, clock: ManualClock) -> int:
    """The guest has said hello, and has been sent a ping; when that was."""
    far.send(message(1, HELLO))
    assert [payload for kind, payload in far.received() if kind == 5]
    return clock.now


def test_a_guest_that_answers_late_stood_still(far: Far, clock: ManualClock) -> None:
    """Between the ping and the first word after it, whatever that is."""
    at_ns = asked(far, clock)
    clock.now += 2_500_000_000
    far.send(message(2, RADIO_MESSAGE))
    assert far.user.stalls == [(at_ns, clock.now)]


def test_a_guest_that_answers_soon_did_not(far: Far, clock: ManualClock) -> None:
    """Under a second is how long an emulated guest may take."""
    asked(far, clock)
    clock.now += 900_000_000
    far.send(message(6, struct.pack("<Q", 1)))
    assert far.user.stalls == []


def test_an_air_that_was_stopped_does_not_blame_the_guest(far: Far, clock: ManualClock) -> None:
    """Its own loop came late: the answer had been there."""
    at_ns = asked(far, clock)
    far.loop.last_stall = (at_ns + 1, at_ns + 2_000_000_000)
    clock.now += 2_500_000_000
    far.send(message(2, RADIO_MESSAGE))
    assert far.user.stalls == []


def test_a_silent_guest_is_asked_also_in_a_handshake(far: Far, clock: ManualClock) -> None:
    """Pings are held back while the access point waits for a station, but not for long."""
    far.user.busy = True
    far.send(message(1, HELLO))
    assert not [kind for kind, _ in far.received() if kind == 5]
    clock.now += 600_000_000
    far.loop.turn()
    assert [kind for kind, _ in far.received() if kind == 5]
