# SPDX-License-Identifier: GPL-2.0-or-later
"""Room on disks: how it is asked for, and how one that ran out is recognised."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

import pytest

from harness.local.storage import DiskFull, free_bytes, is_disk_full, need_room


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (RuntimeError("qemu-img: error while writing: No space left on device"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
    ],
)
def test_a_full_disk_is_known_by_number_and_by_word(error: Exception, full: bool) -> None:
    """By the number where there is one; programs have only words for it."""
    assert is_disk_full(error) is full


def test_room_is_that_of_the_nearest_folder_there_is(tmp_path: Path) -> None:
    """What is not made yet will be on its parent's disk."""
    away = tmp_path / "not" / "yet"
    total = shutil.disk_usage(tmp_path).total
    assert 0 < free_bytes(away) <= total
    assert not away.parent.exists()


def test_where_nothing_can_be_asked_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even of the root: a promise would be worse."""

    def refuse(folder: Path) -> object:
        raise PermissionError(errno.EACCES, "Permission denied", str(folder))

    monkeypatch.setattr(shutil, "disk_usage", refuse)
    assert free_bytes(Path("/somewhere")) == 0


def test_room_that_is_missing_is_told_with_both_figures(tmp_path: Path) -> None:
    """What was to be done, where, what it takes."""
    need_room("building an image", tmp_path, 1)
    with pytest.raises(DiskFull, match="building an image: the disk is full") as error:
        need_room("building an image", tmp_path, 1 << 60)
    assert "GiB free of 1073741824.0 needed" in str(error.value)
    assert error.value.hint == "free disk space there and run again"
