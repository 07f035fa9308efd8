# SPDX-License-Identifier: GPL-2.0-or-later
"""The radio relay of the reference guest: mac80211_hwsim <-> the virtio-serial port ``hil.radio``.

It registers as the medium of the guest's hwsim radio, so the kernel hands every transmitted frame
to it, and carries those generic-netlink messages unchanged to the host, where the air is; what the
air answers (frames to receive, transmit status) goes back to the kernel. It decides nothing.

The messages of the port: :mod:`hil_common.radio_port`; those of the kernel: `relay_netlink`.

The guest clock is the one Wine's QueryPerformanceCounter reads (see :data:`QPC_CLOCK`), so times
of the radio port and times of the IHV trace need no conversion.

This is the hot path, on an emulated processor. A netlink header and a port header happen to have
the same 16 bytes: an upward frame is received, its header overwritten in place, and written, with
no copy and no parsing.

What it survives: no host side on the port (reads return end of file, poll says hang-up), a virtual
machine saved and restored, another medium in the way (EBUSY), the registration lost (the kernel
drops it when a delivery fails), a host that sends rubbish (the port is reopened).
"""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import select
import socket
import sys
import time
from collections import deque
from pathlib import Path

from relay_netlink import (
    GENLMSGHDR,
    HWSIM_CMD_FRAME,
    HWSIM_CMD_REGISTER,
    NLM_F_ACK,
    NLM_F_REQUEST,
    NLMSG_ERROR,
    NLMSGHDR,
    netlink_message,
    open_netlink,
    resolve_family,
)

from hil_common.radio_port import (
    DELIVERED,
    FRAME_DOWN,
    FRAME_UP,
    HEADER,
    HELLO,
    MAX_PAYLOAD,
    PING,
    PONG,
    REPORT,
)

QPC_CLOCK = time.CLOCK_MONOTONIC_RAW
"""The clock of Wine 10's QueryPerformanceCounter: CLOCK_MONOTONIC_RAW, not CLOCK_MONOTONIC.

Measured: after a phase with a clock slewed by adjtimex the counter follows the raw clock, and is
off from the other by the amount of the slew."""

TICK_S = 2.0
"""How often the registration is checked: registering again is EBUSY as long as it holds."""
OPEN_LIMIT_S = 0.1
"""How long after its first bytes a host side may still look absent to the driver."""
BACKLOG_MAX = 512
"""Messages kept while the port is full; beyond this the oldest go (a frame lost, as on the air)."""


def log(text: str) -> None:
    """Write one line to the serial console."""
    print(f"hil-relay: {text}", file=sys.stderr, flush=True)


def guest_ns() -> int:
    """Guest clock in nanoseconds, the clock of QueryPerformanceCounter."""
    return time.clock_gettime_ns(QPC_CLOCK)


def radios(sysfs: Path = Path("/sys/class/ieee80211")) -> list[dict[str, str]]:
    """Return the radios' two addresses: the station's (02:...) and hwsim's own (42:...)."""
    found = []
    for phy in sorted(sysfs.glob("*")):
        lines = (phy / "addresses").read_text().split()
        found.append({"mac": lines[0], "hw": lines[-1]})
    return found


def find_port(name: str, sysfs: Path = Path("/sys/class/virtio-ports")) -> Path | None:
    """Return the device node of the virtio-serial port of this name."""
    for port in sysfs.glob("*"):
        if (port / "name").read_text().strip() == name:
            return Path("/dev") / port.name
    return None


