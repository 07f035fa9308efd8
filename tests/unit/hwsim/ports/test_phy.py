# SPDX-License-Identifier: GPL-2.0-or-later
"""The port to a monitor interface: a socket pair stands for the kernel's packet socket."""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from hwsim.errors import PortError
from hwsim.loop import Loop
from hwsim.ports.base import RadioFrame
from hwsim.ports.phy import ETHER, MAX_PENDING, PhyPort, _check, phy_port
from hwsim.ports.radiotap import injected

STATION, AP = bytes.fromhex("020000000001"), bytes.fromhex("02484c000001")
HEARD = struct.pack("<BxHIBBHHbx", 0, 16, 0b101110, 0, 12, 2412, 0xA0, -42)
FAILED, SENT = (struct.pack("<BxHIH", 0, 10, 1 << 15, flags) for flags in (1, 0))


def frame(transmitter: bytes, receiver: bytes, sequence: int, *, retry: bool = False) -> bytes:
    """A data frame."""
    head = b"\x08" + bytes([0x08 if retry else 0]) + b"\0\0" + receiver + transmitter + AP
    return head + struct.pack("<H", sequence << 4) + b"payload"


class Wire(socket.socket):
    """A packet socket's way to say where a packet comes from."""

    kind = socket.PACKET_OTHERHOST
    error = 0
    """What the kernel says of the interface instead."""

    def recvfrom(self, size: int, flags: int = 0) -> tuple[bytes, tuple[str, int, int]]:
        """A packet with its kind."""
        packet = self.recv(size, flags)
        self._check()
        return packet, ("mon0", 4, self.kind)

    def send(self, data: bytes, flags: int = 0) -> int:  # type: ignore[override]
        """Inject it."""
        self._check()
        return super().send(data, flags)

    def _check(self) -> None:
        if self.error:
            raise OSError(self.error, os.strerror(self.error))


class Air:
    """The port, its user and the ether."""

    busy = False

    def __init__(self) -> None:
        self.loop = Loop()
        near, self.ether = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.wire = Wire(fileno=near.detach())
        self.port = PhyPort(self.loop, self.wire, STATION)
        self.frames: list[RadioFrame] = []
        self.reports: list[tuple[int, int]] = []
        self.states: list[bool] = []
        self.port.start(self)
        self.loop.turn()

    def on_frame(self, sent: RadioFrame) -> None:
        """Keep it."""
        self.frames.append(sent)

    def on_malformed(self) -> None:
        """Rubbish on the air is nobody's."""
        raise AssertionError

    def on_delivered(self, tag: int, error: int, guest_ns: int) -> None:
        """Keep it."""
        self.reports.append((tag, error))

    def on_port_state(self, connected: bool) -> None:
        """Keep it."""
        self.states.append(connected)

    def on_stall(self, since_ns: int, until_ns: int) -> None:
        """Nobody can tell."""
        raise AssertionError

    def hear(self, *packets: bytes) -> None:
        """Let packets be on the air."""
        for packet in packets:
            self.ether.send(packet)
        self.loop.turn()

    def deliver(self, what: bytes, tag: int = 0) -> bytes:
        """Have a frame sent; what was injected."""
        self.port.deliver(
            ETHER, what, freq_mhz=2412, rate_kbps=1000, signal_dbm=-40, tag=tag
        )  # fmt: skip
        return self.ether.recv(4096)


@pytest.fixture
def air() -> Iterator[Air]:
    """A port that has begun."""
    air = Air()
    yield air
    air.port.close()
    air.ether.close()
    air.loop.close()


def test_the_device_is_heard_and_nobody_else(air: Air) -> None:
    """With channel and rate; phones of the neighbourhood are not the air's stations."""
    air.hear(HEARD + frame(STATION, AP, 1), HEARD + frame(AP, STATION, 1), b"rubbish", HEARD)
    (sent,) = air.frames
    assert sent[:4] == (ETHER, frame(STATION, AP, 1), 2412, 6000)
    assert air.states == [True]
    assert [radio.mac for radio in air.port.radios] == [STATION]
    assert "02:00:00:00:00:01" in air.port.missing(2)


