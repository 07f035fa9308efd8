# SPDX-License-Identifier: GPL-2.0-or-later
"""The radio port over a virtio-serial port, as a Unix socket on this side.

The air listens, QEMU connects; a relay in the guest passes hwsim messages between the socket and
the guest's kernel. :mod:`hil_common.radio_port` has the messages of the socket,
:mod:`hwsim.ports.hwsim_wire` those of the kernel.

Messages of other kinds are skipped. A length over 64 KiB is a protocol error: the connection is
closed and QEMU's next one awaited. A restored guest may first send the tail of a message from
before: until the relay's HELLO everything else is passed over.
"""

from __future__ import annotations

import fcntl
import socket
import termios
from typing import Final

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
    TAG,
    TOKEN,
)
from hwsim.clock import ClockEstimate, ClockEstimator
from hwsim.errors import WireError
from hwsim.loop import LATE_NS, Loop, Timer, now_ns
from hwsim.ports import hwsim_wire
from hwsim.ports.base import PortUser, Radio, RadioFrame
from hwsim.ports.relay_protocol import HELLO_MESSAGE, HELLO_REACH, hello_offset, parse_hello

_PING_BURST: Final = 12
_PING_BURST_NS: Final = 20_000_000
_PING_NS: Final = 500_000_000
_HELLO_NS: Final = 1_000_000_000
_CONGESTED_BYTES: Final = 16 * 1024
"""So much unread (as the kernel accounts it) means that the guest is stopped or behind."""
_BACKLOG_LIMIT: Final = 1 << 20


