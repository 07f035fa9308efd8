# SPDX-License-Identifier: GPL-2.0-or-later
"""The device's side of a split virtqueue in a guest's memory.

What the driver writes is untrusted and may change while it is read: each field is read once, each
index and length is checked, a chain has no more descriptors than the queue has, and what breaks the
rules is a :class:`WireError`.

Source: Virtual I/O Device (VIRTIO) 1.2, 2.7. Two bytes at an even address are written by
:mod:`struct` in one store, as memory shared with another processor wants; x86 keeps stores in
their order. Used buffers are always notified: a notification that the driver asked not to have is
harmless, and not to miss one it did ask for would take a barrier that Python has not.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from hwsim.errors import WireError
from hwsim.ports.guest_memory import GuestMemory

MAX_SIZE: Final = 1024
"""More descriptors than QEMU gives a queue (VIRTQUEUE_MAX_SIZE)."""
_NEXT: Final = 1
_WRITE: Final = 2
_INDIRECT: Final = 4
_DESCRIPTOR = struct.Struct("<QIHH")
_USED = struct.Struct("<II")
_U16 = struct.Struct("<H")
_RING: Final = 4
"""Where the entries of both rings begin, behind flags and index."""


class Chain(NamedTuple):
    """Buffers that the driver made available together: ``head`` names them when they are used."""

    head: int
    readable: tuple[memoryview, ...]
    writable: tuple[memoryview, ...]

    def read(self, most: int) -> bytes:
        """What the driver wrote, at most so many bytes of it."""
        data = bytearray()
        for view in self.readable:
            data += view[: most - len(data)]
        return bytes(data)

    def write(self, data: bytes) -> bool:
        """Give the driver something to read; False if it does not fit."""
        if sum(map(len, self.writable)) < len(data):
            return False
        at = 0
        for view in self.writable:
            part = data[at : at + len(view)]
            view[: len(part)] = part
            at += len(part)
        return True


class SplitQueue:
    """A queue of ``size`` entries; ``base`` is the first available entry not seen yet.

    ``descriptors``, ``available`` and ``used`` are addresses in the front-end's process.
    """

    def __init__(
        self, memory: GuestMemory, size: int, base: int, descriptors: int, available: int, used: int
    ) -> None:
        if not 0 < size <= MAX_SIZE or size & (size - 1):
            raise WireError(f"virtqueue: of {size} entries")
        if available % 2 or used % 4:
            raise WireError("virtqueue: a ring is not aligned")
        self._memory = memory
        self._size = size
        self._descriptors = memory.at_user(descriptors, size * _DESCRIPTOR.size)
        self._available = memory.at_user(available, _RING + 2 * size)
        self._used = memory.at_user(used, _RING + _USED.size * size)
        self._used_index = _U16.unpack_from(self._used, 2)[0]
        self.base = base & 0xFFFF

    def pop(self) -> Chain | None:
        """The next available buffers; None if there are none."""
        waiting = (_U16.unpack_from(self._available, 2)[0] - self.base) & 0xFFFF
        if not waiting:
            return None
        if waiting > self._size:
            raise WireError(f"virtqueue: {waiting} of {self._size} entries are available")
        place = _RING + 2 * (self.base % self._size)
        head = _U16.unpack_from(self._available, place)[0]
        chain = self._chain(head)
        self.base = (self.base + 1) & 0xFFFF
        return chain

    def push(self, head: int, written: int) -> None:
        """Give buffers back, of which so many bytes were written."""
        place = _RING + _USED.size * (self._used_index % self._size)
        _USED.pack_into(self._used, place, head, written)
        self._used_index = (self._used_index + 1) & 0xFFFF
        _U16.pack_into(self._used, 2, self._used_index)

    def _chain(self, head: int) -> Chain:
        readable: list[memoryview] = []
        writable: list[memoryview] = []
        index = head
        for _ in range(self._size):
            if index >= self._size:
                raise WireError(f"virtqueue: descriptor {index} of {self._size}")
            address, length, flags, following = _DESCRIPTOR.unpack_from(
                self._descriptors, index * _DESCRIPTOR.size
            )
            if flags & _INDIRECT:
                raise WireError("virtqueue: an indirect descriptor, which was not agreed on")
            if not flags & _WRITE and writable:
                raise WireError("virtqueue: a readable buffer behind a writable one")
            (writable if flags & _WRITE else readable).append(
                self._memory.at_guest(address, length)
            )
            if not flags & _NEXT:
                return Chain(head, tuple(readable), tuple(writable))
            index = following
        raise WireError("virtqueue: a chain without an end")
