# SPDX-License-Identifier: GPL-2.0-or-later
"""The cache: entries are whole or absent, built once, named by what shaped them."""

from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest

from harness.errors import HarnessError, LabFault, UsageError
from harness.local.cache import digest, digest_tree, entry
from harness.local.storage import DiskFull


def test_an_entry_is_built_once(tmp_path: Path) -> None:
    """The second request finds the first one's work."""
    built: list[Path] = []

    def build(folder: Path) -> None:
        built.append(folder)
        (folder / "disk").write_text("content")

    first = entry(tmp_path, "image", "abc", build)
    assert entry(tmp_path, "image", "abc", build) == first == tmp_path / "image-abc"
    assert (first / "disk").read_text() == "content"
    assert len(built) == 1


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    """An interrupted build is no entry, and its folder is gone."""

    def build(folder: Path) -> None:
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        entry(tmp_path, "image", "abc", build)
    assert [path.name for path in tmp_path.iterdir()] == ["image.lock"]


def test_what_a_killed_build_left_is_cleared(tmp_path: Path) -> None:
    """A folder left by a killed process goes with the next build of its kind."""
    left = tmp_path / ".image-old.xyz"
    left.mkdir()
    entry(tmp_path, "image", "abc", lambda folder: None)
    assert not left.exists()


def test_builders_of_one_entry_wait_for_each_other(tmp_path: Path) -> None:
    """Of many at once one builds, and all get its entry."""
    builds: list[int] = []
    threads = [
        threading.Thread(target=entry, args=(tmp_path, "image", "k", lambda _: builds.append(1)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert builds == [1]


def test_a_digest_frames_its_parts() -> None:
    """Parts do not run together: moving a byte from one to the next changes the digest."""
    assert digest("ab", "c") != digest("a", "bc")


def test_a_tree_digest_sees_names_and_contents(tmp_path: Path) -> None:
    """A changed byte, and a moved file, give another digest; compiled leftovers do not."""
    (tmp_path / "a").write_text("1")
    before = digest_tree(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").touch()
    assert digest_tree(tmp_path) == before
    (tmp_path / "a").rename(tmp_path / "b")
    assert digest_tree(tmp_path) != before


def test_a_file_in_the_caches_place_is_told(tmp_path: Path) -> None:
    """With the ways out of it."""
    (tmp_path / "cache").touch()
    with pytest.raises(UsageError, match="is a file, not a folder") as caught:
        entry(tmp_path / "cache", "image", "abc", lambda _: None)
    assert "XDG_CACHE_HOME" in caught.value.hint


def test_room_is_asked_for_before_building(tmp_path: Path) -> None:
    """Nothing is built, and nothing left, where it would not fit."""
    with pytest.raises(DiskFull, match=r"GiB free of \d+\.0 needed"):
        entry(tmp_path, "image", "abc", lambda _: pytest.fail("was built"), room=1 << 60)
    assert [path.name for path in tmp_path.iterdir()] == ["image.lock"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        HarnessError("compiling failed: as: x.o: No space left on device"),
    ],
)
def test_a_build_that_ran_out_of_room_says_so(tmp_path: Path, error: Exception) -> None:
    """Whether the operating system says it or a program; the half of it is gone."""

    def build(folder: Path) -> None:
        (folder / "half").touch()
        raise error

    with pytest.raises(DiskFull, match="making of image: the disk is full") as caught:
        entry(tmp_path, "image", "abc", build)
    assert str(tmp_path) in caught.value.message
    assert "free disk space" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["image.lock"]


def test_other_errors_of_a_build_stay_what_they_are(tmp_path: Path) -> None:
    """Not every error is for want of room."""

    def build(_: Path) -> None:
        raise LabFault("saving of the guest's memory", 1, "failed")

    with pytest.raises(LabFault) as caught:
        entry(tmp_path, "state", "abc", build)
    assert not isinstance(caught.value, DiskFull)
