# SPDX-License-Identifier: GPL-2.0-or-later
"""Folders of the user's machine: where they are, and in words why one cannot be used."""

from __future__ import annotations

import errno
import os
import pwd
from pathlib import Path

from harness.naming import nearest

_WORDS = {
    errno.EROFS: "is on a file system that is read-only",
    errno.ENOSPC: "is on a disk that is full",
    errno.EDQUOT: "is on a disk of which your share is used up",
    errno.ELOOP: "is a link that leads to itself",
    errno.ENAMETOOLONG: "has too long a name",
}


def user_name() -> str:
    """Who runs this; the number of a user who has no name here, as in many containers."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def home() -> Path | None:
    """The user's home; None for one who has neither HOME nor an entry in the password file."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def _exists(path: Path) -> bool:
    """Whether `path` is there, as far as this user can see."""
    try:
        return path.exists()
    except OSError:  # the way to it is closed
        return False


def near(path: Path) -> str:
    """ "did you mean PATH?" for a path that is not there, if one beside it has nearly that name."""
    try:
        beside = sorted(one.name for one in path.parent.iterdir())
    except OSError:
        return ""
    found = nearest(path.name, beside)
    return f"did you mean {path.with_name(found)}?" if found else ""


def trouble(folder: Path, error: OSError) -> str:
    """Why `folder` cannot be used: the part of its path at fault, and what is wrong with it."""
    for one in (folder, *folder.absolute().parents):
        if one.is_symlink() and not _exists(one) and error.errno in (errno.EEXIST, errno.ENOENT):
            return f"{one} is a link to {one.readlink()}, which is not there"
    place = next((one for one in (folder, *folder.absolute().parents) if _exists(one)), folder)
    if error.errno in (errno.EEXIST, errno.ENOTDIR) or not place.is_dir():
        return f"{place} is a file, not a folder"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{error.filename or place} is not open to user {user_name()}"
    return f"{place} {_WORDS.get(error.errno or 0) or f'cannot be used: {error.strerror}'}"
