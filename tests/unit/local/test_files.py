# SPDX-License-Identifier: GPL-2.0-or-later
"""A file is written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from harness.local.files import write_atomic


def test_write_replaces_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails half way leaves the old content and no temporary file."""
    target = tmp_path / "result.json"
    write_atomic(target, "old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            write_atomic(target, "new")
    assert (target.read_text(), list(tmp_path.iterdir())) == ("old", [target])
    write_atomic(target, "new \ud800")
    assert target.read_text() == "new \\ud800"
    assert target.stat().st_mode & 0o777 == 0o644
