# SPDX-License-Identifier: GPL-2.0-or-later
"""Files and folders that are there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """Yield a path beside ``target`` to write; it takes the target's place if all went well.

    On any exception (also KeyboardInterrupt) it is removed and the target is as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target) as folder:
        temporary = folder / target.name
        yield temporary
        temporary.replace(target)


@contextmanager
def created_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``target``; it becomes the target if all went well.

    A folder that another process put there meanwhile is replaced.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _beside(target) as folder:
        temporary = folder / target.name
        temporary.mkdir()
        yield temporary
        if target.exists():
            target.rename(folder / "replaced")
        temporary.rename(target)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.{os.getpid()}.", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
