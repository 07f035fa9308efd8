# SPDX-License-Identifier: GPL-2.0-or-later
"""What the history could not take at the end of a night, kept in the file of the night's lock.

A full disk and a server that is gone end a night in order, but the history goes on to show its
cells as those of a process that was killed. The file has its room from the beginning on, so that a
disk that fills up later can be told all the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final, final

ROOM: Final = 1 << 15
"""Bytes; a cell takes about fifty."""


@final
@dataclass(frozen=True, slots=True)
class CutOff:
    """Cells that ran when a night ended without their doing."""

    night_id: str
    begun: Mapping[int, datetime]
    """Position → just before the attempt was named; whether it was, may not be known."""


@final
class Aside:
    """The file, held by the one process that runs the night."""

    def __init__(self, file: BinaryIO) -> None:
        """Take the room; `file` is open for reading and writing. Raises `OSError`."""
        self._file = file
        file.seek(0)
        self._said = file.read(ROOM)
        self._write(self._said)

    def cut_off(self) -> CutOff | None:
        """What the process before could not tell; None for nothing that can be read."""
        try:
            said = json.loads(self._said)
            begun = {int(place): datetime.fromisoformat(at) for place, at in said["begun"]}
            return CutOff(str(said["night"]), begun)
        except (ValueError, TypeError, KeyError):
            return None

    def note(self, cut_off: CutOff) -> None:
        """Keep it for the process that goes on with the night. Raises `OSError`."""
        begun = [(place, at.isoformat()) for place, at in cut_off.begun.items()]
        self._write(json.dumps({"night": cut_off.night_id, "begun": begun}).encode())

    def clear(self) -> None:
        """Nothing is left to be told. Raises `OSError`."""
        self._write(b"")

    def _write(self, said: bytes) -> None:
        """Into the room that there is: no more of the disk is taken."""
        if len(said) > ROOM:
            said = b""
        self._file.seek(0)
        self._file.write(said.ljust(ROOM))
        self._file.flush()
        os.fsync(self._file.fileno())