class Relay:
    """The two descriptors and what is on its way between them.

    ``port`` is a descriptor opened non-blocking; ``link`` a netlink socket (or, in tests, any
    message socket) of the family number ``family``.
    """

    def __init__(self, port: int, link: socket.socket, family: int) -> None:
        self.port = port
        self.link = link
        self.family = family
        self.link.setblocking(False)
        self.connected = True
        self.registered = False
        self._sequence = 0
        self._register_sequence = 0
        self._up = bytearray(65536)
        self._up_view = memoryview(self._up)
        self._down = bytearray(4 * (MAX_PAYLOAD + HEADER.size))
        self._down_view = memoryview(self._down)
        self._filled = 0
        self._pending: dict[int, tuple[int, int]] = {}
        self._backlog: deque[bytes] = deque(maxlen=BACKLOG_MAX)

    # -- to the host -----------------------------------------------------------------------------

    def write_port(self, message: bytes | memoryview) -> None:
        """Send one whole message; keeps it when the port is full, drops it when nobody listens."""
        if not self.connected:
            return
        if self._backlog:
            self._backlog.append(bytes(message))
            return
        try:
            os.write(self.port, message)
        except BlockingIOError:
            self._backlog.append(bytes(message))
        except OSError:
            self.lose_host()

    def flush(self) -> None:
        """Send what a full port kept back, in order."""
        while self._backlog:
            try:
                os.write(self.port, self._backlog[0])
            except BlockingIOError:
                return
            except OSError:
                self.lose_host()
                return
            self._backlog.popleft()

    def lose_host(self) -> None:
        """Forget everything that was on its way: the next host side starts afresh."""
        self.connected = False
        self._filled = 0
        self._backlog.clear()
        self._pending.clear()

    def send(self, kind: int, payload: bytes, at_ns: int | None = None) -> None:
        """Send one message of this kind, stamped now unless ``at_ns`` says otherwise."""
        stamp = guest_ns() if at_ns is None else at_ns
        self.write_port(HEADER.pack(len(payload), kind, stamp) + payload)

    def send_hello(self) -> None:
        """Tell the host which radios there are."""
        self.send(HELLO, json.dumps({"relay": 1, "radios": radios()}).encode())

    # -- from the kernel -------------------------------------------------------------------------

    def on_netlink(self) -> None:
        """Pass on everything the kernel has queued."""
        recv_into, buffer = self.link.recv_into, self._up
        while True:
            try:
                size = recv_into(buffer)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                log("netlink queue overran, registering again")
                self.registered = False
                self.register()
                continue
            kind = NLMSGHDR.unpack_from(buffer)[1]
            if kind == self.family and buffer[16] == HWSIM_CMD_FRAME:
                HEADER.pack_into(buffer, 0, size - 16, FRAME_UP, guest_ns())
                self.write_port(self._up_view[:size])
            elif kind == NLMSG_ERROR:
                self._acknowledged(NLMSGHDR.unpack_from(buffer, 20)[3], buffer)

    def _acknowledged(self, sequence: int, message: bytearray) -> None:
        code = -int.from_bytes(message[16:20], sys.byteorder, signed=True)
        if sequence == self._register_sequence:
            self._on_registered(code)
            return
        entry = self._pending.pop(sequence, None)
        if entry is not None:
            tag, at_ns = entry
            self.send(DELIVERED, REPORT.pack(tag, code), at_ns)

    # -- to the kernel ---------------------------------------------------------------------------

    def register(self) -> None:
        """Ask to be the medium; the answer comes with the other netlink messages."""
        self._sequence = (self._sequence + 1) & 0xFFFFFFFF or 1
        self._register_sequence = self._sequence
        request = GENLMSGHDR.pack(HWSIM_CMD_REGISTER, 1, 0)
        flags = NLM_F_REQUEST | NLM_F_ACK
        self.link.send(netlink_message(self.family, flags, self._sequence, request))

    def _on_registered(self, code: int) -> None:
        if code == 0:
            log("registered as the radio's medium")
            self.registered = True
        elif code == errno.EBUSY:
            if not self.registered:
                log("another medium holds the radio, trying again")
        else:
            log(f"registering failed: {os.strerror(code)}")

    def deliver(self, tag: int, message: memoryview) -> None:
        """Hand one message to the kernel; a tag other than 0 asks for a DELIVERED."""
        self._sequence = sequence = (self._sequence + 1) & 0xFFFFFFFF or 1
        flags = NLM_F_REQUEST | NLM_F_ACK if tag else NLM_F_REQUEST
        header = NLMSGHDR.pack(16 + len(message), self.family, flags, sequence, 0)
        now = guest_ns()
        if tag:
            self._pending[sequence] = (tag, now)
        try:
            self.link.sendmsg((header, message))
        except OSError as error:
            self._pending.pop(sequence, None)
            if tag:
                self.send(DELIVERED, REPORT.pack(tag, error.errno or errno.EIO), now)

    # -- from the host ---------------------------------------------------------------------------

    def on_port(self) -> bool:
        """Read what the host sent; False means a protocol error: the port must be reopened."""
        arrived = False
        while True:
            try:
                size = os.readv(self.port, [self._down_view[self._filled :]])
            except BlockingIOError:
                return True
            except OSError:
                size = 0
            if size == 0:
                if arrived and self._await_open():
                    self.flush()
                    continue
                self.lose_host()
                return True
            arrived = self.connected = True
            self._filled += size
            if not self._parse():
                return False

    def _await_open(self) -> bool:
        """Tell a host side that has gone from one that has just come.

        The guest's driver learns of a new host side from a control queue, which it reads later
        than the data; until then reads say end of file and writes "try again", although the host
        already talks. Real-time priority makes losing this race the rule.
        """
        poll = select.poll()
        poll.register(self.port, 0)
        deadline = time.monotonic() + OPEN_LIMIT_S
        while any(mask & select.POLLHUP for _, mask in poll.poll(0)):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.001)
        return True

    def _parse(self) -> bool:
        at, end, buffer = 0, self._filled, self._down
        while end - at >= 16:
            length, kind, _ = HEADER.unpack_from(buffer, at)
            if length > MAX_PAYLOAD:
                log(f"message of {length} bytes announced, reopening the port")
                return False
            if end - at - 16 < length:
                break
            self._dispatch(kind, self._down_view[at + 16 : at + 16 + length])
            at += 16 + length
        if at:
            self._down[: end - at] = self._down[at:end]
            self._filled = end - at
        return True

    def _dispatch(self, kind: int, payload: memoryview) -> None:
        if kind == FRAME_DOWN and len(payload) >= 8:
            self.deliver(int.from_bytes(payload[:4], "little"), payload[4:])
            self.on_netlink()
        elif kind == PING:
            self.send(PONG, bytes(payload))
        elif kind == HELLO:
            self._pending.clear()
            self.register()
            self.send_hello()


