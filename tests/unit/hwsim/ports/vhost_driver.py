# SPDX-License-Identifier: GPL-2.0-or-later
"""The far end of a vhost-user back-end: QEMU's front-end and a guest's driver in one, by hand.

Written from the protocol's and the standard's documents, without any code of ``hwsim``.
"""

from __future__ import annotations

import mmap
import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path

SIZE = 1 << 20
GUEST, USER = 0x4000_0000, 0x7F00_0000_0000
ENTRIES = 8
BUFFER = 4096
Turn = Callable[[], None]


class Queue:
    """A split virtqueue in the driver's hand: descriptors, rings, and buffers behind them."""

    def __init__(self, memory: mmap.mmap, at: int) -> None:
        self.memory = memory
        self.descriptors, self.available, self.used = at, at + 0x1000, at + 0x2000
        self.buffers = at + 0x3000
        self.made = 0
        self.seen = 0

    def describe(self, index: int, address: int, length: int, flags: int, after: int = 0) -> None:
        """Write a descriptor."""
        struct.pack_into(
            "<QIHH", self.memory, self.descriptors + 16 * index, address, length, flags, after
        )

    def offer(self, head: int) -> None:
        """Make a chain available."""
        struct.pack_into("<H", self.memory, self.available + 4 + 2 * (self.made % ENTRIES), head)
        self.made = (self.made + 1) & 0xFFFF
        struct.pack_into("<H", self.memory, self.available + 2, self.made)

    def place(self, index: int) -> int:
        """Where a buffer is in the file."""
        return self.buffers + BUFFER * index

    def put(self, index: int, data: bytes) -> None:
        """Offer a buffer with something to read."""
        place = self.place(index)
        self.memory[place : place + len(data)] = data
        self.describe(index, GUEST + place, BUFFER, 0)
        self.offer(index)

    def want(self, index: int) -> None:
        """Offer a buffer to be written."""
        self.describe(index, GUEST + self.place(index), BUFFER, 2)
        self.offer(index)

    def taken(self) -> list[tuple[int, int]]:
        """The buffers that came back since it was asked last, with what was written."""
        end = struct.unpack_from("<H", self.memory, self.used + 2)[0]
        found = []
        while self.seen != end:
            place = self.used + 4 + 8 * (self.seen % ENTRIES)
            head, length = struct.unpack_from("<II", self.memory, place)
            found.append((head, length))
            self.seen = (self.seen + 1) & 0xFFFF
        return found

    def data(self, index: int, length: int) -> bytes:
        """What is in a buffer."""
        return self.memory[self.place(index) : self.place(index) + length]


class Driver:
    """A front-end that connects to ``path``; ``turn`` lets the back-end act."""

    def __init__(self, path: Path, turn: Turn) -> None:
        self.turn = turn
        self.fd = os.memfd_create("guest")
        os.truncate(self.fd, SIZE)
        self.memory = mmap.mmap(self.fd, SIZE)
        self.queues = [Queue(self.memory, 0), Queue(self.memory, 0x40000)]
        self.kicks = [os.eventfd(0, os.EFD_NONBLOCK) for _ in self.queues]
        self.calls = [os.eventfd(0, os.EFD_NONBLOCK) for _ in self.queues]
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(path))
        self.sock.settimeout(0.01)

    def close(self) -> None:
        """Be gone."""
        self.sock.close()
        for fd in (self.fd, *self.kicks, *self.calls):
            os.close(fd)

    def send(self, number: int, payload: bytes = b"", fds: tuple[int, ...] = ()) -> None:
        """A request without an answer."""
        message = struct.pack("<III", number, 1, len(payload)) + payload
        socket.send_fds(self.sock, [message], fds)
        self.turn()

    def ask(self, number: int, payload: bytes = b"", flags: int = 1) -> bytes:
        """A request's answer."""
        self.sock.sendall(struct.pack("<III", number, flags, len(payload)) + payload)
        self.turn()
        head = self.sock.recv(12)
        told, flags, size = struct.unpack("<III", head)
        assert (told, flags) == (number, 5)
        return self.sock.recv(size)

    def gone(self) -> bool:
        """Whether the back-end has hung up."""
        self.turn()
        try:
            return self.sock.recv(1) == b""
        except TimeoutError:
            return False
        except ConnectionError:
            return True

    def give_memory(self, *regions: tuple[int, int, int, int]) -> None:
        """The memory table; by default all of it."""
        regions = regions or ((GUEST, SIZE, USER, 0),)
        table = struct.pack("<II", len(regions), 0)
        table += b"".join(struct.pack("<QQQQ", *one) for one in regions)
        self.send(5, table, (self.fd,) * len(regions))

    def set_up(self, number: int, *, size: int = ENTRIES, base: int = 0, at: int = USER) -> None:
        """Let a queue run."""
        queue = self.queues[number]
        self.send(8, struct.pack("<II", number, size))
        self.send(10, struct.pack("<II", number, base))
        parts = (at + queue.descriptors, at + queue.used, at + queue.available)
        self.send(9, struct.pack("<IIQQQQ", number, 0, *parts, 0))
        self.send(12, struct.pack("<Q", number), (self.kicks[number],))
        self.send(13, struct.pack("<Q", number), (self.calls[number],))
        self.send(18, struct.pack("<II", number, 1))

    def start(self) -> None:
        """All that QEMU does, up to two queues that run."""
        offered = struct.unpack("<Q", self.ask(1))[0]
        self.send(16, struct.pack("<Q", struct.unpack("<Q", self.ask(15))[0]))
        self.send(3)
        self.send(2, struct.pack("<Q", offered))
        self.give_memory()
        for number in (0, 1):
            self.set_up(number)

    def kick(self, number: int) -> None:
        """Tell the device of what is available."""
        os.eventfd_write(self.kicks[number], 1)
        self.turn()

    def called(self, number: int) -> bool:
        """Whether the device has told of what is used."""
        try:
            return os.eventfd_read(self.calls[number]) > 0
        except BlockingIOError:
            return False
