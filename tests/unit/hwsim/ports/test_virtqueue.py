# SPDX-License-Identifier: GPL-2.0-or-later
"""The device's side of a virtqueue: what a driver may do, and what a hostile one tries."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.errors import WireError
from hwsim.ports.guest_memory import GuestMemory, Region
from hwsim.ports.virtqueue import Chain, SplitQueue

SIZE = 8
GUEST, USER = 0x1000, 0x50_0000
DESCRIPTORS, AVAILABLE, USED, BUFFERS = 0, 0x100, 0x200, 0x400
LENGTH = 0x1000
NEXT, WRITE, INDIRECT = 1, 2, 4


class Driver:
    """Memory with a queue in it."""

    def __init__(self, base: int = 0) -> None:
        self.memory = bytearray(LENGTH)
        for ring in (AVAILABLE, USED):
            struct.pack_into("<H", self.memory, ring + 2, base)
        region = Region(GUEST, USER, memoryview(self.memory))
        self.queue = SplitQueue(
            GuestMemory((region,)), SIZE, base, USER + DESCRIPTORS, USER + AVAILABLE, USER + USED
        )

    def describe(self, index: int, address: int, length: int, flags: int, after: int = 0) -> None:
        """Write a descriptor."""
        struct.pack_into("<QIHH", self.memory, 16 * index, address, length, flags, after)

    def offer(self, *heads: int, index: int | None = None) -> None:
        """Make chains available."""
        at = struct.unpack_from("<H", self.memory, AVAILABLE + 2)[0]
        for head in heads:
            struct.pack_into("<H", self.memory, AVAILABLE + 4 + 2 * (at % SIZE), head)
            at = (at + 1) & 0xFFFF
        struct.pack_into("<H", self.memory, AVAILABLE + 2, at if index is None else index)

    @property
    def used(self) -> tuple[int, list[tuple[int, int]]]:
        """Index and entries of the used ring."""
        index = struct.unpack_from("<H", self.memory, USED + 2)[0]
        places = range(USED + 4, USED + 4 + 8 * SIZE, 8)
        return index, [struct.unpack_from("<II", self.memory, place) for place in places]


def popped(driver: Driver) -> Chain:
    """The next chain, which is there."""
    chain = driver.queue.pop()
    assert chain is not None
    return chain


def test_a_chain_of_buffers_both_ways() -> None:
    """Parts are read in their order, written in their order, and given back as one."""
    driver = Driver()
    driver.memory[BUFFERS : BUFFERS + 6] = b"abcdef"
    driver.describe(3, GUEST + BUFFERS, 4, NEXT, 5)
    driver.describe(5, GUEST + BUFFERS + 4, 2, NEXT, 0)
    driver.describe(0, GUEST + BUFFERS + 16, 3, NEXT | WRITE, 1)
    driver.describe(1, GUEST + BUFFERS + 32, 8, WRITE)
    assert driver.queue.pop() is None
    driver.offer(3)
    chain = popped(driver)
    assert chain.read(100) == b"abcdef"
    assert chain.read(5) == b"abcde"
    assert chain.write(b"12345")
    assert bytes(driver.memory[BUFFERS + 16 : BUFFERS + 19]) == b"123"
    assert bytes(driver.memory[BUFFERS + 32 : BUFFERS + 34]) == b"45"
    assert not chain.write(bytes(12))
    driver.queue.push(chain.head, 5)
    assert driver.used == (1, [(3, 5)] + [(0, 0)] * 7)
    assert driver.queue.pop() is None


def test_indices_go_round() -> None:
    """The rings have eight places, the indices 65536."""
    driver = Driver(65_530)
    driver.describe(2, GUEST + BUFFERS, 1, 0)
    for _ in range(20):
        driver.offer(2)
        driver.queue.push(popped(driver).head, 1)
    assert driver.used == (14, [(2, 1)] * SIZE)
    assert driver.queue.base == 14


HOSTILE = {
    "a loop": ((0, GUEST, 1, NEXT, 1), (1, GUEST, 1, NEXT, 0)),
    "a loop of one": ((0, GUEST, 1, NEXT, 0),),
    "a descriptor that is not there": ((0, GUEST, 1, NEXT, SIZE),),
    "below the memory": ((0, GUEST - 1, 1, 0, 0),),
    "past its end": ((0, GUEST + LENGTH - 1, 2, 0, 0),),
    "a sum that wraps": ((0, 2**64 - 1, 2**32 - 1, 0, 0),),
    "longer than all of it": ((0, GUEST, 2**32 - 1, WRITE, 0),),
    "indirect": ((0, GUEST, 16, INDIRECT, 0),),
    "readable behind writable": ((0, GUEST, 1, NEXT | WRITE, 1), (1, GUEST, 1, 0, 0)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_chain(name: str) -> None:
    """It is refused, and the queue is where it was."""
    driver = Driver()
    for descriptor in HOSTILE[name]:
        driver.describe(*descriptor)
    driver.offer(0)
    with pytest.raises(WireError):
        driver.queue.pop()
    assert driver.queue.base == 0


@pytest.mark.parametrize(("heads", "index"), [((SIZE,), 1), ((0xFFFF,), 1), ((0,), SIZE + 1)])
def test_a_hostile_ring(heads: tuple[int, ...], index: int) -> None:
    """A head that is none, and more entries than there are."""
    driver = Driver()
    driver.offer(*heads, index=index)
    with pytest.raises(WireError):
        driver.queue.pop()


@pytest.mark.parametrize(
    ("size", "place"),
    [(0, USER), (3, USER), (2048, USER), (8, USER - 1), (8, USER + LENGTH), (8, 2**64 - 2),
     (8, USER + 1)],
)  # fmt: skip
def test_a_queue_that_cannot_be(size: int, place: int) -> None:
    """Of a wrong size, not aligned, or not in the memory."""
    memory = GuestMemory((Region(GUEST, USER, memoryview(bytearray(LENGTH))),))
    with pytest.raises(WireError):
        SplitQueue(memory, size, 0, place, place, place)


@given(st.binary(min_size=0x300, max_size=0x300), st.integers(0, 0xFFFF))
def test_whatever_a_driver_writes(rings: bytes, base: int) -> None:
    """Buffers that are wholly in its memory, no more than the queue has, or an error."""
    memory = bytearray(rings) + bytearray(LENGTH - len(rings))
    region = Region(0, USER, memoryview(memory))
    queue = SplitQueue(GuestMemory((region,)), SIZE, base, USER, USER + AVAILABLE, USER + USED)
    try:
        for _ in range(2 * SIZE):
            chain = queue.pop()
            if chain is None:
                break
            assert 1 <= len(chain.readable) + len(chain.writable) <= SIZE
            assert len(chain.read(64)) <= 64
            chain.write(b"frame")
            queue.push(chain.head, 5)
    except WireError:
        pass
    assert len(memory) == LENGTH
