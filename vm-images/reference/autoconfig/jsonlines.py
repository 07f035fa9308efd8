# SPDX-License-Identifier: GPL-2.0-or-later
"""A JSON-lines channel over two descriptors that never blocks the loop.

One message a line, both ways (the shape of every control protocol of the lab). A line that is too
long or no JSON object closes the channel: the other side is not what it should be.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from .loop import Loop

Message = dict[str, Any]
MAX_LINE_BYTES = 1 << 20
MAX_UNSENT_BYTES = 4 << 20

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode
_decode = json.JSONDecoder().decode


class Channel:
    """Messages in through `on_message`, out through `send`; `on_closed` is called once.

    Args:
        loop: serves the descriptors.
        read_fd: readable descriptor, made non-blocking here.
        write_fd: writable descriptor, may be the same.
        on_message: called with each JSON object, in order.
        on_closed: called with the reason when the other side is gone or broke the protocol.
    """

    def __init__(
        self,
        loop: Loop,
        read_fd: int,
        write_fd: int,
        on_message: Callable[[Message], None],
        on_closed: Callable[[str], None],
    ) -> None:
        self._loop = loop
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._on_message = on_message
        self._on_closed = on_closed
        self._partial = b""
        self._unsent = b""
        self._open = True
        os.set_blocking(read_fd, False)
        os.set_blocking(write_fd, False)
        loop.add_reader(read_fd, self._readable)

    def send(self, message: Message) -> None:
        """Write one message now, or as soon as the other side takes it."""
        if not self._open:
            return
        data = _encode(message).encode("ascii") + b"\n"
        if self._unsent:
            self._unsent += data
            if len(self._unsent) > MAX_UNSENT_BYTES:
                self._end("the other side does not read")
            return
        self._write(data)

    def close(self) -> None:
        """Stop serving; the descriptors stay the owner's to close. `on_closed` is not called."""
        if not self._open:
            return
        self._open = False
        self._loop.remove(self._read_fd)
        self._loop.remove(self._write_fd)

    def _write(self, data: bytes) -> None:
        try:
            written = os.write(self._write_fd, data)
        except BlockingIOError:
            written = 0
        except OSError as error:
            # Closing within the caller's stack would surprise it; the loop does it next.
            reason = f"write failed: {error.strerror}"
            self._loop.call_soon(lambda: self._end(reason))
            return
        self._unsent = data[written:]
        if self._unsent:
            self._loop.add_writer(self._write_fd, self._writable)

    def _writable(self) -> None:
        self._loop.remove_writer(self._write_fd)
        data, self._unsent = self._unsent, b""
        if data:
            self._write(data)

    def _readable(self) -> None:
        try:
            data = os.read(self._read_fd, 65536)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(f"read failed: {error.strerror}")
            return
        if not data:
            self._end("closed by the other side")
            return
        if self._partial:
            data = self._partial + data
        *lines, self._partial = data.split(b"\n")
        for line in lines:
            if not self._open:
                return
            if line.strip():
                self._line(line)
        if len(self._partial) > MAX_LINE_BYTES:
            self._end("line too long")

    def _line(self, line: bytes) -> None:
        try:
            message = _decode(line.decode("utf-8"))
        except (ValueError, RecursionError):
            message = None
        if isinstance(message, dict):
            self._on_message(message)
        else:
            self._end("not a JSON object")

    def _end(self, reason: str) -> None:
        if self._open:
            self.close()
            self._on_closed(reason)
