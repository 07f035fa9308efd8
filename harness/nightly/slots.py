# SPDX-License-Identifier: GPL-2.0-or-later
"""Places where cells run: the protocol of them, and the one that is this process itself."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import Protocol, final

from harness.nightly.cell_runner import CellEnd, CellRunner
from harness.nightly.matrix import PlannedCell


@final
@dataclass(frozen=True, slots=True)
class Ended:
    """A slot is done with its cell; `end` is None where the slot went away with it."""

    slot: str
    end: CellEnd | None
    why: str = ""
    """Without an end: what became of the slot."""


class Slots(Protocol):
    """The slots that a night has; each runs one cell at a time."""

    def idle(self) -> list[str]:
        """The slots that could take a cell now. Empty while all are busy.

        Raises `LabFault` when there is none any more.
        """

    def start(self, slot: str, cell: PlannedCell, *, last: bool) -> None:
        """Let an idle slot run a cell; `last`: it gets no other after it."""

    def wait(self) -> Ended:
        """Wait until a slot is done. Raises `KeyboardInterrupt`, `StoreError`."""


@final
class OwnSlot:
    """One slot: this process. The cell runs while it is waited for."""

    def __init__(self, runner: CellRunner) -> None:
        self.name = f"{platform.node()}/0"
        self._runner = runner
        self._next: tuple[PlannedCell, bool] | None = None

    def idle(self) -> list[str]:
        """See `Slots.idle`."""
        return [] if self._next else [self.name]

    def start(self, slot: str, cell: PlannedCell, *, last: bool) -> None:
        """See `Slots.start`."""
        self._next = (cell, last)

    def wait(self) -> Ended:
        """See `Slots.wait`."""
        assert self._next is not None
        (cell, last), self._next = self._next, None
        return Ended(self.name, self._runner.run(cell, last=last))