def open_port(name: str) -> int:
    """Open the virtio-serial port, waiting for the device and for an earlier opener to go."""
    said = False
    while True:
        node = find_port(name)
        if node is not None:
            with contextlib.suppress(OSError):
                return os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        if not said:
            log(f"waiting for the port {name}")
            said = True
        time.sleep(0.2)


def run(name: str, ready: Path) -> None:
    """Relay for ever."""
    link = open_netlink()
    family = resolve_family(link, "MAC80211_HWSIM")
    relay = Relay(open_port(name), link, family)
    # Edge-triggered on the port: without a host side it is readable (end of file) all the time.
    edges = select.EPOLLIN | select.EPOLLOUT | select.EPOLLHUP | select.EPOLLET
    poll = select.epoll()
    poll.register(link.fileno(), select.EPOLLIN)
    poll.register(relay.port, edges)
    relay.register()
    ready.touch()
    log(f"ready, radios {radios()}")
    next_tick = time.monotonic() + TICK_S
    while True:
        for descriptor, _ in poll.poll(TICK_S):
            if descriptor == link.fileno():
                relay.on_netlink()
                continue
            relay.flush()
            if not relay.on_port():
                poll.unregister(relay.port)
                os.close(relay.port)
                relay.lose_host()
                relay.port = open_port(name)
                poll.register(relay.port, edges)
        if time.monotonic() >= next_tick:
            next_tick = time.monotonic() + TICK_S
            relay.register()
            relay.on_port()


def main() -> None:
    """Run with real-time priority, so that nothing else in the guest delays a frame."""
    gc.disable()
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    run("hil.radio", Path("/run/hil/relay.ready"))


if __name__ == "__main__":
    main()
