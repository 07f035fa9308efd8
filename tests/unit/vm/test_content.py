# SPDX-License-Identifier: GPL-2.0-or-later
"""The content of a file: any byte of it counts, the holes in its files do not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harness.vm.content import BLOCK, content_digest


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    """A file with data between holes."""
    place = tmp_path / "memory"
    with place.open("wb") as file:
        file.seek(3 * BLOCK + 5)
        file.write(b"data")
        file.truncate(8 * BLOCK)
    return place


def test_holes_are_as_good_as_zeros(memory: Path, tmp_path: Path) -> None:
    """A cache that was copied by a program that knows no holes is whole."""
    full = tmp_path / "full"
    full.write_bytes(memory.read_bytes())
    assert full.stat().st_blocks > memory.stat().st_blocks
    assert content_digest(full) == content_digest(memory)


@pytest.mark.parametrize("place", [0, 3 * BLOCK + 5, 3 * BLOCK + 9, 8 * BLOCK - 1])
def test_any_other_byte_is_another_content(memory: Path, place: int) -> None:
    """Also one in a hole, and the last one."""
    before = content_digest(memory)
    with memory.open("r+b") as file:
        file.seek(place)
        file.write(b"x")
    assert content_digest(memory) != before


def test_length_and_place_count(memory: Path, tmp_path: Path) -> None:
    """Zeros at the end, or the same data elsewhere, are another content."""
    before = content_digest(memory)
    longer, moved = tmp_path / "longer", tmp_path / "moved"
    shutil.copyfile(memory, longer)
    with longer.open("ab") as file:
        file.truncate(9 * BLOCK)
    moved.write_bytes(bytes(BLOCK) + memory.read_bytes()[:-BLOCK])
    assert len({before, content_digest(longer), content_digest(moved)}) == 3