def test_what_is_repeated_is_one_frame(air: Air) -> None:
    """The acknowledgement was lost: the device says the same again, with the retry bit."""
    first, again = frame(STATION, AP, 1), frame(STATION, AP, 1, retry=True)
    other = frame(STATION, AP, 2, retry=True)  # of which the first was not heard
    air.hear(HEARD + first, HEARD + again, HEARD + other)
    assert [sent.frame for sent in air.frames] == [first, other]


def test_what_we_send_is_not_heard(air: Air) -> None:
    """The kernel shows a packet socket its own packets, too."""
    air.wire.kind = socket.PACKET_OUTGOING
    air.hear(HEARD + frame(STATION, AP, 1))
    assert air.frames == []


@pytest.mark.parametrize(("header", "error"), [(SENT, 0), (FAILED, errno.ETIMEDOUT)])
def test_a_frame_is_reported_on(air: Air, header: bytes, error: int) -> None:
    """The kernel shows what became of it; of one that nobody waits for, too."""
    what = frame(AP, STATION, 7)
    assert air.deliver(what, tag=5) == injected(what, 1000, group=False)
    air.hear(header + frame(AP, STATION, 8), header + what, header + what)
    assert air.reports == [(5, error)]


@pytest.mark.parametrize("way", ["heard", "sent"])
def test_an_interface_that_goes_down_is_told(air: Air, way: str) -> None:
    """Once, whichever way it is noticed; and when it is up again, by what it hears."""
    air.loop.turn()
    air.wire.error = errno.ENETDOWN
    if way == "heard":
        air.hear(b"x")
        air.hear(b"x")
    else:
        for tag in (5, 6):
            air.port.deliver(
                ETHER, frame(AP, STATION, 7), freq_mhz=2412, rate_kbps=1000, signal_dbm=-40, tag=tag
            )
        air.loop.turn()
        assert [error for _, error in air.reports] == [errno.ENETDOWN] * 2
    assert (air.states, air.port.radios) == ([True, False], ())
    assert "went down" in air.port.missing(1)
    air.wire.error = 0
    air.hear(HEARD + frame(STATION, AP, 1))
    assert air.states == [True, False, True]
    assert air.port.errors == 2


def test_a_frame_to_all_needs_no_report(air: Air) -> None:
    """Nobody acknowledges it."""
    what = frame(AP, b"\xff" * 6, 1)
    assert air.deliver(what, tag=5) == injected(what, 1000, group=True)
    air.loop.turn()
    assert air.reports == [(5, 0)]


def test_reports_that_never_come(air: Air) -> None:
    """A driver that tells nothing costs no memory."""
    for number in range(MAX_PENDING + 1):
        air.deliver(frame(AP, STATION, number), tag=number + 1)
    air.loop.turn()
    assert air.reports == [(1, errno.ETIMEDOUT)]


def test_an_adapter_that_is_gone(air: Air) -> None:
    """What cannot be sent is told; the air goes on."""
    air.ether.close()
    air.port.deliver(
        ETHER, frame(AP, STATION, 1), freq_mhz=2412, rate_kbps=1000, signal_dbm=-40, tag=3
    )
    air.loop.turn()
    assert air.reports == [(3, errno.ECONNREFUSED)]
    assert air.port.errors >= 1
    assert air.port.clock_estimate(0) is None
    assert not air.port.congested


def test_an_interface_that_is_none(tmp_path: Path) -> None:
    """What is there instead, and what makes one."""
    (tmp_path / "wlan0").mkdir()
    (tmp_path / "wlan0" / "type").write_text("1\n")
    (tmp_path / "mon0").mkdir()
    (tmp_path / "mon0" / "type").write_text("803\n")
    _check("mon0", tmp_path)
    with pytest.raises(PortError, match="wlan0 is no monitor interface"):
        _check("wlan0", tmp_path)
    for name in ("absent", "../mon0"):
        with pytest.raises(PortError, match="no network interface"):
            _check(name, tmp_path)
    with pytest.raises(PortError, match="lo is no monitor"), phy_port(Loop(), "lo", STATION):
        raise AssertionError(os.getpid())
