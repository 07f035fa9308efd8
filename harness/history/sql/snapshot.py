# SPDX-License-Identifier: GPL-2.0-or-later
"""A history where nothing can be written, or that is not there yet, read from a copy of our own.

SQLite writes even where it is asked to read: a history that other processes may write at the same
time (WAL) takes an index file beside it, which cannot be made where one may not write, or on a disk
that is full.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harness.config.database import is_url
from harness.errors import StoreError
from harness.local.folders import trouble
from harness.local.storage import NEARLY_FULL, free_bytes

BESIDE: Final = ("", "-wal")
"""What a history consists of: its file, and what was committed and is not in that yet."""
INDEX: Final = "-shm"
TRIES: Final = 20
"""How often a copy is made, of a history that somebody writes meanwhile, before it is given up."""


@contextlib.contextmanager
def readable(place: str) -> Iterator[str]:
    """Where what `place` holds can be read: there, or in a copy that is gone in the end.

    Nothing is made or changed at `place`. Raises `StoreError`.
    """
    file = Path(place)
    if is_url(place) or (_may_be_written(file) and free_bytes(file.parent) >= NEARLY_FULL):
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="hil-history-") as folder:
        copy = Path(folder) / "history.sqlite"
        try:
            _copy(file, copy)
        except StoreError:
            raise
        except OSError as error:
            raise StoreError(
                f"history {file}: {trouble(file.parent, error)}",
                hint="ask whoever it belongs to, or name another: [store] database in lab.toml",
            ) from None
        yield str(copy)


def not_ours(file: Path) -> Path | None:
    """What of a history this user may not write, though it is there; None for one that is ours."""
    parts = [file.parent, *(file.with_name(file.name + end) for end in (*BESIDE, INDEX))]
    there = (one for one in parts if os.access(one, os.F_OK))
    return next((one for one in there if not os.access(one, os.W_OK)), None)


def _may_be_written(file: Path) -> bool:
    return os.access(file, os.F_OK) and not_ours(file) is None


def _copy(file: Path, to: Path) -> None:
    """Copy a history as of one moment, none if there is none; raises OSError."""
    parts = [(file.with_name(file.name + end), to.with_name(to.name + end)) for end in BESIDE]
    for _ in range(TRIES):
        before = [_stamp(source) for source, _ in parts]
        for (source, target), stamp in zip(parts, before, strict=True):
            target.unlink(missing_ok=True)
            if stamp is not None:
                shutil.copyfile(source, target)
        if before == [_stamp(source) for source, _ in parts]:
            return
    raise StoreError(
        f"history {file}: is written all the time, so that no copy of it can be read",
        hint="try again when no run is under way",
    )


def _stamp(file: Path) -> tuple[int, ...] | None:
    """What changes whenever a file does; None for one that is not there."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
