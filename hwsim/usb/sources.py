# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a model comes from: a class in this process, or a process of its own.

A process gets a socket, connected already: one that the air starts has it as standard input and
output; one that runs already listens on a Unix socket. Each QEMU that connects is another
connection, and begins with HELLO and IDENTITY; one that a scenario pulls out and plugs in again
keeps its own.
"""

from __future__ import annotations

import atexit
import contextlib
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, Protocol

from hwsim.connection import Connection
from hwsim.errors import ModelFault
from hwsim.loop import Loop, Timer, now_ns
from hwsim.usb import socket_wire as wire
from hwsim.usb.device import Model, ModelUser, UsbIdentity
from hwsim.usb.guard import Guard, MakeModel
from hwsim.usb.socket_model import SocketModel
from hwsim.usb.watchdog import watch

IDENTITY_NS: Final = 10_000_000_000
"""A process that has not told what it is by then does not come up."""
END_NS: Final = 1_000_000_000
"""A process whose socket was closed has so long to end by itself."""
GRACE_S: Final = 0.2
"""So long is waited for the usual: it ends when its socket is closed."""
MOMENT_S: Final = 1.0
"""So long is waited for the end of a process that has hung up, which tells more."""
CONNECT_S: Final = 1.0


class Source(Protocol):
    """Models of one kind, one for each plugging in."""

    name: str

    def open(
        self, loop: Loop, mac: bytes, ready: Callable[[MakeModel], None],
        fault: Callable[[str], None],
    ) -> Callable[[], None]:  # fmt: skip
        """Have a model with that address: ``ready`` gets what makes it, now or later; ``fault``
        gets, at any time but once, why there is none (any more). What it returns gives it up."""


class ClassSource:
    """A class in this process. One that is not ours is ``watched``: if a call of it never ends,
    the air's process does."""

    def __init__(self, name: str, make: MakeModel, *, watched: bool = False) -> None:
        self.name = name
        self._make = make
        self._watched = watched

    def open(
        self, loop: Loop, mac: bytes, ready: Callable[[MakeModel], None],
        fault: Callable[[str], None],
    ) -> Callable[[], None]:  # fmt: skip
        """See :class:`Source`."""

        made: list[Guard] = []

        def make(mac: bytes, user: ModelUser) -> Model:
            looked_after = partial(watch, self.name) if self._watched else None
            guard = Guard(self._make, mac, user, loop, fault, watch=looked_after)
            made.append(guard)
            return guard

        def give_up() -> None:
            for guard in made:
                guard.retire()

        ready(make)
        return give_up


class SocketSource:
    """A process, reached by ``connect``: the socket, and the process."""

    def __init__(self, name: str, connect: Callable[[], tuple[socket.socket, Process]]) -> None:
        self.name = name
        self._connect = connect

    def open(
        self, loop: Loop, mac: bytes, ready: Callable[[MakeModel], None],
        fault: Callable[[str], None],
    ) -> Callable[[], None]:  # fmt: skip
        """See :class:`Source`."""
        try:
            link, process = self._connect()
        except OSError as error:
            why = f"it cannot be reached: {error.strerror or error}"
            loop.later(lambda: fault(why))
            return lambda: None
        return _Session(loop, mac, link, process, ready, fault).close


class Process:
    """The process behind a socket; ``None`` if it is not ours to end."""

    def __init__(self, process: subprocess.Popen[bytes] | None = None) -> None:
        self._process = process

    def end(self, loop: Loop, wait_s: float = GRACE_S) -> str:
        """Let it end, or end it; how it has ended, in words, as far as that is known by then."""
        process = self._process
        if process is None:
            return ""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = process.wait(wait_s)
            return f"by signal {-code}" if code < 0 else f"with status {code}"
        loop.call_after(END_NS, self.kill)
        atexit.register(self.kill)  # a loop that ends with the air calls nothing back
        return ""

    def kill(self) -> None:
        """End it now."""
        atexit.unregister(self.kill)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def started(argv: Sequence[str]) -> tuple[socket.socket, Process]:
    """A process that is started now, with the socket as its standard input; raises OSError.

    What it prints goes where the air's errors go.
    """
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            process = subprocess.Popen(argv, stdin=theirs.fileno(), stdout=int(sys.stderr.fileno()))
    except OSError:
        ours.close()
        raise
    return ours, Process(process)


def listening(path: str) -> tuple[socket.socket, Process]:
    """A process that listens on that Unix socket; raises OSError."""
    link = socket.socket(socket.AF_UNIX)
    try:
        link.settimeout(CONNECT_S)
        link.connect(path)
    except OSError:
        link.close()
        raise
    return link, Process()


class _Session:
    """A connection to a process, from its HELLO on."""

    def __init__(
        self, loop: Loop, mac: bytes, link: socket.socket, process: Process,
        ready: Callable[[MakeModel], None], fault: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._loop = loop
        self._process = process
        self._ready = ready
        self._fault = fault
        self._inbox = bytearray()
        self._usb: UsbIdentity | None = None
        self._model: SocketModel | None = None
        self._guard: Guard | None = None
        self._open = True
        self._connection = Connection(loop, link, self._take, self._gone)
        self._timer: Timer = loop.call_after(IDENTITY_NS, self._late)
        self._connection.write(wire.message(wire.HELLO, wire.hello(mac), time_ns=now_ns()))

    def close(self) -> None:
        """Hang up, upon which the process ends, or is ended."""
        if self._open:
            self._open = False
            self._timer.cancel()
            self._connection.close()
            if self._model is not None:
                self._model.settle()
            if self._guard is not None:
                self._guard.retire()
            self._process.end(self._loop)

    def _make(self, mac: bytes, user: ModelUser) -> Model:
        usb = self._usb
        assert usb is not None, "asked for when it is known"

        def made(mac: bytes, user: ModelUser) -> Model:
            self._model = SocketModel(mac, user, usb, self._connection.write)
            return self._model

        self._guard = Guard(made, mac, user, self._loop, self._failed)
        return self._guard

    def _take(self, data: bytes) -> None:
        self._inbox += data
        offset = 0
        try:
            while self._open and (found := wire.read_message(self._inbox, offset)):
                message, offset = found
                self._on_message(message)
        except ModelFault as fault:
            self._failed(str(fault))
        del self._inbox[:offset]

    def _on_message(self, message: wire.Message) -> None:
        if self._model is not None:
            self._model.take(message)
        elif message.kind != wire.IDENTITY:
            raise ModelFault(f"its first message was of kind {message.kind}, and no IDENTITY")
        else:
            self._usb = wire.read_identity(message.body)
            self._timer.cancel()
            self._ready(self._make)

    def _late(self) -> None:
        self._failed(f"it did not tell what it is within {IDENTITY_NS / 1e9:g} s (IDENTITY)")

    def _gone(self) -> None:
        if self._open:
            self._open = False
            self._timer.cancel()
            how = self._process.end(self._loop, MOMENT_S)
            self._fault(f"its process ended {how}" if how else "it closed the connection")

    def _failed(self, reason: str) -> None:
        if self._open:
            self.close()
            self._fault(reason)