class VirtioSerialPort:
    """A :class:`hwsim.ports.base.Port` on a listening Unix socket, one connection at a time."""

    _user: PortUser  # given to start, before which nothing is read

    def __init__(self, loop: Loop, listener: socket.socket) -> None:
        self._loop = loop
        self._listener = listener
        self._clock = ClockEstimator()
        self._socket: socket.socket | None = None
        self._inbox = b""
        self._outbox = bytearray()
        self._radios: tuple[Radio, ...] = ()
        self._pings: dict[int, int] = {}
        self._asked_ns: int | None = None
        self._heard_ns = 0
        self._token = 0
        self._timers: list[Timer] = []
        self._errors = 0

    def start(self, user: PortUser) -> None:
        """Accept QEMU from now on; see :meth:`hwsim.ports.base.Port.start`."""
        self._user = user
        self._listener.setblocking(False)
        self._loop.watch(self._listener.fileno(), self._accept)

    @property
    def radios(self) -> tuple[Radio, ...]:
        """The radios named by the relay's last HELLO; none while no relay is connected."""
        return self._radios

    @property
    def congested(self) -> bool:
        """Whether what was sent has not been read for lack of a listening guest."""
        return bool(self._outbox) or self._unread() > _CONGESTED_BYTES

    @property
    def errors(self) -> int:
        """How often a connection was closed for what the relay sent."""
        return self._errors

    def clock_estimate(self, air_ns: int) -> ClockEstimate | None:
        """The guest's clock; see :meth:`hwsim.ports.base.Port.clock_estimate`."""
        return self._clock.estimate(air_ns)

    def missing(self, radios: int) -> str:
        """The relay's HELLO, and who is there; see :meth:`hwsim.ports.base.Port.missing`."""
        seen = "QEMU is not connected" if self._socket is None else "QEMU is connected"
        if self._radios:
            seen = f"of {radios} radios it has named {len(self._radios)}"
        return f"the relay's HELLO on the radio port; {seen}"

    def ask_radios(self) -> None:
        """Ask the relay anew which radios there are: the guest may have got another one."""
        if self._radios:
            self._write(HELLO_MESSAGE)

    def deliver(
        self,
        radio: bytes,
        frame: bytes,
        *,
        freq_mhz: int,
        rate_kbps: int,
        signal_dbm: int,
        tag: int,
    ) -> int:
        """Send a frame to the guest's kernel; see :meth:`hwsim.ports.base.Port.deliver`."""
        message = hwsim_wire.frame_message(
            radio, frame, rate_kbps=rate_kbps, signal_dbm=signal_dbm, freq_mhz=freq_mhz
        )
        return self._send(message, tag)

    def transmit_status(self, sent: RadioFrame, *, acked: bool, signal_dbm: int) -> None:
        """Send a status to the kernel; see :meth:`hwsim.ports.base.Port.transmit_status`."""
        self._send(hwsim_wire.status_message(sent, acked=acked, signal_dbm=signal_dbm), 0)

    def _send(self, message: bytes, tag: int) -> int:
        return self._write(HEADER.pack(4 + len(message), FRAME_DOWN, 0) + TAG.pack(tag) + message)

    def close(self) -> None:
        """Close the connection and the listener; a connected relay is not told."""
        self._drop()
        self._loop.unwatch(self._listener.fileno())
        self._listener.close()

    # connection

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        if self._socket is not None:
            # QEMU died without our noticing, or a new one was started: the newest one counts.
            self._drop()
        connection.setblocking(False)
        self._socket = connection
        self._loop.watch(connection.fileno(), self._readable)
        self._clock.reset()
        self._say_hello()

    def _drop(self) -> None:
        if self._socket is None:
            return
        self._loop.unwatch(self._socket.fileno())
        self._socket.close()
        self._socket = None
        self._inbox = b""
        self._outbox.clear()
        self._pings.clear()
        self._asked_ns = None
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if self._radios:
            self._radios = ()
            self._user.on_port_state(False)

    def _say_hello(self) -> None:
        """Say hello until the relay does, but never twice into a guest that does not read."""
        if self._unread() == 0 and not self._outbox:
            self._write(HELLO_MESSAGE)
        self._timers = [self._loop.call_after(_HELLO_NS, self._hello_due)]

    def _hello_due(self) -> None:
        if self._socket is not None and not self._radios:
            self._say_hello()

    # writing

    def _unread(self) -> int:
        """Bytes, as the kernel accounts them, that QEMU has not read from the socket."""
        if self._socket is None:
            return 0
        size = fcntl.ioctl(self._socket.fileno(), termios.TIOCOUTQ, bytes(4))
        return int.from_bytes(size, "little")

    def _write(self, data: bytes) -> int:
        connection = self._socket
        at_ns = now_ns()
        if connection is None:
            return at_ns
        if self._outbox:
            if len(self._outbox) < _BACKLOG_LIMIT:
                self._outbox += data
            return at_ns
        try:
            sent = connection.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._loop.later(self._drop)
            return at_ns
        if sent < len(data):
            self._outbox += data[sent:]
            self._loop.watch(connection.fileno(), self._readable, self._writable)
        return at_ns

    def _writable(self) -> None:
        if self._socket is None:
            return
        try:
            sent = self._socket.send(self._outbox)
        except BlockingIOError:
            return
        except OSError:
            self._drop()
            return
        del self._outbox[:sent]
        if not self._outbox:
            self._loop.watch(self._socket.fileno(), self._readable)

    # reading

    def _readable(self) -> None:
        if self._socket is None:
            return
        try:
            data = self._socket.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        air_ns = now_ns()
        if not data:
            self._drop()
            return
        self._look_for_stall(air_ns)
        try:
            self._inbox = self._parse(self._inbox + data if self._inbox else data, air_ns)
        except WireError:
            self._errors += 1
            self._drop()

    def _parse(self, data: bytes, air_ns: int) -> bytes:
        """Deal with the whole messages in ``data``; returns what is left over."""
        offset = 0
        if not self._radios:
            offset = hello_offset(data)
            if offset < 0:
                return data[-HELLO_REACH:]
        end = len(data)
        while end - offset >= HEADER.size:
            length, kind, guest_ns = HEADER.unpack_from(data, offset)
            if length > MAX_PAYLOAD:
                raise WireError(f"radio port: message of {length} bytes")
            begin = offset + HEADER.size
            if end - begin < length:
                break
            offset = begin + length
            self._message(kind, guest_ns, data[begin:offset], air_ns)
            if self._socket is None:
                return b""
        return data[offset:]

    def _message(self, kind: int, guest_ns: int, payload: bytes, air_ns: int) -> None:
        if kind == FRAME_UP:
            self._frame(payload, guest_ns, air_ns)
            self._clock.came_up(guest_ns, air_ns)
        elif kind == DELIVERED and len(payload) == REPORT.size:
            tag, errno = REPORT.unpack(payload)
            self._clock.came_up(guest_ns, air_ns)
            self._user.on_delivered(tag, errno, guest_ns)
        elif kind == PONG and len(payload) == TOKEN.size:
            self._pong(TOKEN.unpack(payload)[0], guest_ns, air_ns)
        elif kind == HELLO:
            self._hello(payload)

    def _frame(self, payload: bytes, guest_ns: int, air_ns: int) -> None:
        try:
            sent = hwsim_wire.parse_radio_frame(payload, guest_ns, air_ns)
        except WireError:
            self._user.on_malformed()
        else:
            self._user.on_frame(sent)

    def _hello(self, payload: bytes) -> None:
        radios = parse_hello(payload)
        before, self._radios = self._radios, radios
        if radios and not before:
            self._ping(_PING_BURST)
        if radios != before:
            self._user.on_port_state(bool(radios))

    # clock

    def _ping(self, burst: int) -> None:
        if self._socket is None:
            return
        silent = now_ns() - self._heard_ns > _PING_NS
        hold = self._user.busy and not silent
        if not hold and not self.congested and len(self._pings) < _PING_BURST:
            self._token += 1
            token = self._token
            if self._asked_ns is None:
                self._asked_ns = now_ns()
            self._pings[token] = self._write(HEADER.pack(TOKEN.size, PING, 0) + TOKEN.pack(token))
        elif len(self._pings) >= _PING_BURST and not self.congested:
            # Read but never answered: another relay may have taken over without a hello.
            self._pings.clear()
            self._write(HELLO_MESSAGE)
        wait_ns = _PING_BURST_NS if burst > 0 else _PING_NS
        self._timers = [self._loop.call_after(wait_ns, lambda: self._ping(max(burst - 1, 0)))]

    def _look_for_stall(self, air_ns: int) -> None:
        """A guest that has not said a word since it was asked stood still, unless we did."""
        asked_ns, self._asked_ns, self._heard_ns = self._asked_ns, None, air_ns
        if asked_ns is None or not self._radios or air_ns - asked_ns < LATE_NS:
            return
        if self._loop.last_stall[1] < asked_ns:
            self._user.on_stall(asked_ns, air_ns)

    def _pong(self, token: int, guest_ns: int, air_ns: int) -> None:
        sent_ns = self._pings.pop(token, None)
        if sent_ns is not None:
            self._clock.sent_down(sent_ns, guest_ns)
            self._clock.came_up(guest_ns, air_ns)
