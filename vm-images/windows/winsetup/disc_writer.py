# SPDX-License-Identifier: GPL-2.0-or-later
"""The provisioning CD's image: ISO 9660 with Joliet, whose names Windows reads.

The ISO 9660 names are counted and say nothing: Joliet has those that count, and no bound on how
deep folders lie.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

import pycdlib

from .unfit import Unfit

LONGEST: Final = 64
"""Characters of a name in Joliet (Joliet Specification, 1995)."""
FORBIDDEN: Final = frozenset('*/:;?\\"<>|')


def write_disc(files: Mapping[str, bytes], label: str, place: Path) -> None:
    """Write an image with `files` (content by path); raises `Unfit` for a name it cannot have."""
    for path in files:
        _check(path)
    iso = pycdlib.PyCdlib()
    iso.new(interchange_level=3, joliet=3, vol_ident=label)
    folders = {str(one) for path in files for one in PurePosixPath(path).parents} - {"."}
    for folder in sorted(folders):
        iso.add_directory(joliet_path=f"/{folder}")
    for count, (path, data) in enumerate(sorted(files.items())):
        plain = f"/F{count:07};1"
        iso.add_fp(io.BytesIO(data), len(data), iso_path=plain, joliet_path=f"/{path}")
    iso.write(str(place))
    iso.close()


def _check(path: str) -> None:
    for part in path.split("/"):
        if part in ("", ".", "..") or set(part) & FORBIDDEN or not part.isprintable():
            raise Unfit(f"{path}: no name that a CD can have")
        if len(part) > LONGEST or any(ord(c) > 0xFFFF for c in part):
            raise Unfit(f"{path}: a CD's names have at most {LONGEST} characters")
