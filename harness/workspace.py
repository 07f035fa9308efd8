# SPDX-License-Identifier: GPL-2.0-or-later
"""A private folder for what lives no longer than a run: sockets and the overlay disk."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "hil-"


@contextlib.contextmanager
def work_folder() -> Iterator[Path]:
    """A folder with a short name (a Unix socket's path has 107 bytes at most), gone at the end.

    Its lock tells a folder in use from one a killed run left, which is cleared away here.
    """
    root = Path(tempfile.gettempdir())
    for left in root.glob(f"{PREFIX}*/lock"):
        _clear_if_left(left)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        lock = stack.enter_context((folder / "new").open("w"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        (folder / "new").rename(folder / "lock")  # only now others look at it, and find it held
        yield folder


def _clear_if_left(lock: Path) -> None:
    with contextlib.suppress(OSError):
        if lock.stat().st_uid != os.getuid():
            return
        with lock.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
