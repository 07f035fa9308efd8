# SPDX-License-Identifier: GPL-2.0-or-later
"""Room on disks: asked for before work that needs it, and named where it ran out."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from harness.errors import LabFault

FREE_SOME = "free disk space there and run again"

NO_ROOM = "No space left on device"
"""What programs say of ENOSPC."""

NEARLY_FULL = 4 << 20
"""Bytes free at a failure below which the disk is taken for its cause."""


class DiskFull(LabFault):
    """A disk has no room for what the lab writes."""

    def __init__(self, doing: str, place: Path, found: str) -> None:
        super().__init__(doing, 0, f"{found} in {place}", hint=FREE_SOME)
        self.message = f"{doing}: the disk is full: {self.last_state}"
        self.args = (self.message,)


def is_disk_full(error: BaseException) -> bool:
    """Whether `error` says that a disk, or a user's share of it, is used up."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return NO_ROOM in str(error)


def is_for_want_of_room(error: BaseException) -> bool:
    """Whether `error`, or what it was raised for, is a disk that is full."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, DiskFull) or is_disk_full(found):
            return True
        found = found.__cause__ or found.__context__
    return False


def free_bytes(place: Path) -> int:
    """Bytes free to this user where `place` is, or will be once it is made."""
    for folder in (place, *place.absolute().parents):
        try:
            return shutil.disk_usage(folder).free
        except OSError:  # it is not there yet, or closed to this user
            continue
    return 0


def need_room(doing: str, place: Path, needed: int) -> None:
    """Raise `DiskFull` unless `needed` bytes are free at `place` for what is to be done."""
    free = free_bytes(place)
    if free < needed:
        raise DiskFull(doing, place, f"{free / 2**30:.1f} GiB free of {needed / 2**30:.1f} needed")


def ran_full(error: BaseException, place: Path) -> bool:
    """Whether `error`, met while something was written to `place`, is for want of room there."""
    return is_disk_full(error) or free_bytes(place) < NEARLY_FULL
