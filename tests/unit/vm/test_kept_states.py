# SPDX-License-Identifier: GPL-2.0-or-later
"""Saved states where they are kept: the oldest go, those in use stay, nothing damaged is used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.errors import PeerGone
from harness.vm.kept_states import (
    ContentCheck,
    NotRestored,
    discard,
    held,
    prune,
    read_note,
    taken_by_states,
    wanted_before,
    write_manifest,
)

BLOCK = 1 << 16


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache with three states, named by how long ago each was used, and other things."""
    for age, name in enumerate(("state-new", "prepared-middle", "state-old")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "memory").write_bytes(b"m" * BLOCK)
        write_manifest(folder, name, {"age": age})
        os.utime(folder, (1e9 - age, 1e9 - age))
    (tmp_path / "base-1").mkdir()
    (tmp_path / "base-1" / "disk").write_bytes(b"d" * BLOCK)
    return tmp_path


def states(cache: Path) -> set[str]:
    """What is left."""
    return {path.name for path in cache.iterdir() if path.is_dir()} - {"base-1"}


def test_the_states_used_longest_ago_go(cache: Path) -> None:
    """Until the others fit; what is no state is left alone."""
    count, taken = taken_by_states(cache)
    assert count == 3
    assert prune(cache, taken) == []
    assert prune(cache, taken - 1) == ["state-old"]
    assert prune(cache, taken // 2) == ["prepared-middle"]
    assert states(cache) == {"state-new"}
    assert (cache / "base-1" / "disk").exists()


def test_a_state_in_use_stays(cache: Path) -> None:
    """Another run restores from it at this moment; afterwards it may go."""
    with held(cache / "state-old"):
        assert prune(cache, 0) == ["state-new", "prepared-middle"]
    assert prune(cache, 0) == ["state-old"]


def test_a_state_that_has_gone_cannot_be_held(cache: Path) -> None:
    """It was pruned between the look and the use."""
    discard(cache / "state-new")
    with pytest.raises(NotRestored, match="state-new"), held(cache / "state-new"):
        pass


def test_a_whole_state_gives_its_note(cache: Path) -> None:
    """The note is its maker's own."""
    assert read_note(cache / "state-old") == {"age": 2}


@pytest.mark.parametrize(
    ("file", "content", "why"),
    [
        ("memory", b"m" * (BLOCK - 1), "memory changed"),
        ("memory", b"x" * BLOCK, "memory changed"),
        ("more", b"", "more changed"),
        ("state.json", b"{", "JSONDecodeError"),
        ("state.json", b"[]", "TypeError"),
        ("state.json", b'{"state": "state-new", "files": {}, "note": {}}', "it is 'state-new'"),
    ],
)
def test_a_state_that_is_not_as_it_was_saved_is_not_used(
    cache: Path, file: str, content: bytes, why: str
) -> None:
    """Cut short, overwritten, added to, or another's: the reason is told."""
    (cache / "state-old" / file).write_bytes(content)
    with pytest.raises(NotRestored, match=why):
        read_note(cache / "state-old")


def test_a_state_whose_content_is_another_is_not_used(cache: Path) -> None:
    """Size and time are as they were: the disk gave back something else than was written."""
    ContentCheck(cache / "state-new").finish()
    memory = cache / "state-old" / "memory"
    kept = memory.stat()
    memory.write_bytes(b"m" * (BLOCK - 1) + b"x")
    os.utime(memory, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    read_note(cache / "state-old")
    with pytest.raises(NotRestored, match="memory: not what was saved"):
        ContentCheck(cache / "state-old").finish()


def test_the_comparison_waits_for_what_is_to_be_first(cache: Path) -> None:
    """And is made also if that came to nothing: somebody else tells of it."""

    def fail() -> None:
        (cache / "state-old" / "memory").unlink()
        raise PeerGone("start of the air process", 1, "ended")

    with pytest.raises(NotRestored, match="memory: not what was saved"):
        ContentCheck(cache / "state-old", after=fail).finish()


def test_a_file_that_went_away_is_not_what_was_saved(cache: Path) -> None:
    """Also while it is compared."""
    (cache / "state-old" / "memory").unlink()
    with pytest.raises(NotRestored, match="memory: not what was saved"):
        ContentCheck(cache / "state-old").finish()


def test_a_state_that_does_not_say_what_was_saved_is_not_used(cache: Path) -> None:
    """It is of an earlier version, or its manifest is damaged."""
    (cache / "state-old" / "state.json").write_text('{"state": "state-old"}')
    with pytest.raises(NotRestored, match="KeyError"):
        ContentCheck(cache / "state-old")


def test_a_state_is_wanted_before_from_the_second_time_on(cache: Path) -> None:
    """Each is remembered by itself, and not for ever."""
    assert not wanted_before(cache, "prepared-1")
    assert wanted_before(cache, "prepared-1")
    assert not wanted_before(cache, "prepared-2")
    os.utime(cache / "prepared-1.wanted", (1, 1))
    prune(cache)
    assert not wanted_before(cache, "prepared-1")
