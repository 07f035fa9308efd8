# SPDX-License-Identifier: GPL-2.0-or-later
"""How a night goes, a line a cell."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import final

from harness.console import Stages
from harness.history.model import Cell
from harness.nightly.matrix import PlannedCell
from harness.results import Verdict
from harness.results.wording import span_s


@final
class TerminalProgress:
    """Tells it to a person; `done` of `total` cells were over before."""

    def __init__(self, stages: Stages, total: int, done: int) -> None:
        self._stages, self._total, self._done = stages, total, done
        self._began_s: dict[int, float] = {}

    def began(self, cell: PlannedCell, slot: str) -> None:
        """See `Progress.began`."""
        self._began_s[cell.position] = time.monotonic()

    def ended(self, cell: PlannedCell, found: Cell, *, again: bool, why: str) -> None:
        """See `Progress.ended`."""
        self._done += not again
        took = span_s(time.monotonic() - self._began_s.pop(cell.position, time.monotonic()))
        last = found.attempts[-1]
        bad = last.verdict is not Verdict.PASS or found.mark
        told = [
            took,
            *([last.reason] if bad and last.reason else []),
            *(["retry follows"] if again else []),
            *(["flaky: passed at the retry"] if found.flaky else []),
            *([str(found.mark)] if found.mark else []),
        ]
        if last.verdict is None:
            told = [why or "its slot went away", "it is run again"]
        number = f"{self._done:>{len(str(self._total))}}/{self._total}"
        self._stages.note(f"{number}  {last.verdict or 'lost':<5} {cell.label}  {', '.join(told)}")

    def left_out(self, cells: Iterable[PlannedCell], reason: str) -> None:
        """See `Progress.left_out`."""
        self._stages.note(f"left out, {reason}: {', '.join(one.label for one in cells)}")
