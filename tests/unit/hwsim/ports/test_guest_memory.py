# SPDX-License-Identifier: GPL-2.0-or-later
"""Addresses of a guest: found in one region as a whole, or refused."""

from __future__ import annotations

import os

import pytest

from hwsim.errors import WireError
from hwsim.ports.guest_memory import GuestMemory, Region, mapped


def test_two_regions() -> None:
    """Each is found by both of its addresses; what is in neither, or in both, is nowhere."""
    first, second = bytearray(b"first!"), bytearray(b"second")
    memory = GuestMemory((
        Region(0x1000, 0x9000, memoryview(first)), Region(0x1006, 0x8000, memoryview(second)),
    ))  # fmt: skip
    assert memory.at_guest(0x1001, 4) == b"irst"
    assert memory.at_guest(0x1006, 6) == b"second"
    assert memory.at_user(0x8001, 2) == b"ec"
    memory.at_user(0x9000, 1)[:] = b"F"
    assert first == b"First!"
    for address, size in ((0x0FFF, 2), (0x1005, 2), (0x100B, 2), (0x100C, 1), (2**64 - 1, 1)):
        with pytest.raises(WireError):
            memory.at_guest(address, size)
    with pytest.raises(WireError):
        memory.at_user(0x9006, 1)


def test_a_file_is_mapped_and_shared() -> None:
    """What is written to the file is seen; more than there is of it is not mapped."""
    fd = os.memfd_create("guest")
    os.truncate(fd, 8192)
    region = mapped(fd, 0, 4096, 0, 4096)
    os.pwrite(fd, b"hello", 4096)
    assert bytes(region.view[:5]) == b"hello"
    for size, offset in ((8192, 4096), (4096, 1), (2**63, 0), (2**64 - 1, 0), (0, 8192)):
        with pytest.raises(WireError):
            mapped(fd, 0, size, 0, offset)
    os.close(fd)
    assert bytes(region.view[:5]) == b"hello"
