# SPDX-License-Identifier: GPL-2.0-or-later
"""The control protocol of every part of the lab: one JSON object a line, in both directions.

A call is ``{"id":1,"call":"connect","args":{…}}``; its answer ``{"id":1,"result":{…}}`` or
``{"id":1,"error":{"code":…,"message":…}}``. What nobody asked for is ``{"event":"…",…}``.

Whoever is at the other end is untrusted: lines are bounded, and so is what waits for a peer that
does not read. What to do about a line that is no message is the user's choice.
"""

from __future__ import annotations

import enum
import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from hil_common.loop import Loop

Message = dict[str, Any]
MAX_LINE_BYTES = 1 << 20
"""Longest line a `Channel` takes; a line that ends in the very read that makes it longer passes."""
MAX_UNSENT_BYTES = 4 << 20
_READ_BYTES = 1 << 16

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode
_decode = json.JSONDecoder().decode


class Damage(enum.Enum):
    """Why a line is no message."""

    TOO_LONG = enum.auto()
    NO_JSON = enum.auto()
    NO_OBJECT = enum.auto()


def encode(message: Mapping[str, Any]) -> bytes:
    """The message as a line, in ASCII, with its newline."""
    return _encode(message).encode("ascii") + b"\n"


def decode(line: bytes) -> Message | Damage:
    """The message of a line (with or without its newline), or why it is none."""
    try:
        message = _decode(line.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return Damage.NO_JSON
    return message if isinstance(message, dict) else Damage.NO_OBJECT


class Channel:
    """Messages over descriptors that never block the loop.

    Args:
        loop: serves the descriptors.
        read_fd: readable descriptor, made non-blocking here.
        write_fd: writable descriptor, may be the same.
        on_message: called with each message, in order.
        on_closed: called once, with the reason, when the other side is gone or broke the protocol.
        on_damaged: called for each line that is no message, which is skipped; without it such a
            line closes the channel.
        max_unsent: bytes that may wait for the other side to read; more closes the channel.
        deferred: write at the end of the loop's turn, in one go, rather than at once.
    """

    def __init__(
        self,
        loop: Loop,
        read_fd: int,
        write_fd: int,
        on_message: Callable[[Message], None],
        on_closed: Callable[[str], None],
        *,
        on_damaged: Callable[[Damage], None] | None = None,
        max_unsent: int = MAX_UNSENT_BYTES,
        deferred: bool = False,
    ) -> None:
        self._loop = loop
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._on_message = on_message
        self._on_closed = on_closed
        self._on_damaged = on_damaged or self._close_damaged
        self._max_unsent = max_unsent
        self._deferred = deferred
        self._partial = b""
        self._overlong = False
        self._unsent = bytearray()
        self._flush_due = False
        self._awaits_room = False
        self._open = True
        os.set_blocking(read_fd, False)
        os.set_blocking(write_fd, False)
        loop.watch(read_fd, self._readable)

    def send(self, message: Mapping[str, Any]) -> None:
        """Write one message, as soon as `deferred` and the other side allow."""
        if not self._open:
            return
        self._unsent += encode(message)
        if self._deferred:
            if not self._flush_due:
                self._flush_due = True
                self._loop.later(self.flush)
        elif not self._awaits_room:
            self.flush()
        elif len(self._unsent) > self._max_unsent:
            self._end("the other side does not read")

    def flush(self) -> None:
        """Write what is still to be sent, as far as the other side takes it."""
        self._flush_due = False
        if not self._open or not self._unsent:
            return
        try:
            written = os.write(self._write_fd, self._unsent)
        except BlockingIOError:
            written = 0
        except OSError as error:
            # Closing within the caller's stack would surprise it; the loop does it next.
            self._loop.later(partial(self._end, f"write failed: {error.strerror}"))
            return
        del self._unsent[:written]
        if len(self._unsent) > self._max_unsent:
            self._end("the other side does not read")
        elif bool(self._unsent) != self._awaits_room:
            self._await_room(bool(self._unsent))

    def close(self) -> None:
        """Stop serving; the descriptors stay the owner's to close. `on_closed` is not called."""
        if self._open:
            self._open = False
            self._loop.unwatch(self._read_fd)
            self._loop.unwatch(self._write_fd)

    def _await_room(self, wanted: bool) -> None:
        self._awaits_room = wanted
        on_readable = self._readable if self._write_fd == self._read_fd else None
        if wanted or on_readable is not None:
            self._loop.watch(self._write_fd, on_readable, self.flush if wanted else None)
        else:
            self._loop.unwatch(self._write_fd)

    def _readable(self) -> None:
        try:
            data = os.read(self._read_fd, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(f"read failed: {error.strerror}")
            return
        if not data:
            self._end("closed by the other side")
            return
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            if not self._open:
                return
            self._line(line)
        if len(self._partial) > MAX_LINE_BYTES:
            self._too_long()

    def _line(self, line: bytes) -> None:
        if self._overlong:  # the rest of a line that was given up
            self._overlong = False
            return
        if not line.strip():
            return
        message = decode(line)
        if isinstance(message, Damage):
            self._on_damaged(message)
        else:
            self._on_message(message)

    def _too_long(self) -> None:
        self._partial = b""
        if not self._overlong:
            self._overlong = True
            self._on_damaged(Damage.TOO_LONG)

    def _close_damaged(self, damage: Damage) -> None:
        self._end("line too long" if damage is Damage.TOO_LONG else "not a JSON object")

    def _end(self, reason: str) -> None:
        if self._open:
            self.close()
            self._on_closed(reason)
