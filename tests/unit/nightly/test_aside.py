# SPDX-License-Identifier: GPL-2.0-or-later
"""What a night says beside a history that cannot be told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.nightly.aside import ROOM, Aside, CutOff

AT = datetime(2026, 11, 28, 2, 14, 43, 512_000, tzinfo=UTC)


def opened(file: Path) -> Aside:
    """The file as the process that runs a night has it; nothing is buffered, so nothing is left."""
    file.touch()
    return Aside(file.open("r+b", buffering=0))  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_was_noted_is_read_by_the_process_that_goes_on(tmp_path: Path) -> None:
    """Until that has dealt with it."""
    file, cut_off = tmp_path / "lock", CutOff("night", {3: AT, 4: AT})
    first = opened(file)
    assert first.cut_off() is None
    first.note(cut_off)
    second = opened(file)
    assert second.cut_off() == cut_off
    second.clear()
    assert opened(file).cut_off() is None


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_note_takes_no_more_of_the_disk(tmp_path: Path) -> None:
    """Its room is there from the beginning on; a night of hundreds of slots has none to spare."""
    file = tmp_path / "lock"
    first = opened(file)
    assert file.stat().st_size == ROOM
    first.note(CutOff("night", dict.fromkeys(range(64), AT)))
    assert len(opened(file).cut_off().begun) == 64  # type: ignore[union-attr]
    first.note(CutOff("night", dict.fromkeys(range(10_000), AT)))
    assert file.stat().st_size == ROOM
    assert opened(file).cut_off() is None


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(
    "said",
    [b"", b"{", b"\xff", b"[]", b"{}", b'{"night": 1}', b'{"night": 1, "begun": [[0, "x"]]}'],
)
def test_what_is_no_note_says_nothing(tmp_path: Path, said: bytes) -> None:
    """Half a line, or the lock of a release before."""
    (tmp_path / "lock").write_bytes(said)
    assert opened(tmp_path / "lock").cut_off() is None
