# SPDX-License-Identifier: GPL-2.0-or-later
"""The content of large files with holes, such as a guest's memory, as a hash.

Memory is mapped, not read, when a guest is restored, so nothing else would notice a page that the
disk gives back otherwise than it was written.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

BLOCK = 1 << 18
ZEROS = bytes(BLOCK)


def content_digest(path: Path) -> str:
    """SHA-256 over the blocks of a file that are not all zero, each with its place, in hex.

    So it is the same whether zeros are holes in the file or not. Raises `OSError`.
    """
    total = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        total.update(os.fstat(file.fileno()).st_size.to_bytes(8, "big"))
        for place, block in _blocks(file):
            if block != ZEROS[: len(block)]:
                total.update(place.to_bytes(8, "big"))
                total.update(block)
    return total.hexdigest()


def _blocks(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each block of a file that has data in it, with its offset; holes are skipped."""
    descriptor, place = file.fileno(), 0
    while True:
        try:
            place = os.lseek(descriptor, place, os.SEEK_DATA) // BLOCK * BLOCK
        except OSError as error:
            if error.errno == errno.ENXIO:  # no data behind that place
                return
            raise
        block = os.pread(descriptor, BLOCK, place)
        if not block:
            return
        yield place, block
        place += len(block)
