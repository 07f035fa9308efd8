# SPDX-License-Identifier: GPL-2.0-or-later
"""A display of stages that also keeps how long each took, for the result."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from harness.console.protocol import Console, StageProgress
from harness.results import Stage


class StageClock:
    """Shows what a console shows of stages and notes; `stages` are those that have ended."""

    def __init__(self, console: Console) -> None:
        self.stages: list[Stage] = []
        self.note = console.note
        self._console = console

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[StageProgress]:
        """A stage of the console, timed; one that fails is kept too."""
        started_s = time.monotonic()
        try:
            with self._console.stage(name) as progress:
                yield progress
        finally:
            self.stages.append(Stage(name=name, duration_s=time.monotonic() - started_s))
