# SPDX-License-Identifier: GPL-2.0-or-later
"""The address space: runs of bytes, words that behave, tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwsim.usb.device import Stall
from hwsim.usb.models.memory import SIZE, Memory


def test_what_is_written_reads_back_in_any_cut() -> None:
    """Accesses need not be whole words."""
    memory = Memory()
    memory.write(0x1001, b"abcdef")
    assert memory.read(0x1000, 8) == b"\0abcdef\0"


def test_a_word_that_behaves_does_so_once_for_each_access() -> None:
    """A FIFO read as part of a longer run gives one entry."""
    memory, answers = Memory(), iter((7, 8))
    memory.on_read(0x1718, lambda: next(answers))
    assert memory.read(0x1714, 12)[4:8] == b"\7\0\0\0"
    assert memory.read(0x171A, 1) == b"\0"
    assert memory.word(0x1718) == 8


def test_a_word_written_in_halves_is_seen_with_both_of_them() -> None:
    """As drivers with single writes of 16 bits do it."""
    memory, seen = Memory(), []
    memory.on_write(0x0500, lambda word: seen.append(word) or word & 0xFFFF)
    memory.write(0x0500, b"\x34\x12")
    memory.write(0x0502, b"\x03\0")
    assert seen == [0x1234, 0x31234]
    assert memory.word(0x0500) == 0x1234


def test_a_table_finds_an_entry_only_at_its_begin() -> None:
    """Bytes that happen to be equal across entries are none."""
    memory = Memory()
    memory.write(0x1801, b"station")
    memory.write(0x1820, b"station")
    assert memory.find(b"station", 0x1800, 8, 256) == 4
    assert memory.find(b"nobody", 0x1800, 8, 256) is None


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_outside_is_a_stall_and_inside_is_as_long_as_asked(address: int, length: int) -> None:
    """Whatever wIndex and wLength are."""
    memory = Memory()
    if address + length > SIZE:
        with pytest.raises(Stall):
            memory.read(address, length)
        with pytest.raises(Stall):
            memory.write(address, bytes(length))
    else:
        memory.write(address, bytes(length))
        assert len(memory.read(address, length)) == length
