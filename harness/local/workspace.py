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

from harness.errors import UsageError
from harness.local.folders import trouble
from harness.local.storage import DiskFull, is_disk_full

PREFIX = "hil-"
SOCKET_PATH_BYTES = 107
"""Most a Unix socket's path may have (unix(7): sun_path, less its terminator)."""
_LONGEST = f"{PREFIX}12345678/radio"
"""As long as the longest path of a socket below the folder for temporary files."""


@contextlib.contextmanager
def work_folder() -> Iterator[Path]:
    """A folder with a short name, for the sake of its sockets' paths, gone at the end.

    Its lock tells a folder in use from one a killed run left, which is cleared away here.

    Raises:
        UsageError: the folder for temporary files lies too deep for a socket, or cannot be used.
        DiskFull: it has no room.
    """
    root = _temporary()
    too_long = len(os.fsencode(root / _LONGEST)) - SOCKET_PATH_BYTES
    if too_long > 0:
        raise UsageError(
            f"{root}: too long a path for a Unix socket below it, by {too_long} bytes",
            hint="set TMPDIR to a folder with a shorter path, such as /tmp",
        )
    for left in root.glob(f"{PREFIX}*/lock"):
        _clear_if_left(left)
    folder = _made(root)
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        lock = stack.enter_context((folder / "new").open("w"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        (folder / "new").rename(folder / "lock")  # only now others look at it, and find it held
        yield folder


def _temporary() -> Path:
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        raise UsageError(
            f"no folder for temporary files can be written to: {error.strerror or error}",
            hint="free disk space in /tmp, or set TMPDIR to a folder you may write to",
        ) from error


def _made(root: Path) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    except OSError as error:
        if is_disk_full(error):
            raise DiskFull("making of a folder for temporary files", root, str(error)) from error
        raise UsageError(
            f"no folder for temporary files: {trouble(root, error)}",
            hint="set TMPDIR to a folder you may write to",
        ) from error


def _clear_if_left(lock: Path) -> None:
    with contextlib.suppress(OSError):
        if lock.stat().st_uid != os.getuid():
            return
        with lock.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
