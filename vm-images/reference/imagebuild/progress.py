# SPDX-License-Identifier: GPL-2.0-or-later
"""How far a disk build has come, read from what mmdebstrap, apt, dpkg and our hook print.

mmdebstrap runs apt twice (essential packages, then the rest); its second run is nearly all of the
work. Shares of the whole are measured: they need only be right enough for a bar that moves evenly.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """A point of the build: ``stage`` in words, ``fraction`` of the whole from 0 to 1."""

    stage: str
    fraction: float


ProgressCallback = Callable[[Progress], None]

_SHARES = (
    ("start", 0.01),
    ("package lists", 0.06),
    ("base system", 0.17),
    ("download", 0.10),
    ("install", 0.40),
    ("wine prefix", 0.14),
    ("disk image", 0.12),
)
"""Stages in order and their share of the time."""
_STARTS = {
    name: sum(share for _, share in _SHARES[:index]) for index, (name, _) in enumerate(_SHARES)
}
_WIDTHS = dict(_SHARES)
_MARKS = (
    ("I: running apt-get update", "package lists"),
    ("I: downloading packages", "base system"),
    ("I: installing remaining packages", "download"),
    ("hil-stage: wine", "wine prefix"),
    ("hil-stage: artifacts", "disk image"),
)
_COUNT = re.compile(r"(\d+) newly installed")
_STEPS = {
    "Get:": ("download", 1.0),
    "Unpacking ": ("install", 0.75),
    "Setting up ": ("install", 0.25),
}
"""What a line's start tells: the stage and how much of one package's part in it is done."""


class ProgressReader:
    """Turns output lines into progress; never goes back."""

    def __init__(self) -> None:
        self.current = Progress("start", 0.0)
        self._remaining = False
        self._packages = 0
        self._done: dict[str, float] = {}

    def feed(self, line: str) -> Progress | None:
        """Take one line; return the new progress, or None if nothing moved."""
        for mark, stage in _MARKS:
            if line.startswith(mark):
                self._remaining = self._remaining or stage == "download"
                return self._move(stage, 0.0)
        if not self._remaining:
            return None
        if match := _COUNT.search(line):
            self._packages = int(match[1])
            return None
        for start, (stage, weight) in _STEPS.items():
            if line.startswith(start) and self._packages:
                done = self._done[stage] = self._done.get(stage, 0.0) + weight
                return self._move(stage, min(1.0, done / self._packages))
        return None

    def _move(self, stage: str, part: float) -> Progress | None:
        fraction = round(_STARTS[stage] + part * _WIDTHS[stage], 4)
        if (fraction, stage) == (self.current.fraction, self.current.stage):
            return None
        if fraction < self.current.fraction:
            return None
        self.current = Progress(stage, fraction)
        return self.current
