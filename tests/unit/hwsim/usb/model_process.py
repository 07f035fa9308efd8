# SPDX-License-Identifier: GPL-2.0-or-later
"""A model's end of the socket protocol, written from docs/device-model-protocol.md alone."""

from __future__ import annotations

import socket
import struct
from typing import NamedTuple

HELLO, RESET, CONTROL, BULK_OUT, RECEIVE, STATUS = range(1, 7)
IDENTITY, RESET_DONE, CONTROL_DONE, BULK_DONE, RECEIVED, SENT, TRANSFER, STARTED = range(101, 109)


class Got(NamedTuple):
    """A message of the air's."""

    kind: int
    number: int
    time_ns: int
    body: bytes


def text(value: str) -> bytes:
    """A text of the identity."""
    return bytes((len(value),)) + value.encode()


def identity(
    vendor: int = 0x1234, endpoints: tuple[tuple[int, int], ...] = ((0x81, 2), (2, 2))
) -> bytes:
    """The body of IDENTITY."""
    head = struct.pack("<HHHHBBBBB", vendor, 0x5678, 0x0100, 500, 0, 255, 255, 255, len(endpoints))
    ends = b"".join(struct.pack("<BBHB", address, kind, 512, 0) for address, kind in endpoints)
    return head + ends + text("vendor") + text("chip") + text("")


def message(kind: int, body: bytes = b"", number: int = 0) -> bytes:
    """A message of the model's."""
    return struct.pack("<IIQQ", len(body), kind, number, 0) + body


def word(value: int, data: bytes = b"") -> bytes:
    """A body that begins with a number."""
    return struct.pack("<I", value) + data


def messages(data: bytes) -> list[Got]:
    """The messages in what the air has sent."""
    found = []
    while data:
        length, kind, number, time_ns = struct.unpack_from("<IIQQ", data)
        found.append(Got(kind, number, time_ns, data[24 : 24 + length]))
        data = data[24 + length :]
    return found


class ModelEnd:
    """The socket's other end."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        link.settimeout(10)

    def got(self) -> list[Got]:
        """What has come; at least one message."""
        return messages(self.link.recv(1 << 20))

    def send(self, kind: int, body: bytes = b"", number: int = 0) -> None:
        """Send a message."""
        self.link.sendall(message(kind, body, number))
