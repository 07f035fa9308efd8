# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's side of a usbredir connection, by script: what is asked, and what was answered."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from hwsim.usb import redir_wire as wire

HELLO = wire.packet(wire.HELLO, b"qemu".ljust(64, b"\0") + b"\xff\0\0\0", wide=False)
"""As QEMU 7.2 sends it."""


class Answer(NamedTuple):
    """A packet that came back."""

    kind: int
    number: int
    body: bytes


class Peer:
    """Asks a device: ``feed`` is given the bytes, and the device writes to :meth:`write`."""

    def __init__(self) -> None:
        self.feed: Callable[[bytes], None] = lambda _data: None
        self.answers: list[Answer] = []
        self._number = 0
        self._greeted = False

    def write(self, data: bytes) -> None:
        """Take what the device sends, a packet at a time."""
        if not self._greeted:
            self._greeted = True
            assert data == wire.hello()
            return
        found = wire.read_packet(data, 0, wide=True)
        assert found is not None
        assert found[1] == len(data)
        self.answers.append(Answer(*found[0]))

    def greet(self) -> list[int]:
        """Say hello; the kinds of what the device announces itself by."""
        self.feed(HELLO)
        return [answer.kind for answer in self.taken()]

    def taken(self) -> list[Answer]:
        """What came since the last time."""
        found, self.answers = self.answers, []
        return found

    def ask(self, kind: int, body: bytes, number: int | None = None) -> int:
        """Send a packet; its number."""
        if number is None:
            self._number += 1
            number = self._number
        self.feed(wire.packet(kind, body, number))
        return number

    def control(
        self, request_type: int, request: int, value: int, index: int, length: int,
        data: bytes = b"",
    ) -> tuple[int, bytes]:  # fmt: skip
        """A control transfer: its status and what it brought."""
        body = struct.pack(
            "<BBBBHHH", request_type & 0x80, request, request_type, 0, value, index, length
        )
        number = self.ask(wire.CONTROL, body + data)
        answer = next(one for one in self.answers if one.number == number)
        self.answers.remove(answer)
        assert answer.kind == wire.CONTROL
        return answer.body[3], answer.body[10:]

    def want(self, endpoint: int, number: int | None = None) -> int:
        """Have a transfer pending on an IN endpoint; its number."""
        return self.ask(wire.BULK, struct.pack("<BBHIH", endpoint, 0, 2500, 0, 0), number)

    def send(self, endpoint: int, data: bytes, number: int | None = None) -> int:
        """Send a transfer to an OUT endpoint; its number."""
        low, high = len(data) & 0xFFFF, len(data) >> 16
        head = struct.pack("<BBHIH", endpoint, 0, low, 0, high)
        return self.ask(wire.BULK, head + data, number)

    def read(self, address: int, count: int = 1, index: int = 0) -> int:
        """A register of a Realtek chip."""
        status, data = self.control(0xC0, 5, address, index, count)
        assert status == wire.SUCCESS
        assert len(data) == count
        return int.from_bytes(data, "little")

    def set(self, address: int, value: int, count: int = 1, index: int = 0) -> None:
        """Write a register of a Realtek chip."""
        data = value.to_bytes(count, "little")
        assert self.control(0x40, 5, address, index, count, data) == (wire.SUCCESS, b"")
