# SPDX-License-Identifier: GPL-2.0-or-later
"""A connection that the loop serves: what cannot be sent at once is sent when it can be."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Final

from hwsim.loop import Loop

BACKLOG_LIMIT: Final = 8 << 20
"""A peer that has not read for so many bytes is gone, or will not come back to its senses."""
_AT_ONCE: Final = 1 << 18


class Connection:
    """A connected stream socket. ``take`` gets what comes; ``gone`` is called once, when the peer
    has closed it, or reads nothing any more."""

    def __init__(
        self, loop: Loop, link: socket.socket, take: Callable[[bytes], None],
        gone: Callable[[], None],
    ) -> None:  # fmt: skip
        self._loop = loop
        self._link: socket.socket | None = link
        self._take = take
        self._gone = gone
        self._outbox = bytearray()
        link.setblocking(False)
        loop.watch(link.fileno(), self._readable)

    @property
    def backlog(self) -> int:
        """Bytes that the peer has no room for."""
        return len(self._outbox)

    def write(self, data: bytes) -> None:
        """Send; what is written to a connection that is closed is lost."""
        link = self._link
        if link is None:
            return
        if len(self._outbox) > BACKLOG_LIMIT:  # what one turn asks for may be without bound
            self._loop.later(self._lose)
            return
        if self._outbox:
            self._outbox += data
            return
        try:
            sent = link.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._loop.later(self._lose)
            return
        if sent < len(data):
            self._outbox += data[sent:]
            self._loop.watch(link.fileno(), self._readable, self._writable)

    def close(self) -> None:
        """Hang up; ``gone`` is not called."""
        link, self._link = self._link, None
        if link is not None:
            self._loop.unwatch(link.fileno())
            link.close()
        self._outbox.clear()

    def _lose(self) -> None:
        if self._link is not None:
            self.close()
            self._gone()

    def _writable(self) -> None:
        if self._link is None:
            return
        try:
            sent = self._link.send(self._outbox)
        except BlockingIOError:
            return
        except OSError:
            self._lose()
            return
        del self._outbox[:sent]
        if not self._outbox:
            self._loop.watch(self._link.fileno(), self._readable)

    def _readable(self) -> None:
        if self._link is None:
            return
        try:
            data = self._link.recv(_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._take(data)
        else:
            self._lose()
