# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the cells of a night on its slots, until all are done or something ends it early."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, final

from harness.errors import HarnessError
from harness.history.model import Cell, NightState
from harness.nightly.aside import CutOff
from harness.nightly.gate import failures
from harness.nightly.ledger import Ledger, now
from harness.nightly.matrix import PlannedCell
from harness.nightly.slots import Ended, Slots

Clock = Callable[[], float]


class Progress(Protocol):
    """Who is told how a night goes."""

    def began(self, cell: PlannedCell, slot: str) -> None:
        """A slot has begun to run a cell."""

    def ended(self, cell: PlannedCell, found: Cell, *, again: bool, why: str) -> None:
        """A slot is done with it, for good or not; `why` says how it lost the slot, if it did."""

    def left_out(self, cells: Iterable[PlannedCell], reason: str) -> None:
        """These do not run tonight."""


@final
@dataclass(frozen=True, slots=True)
class Bounds:
    """What ends a night before its cells do."""

    budget_s: float | None = None
    """From now on; when it is used up no cell begins. One that runs is not cut off."""
    fail_fast: bool = False
    """No cell begins after one that counts as failed."""


@dataclass(slots=True)
class _Running:
    cell: PlannedCell
    attempt_id: str


def _no_room(_: CutOff) -> None:
    """Of a night that nobody goes on with."""


@final
@dataclass(slots=True)
class Scheduler:
    """One pass over what is left of a night."""

    ledger: Ledger
    slots: Slots
    progress: Progress
    bounds: Bounds = Bounds()
    clock: Clock = time.monotonic
    cut_off: Callable[[CutOff], None] = _no_room
    """Is told what runs when the night ends early, in case that the history cannot be."""
    _queue: deque[PlannedCell] = field(default_factory=deque)
    _running: dict[str, _Running] = field(default_factory=dict)
    _begun: dict[int, datetime] = field(default_factory=dict)
    """By position: the cells that run, also one whose attempt is just being named."""
    _groups: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """What each slot has brought up."""
    _stop: str = ""
    """Why no further cell begins."""
    _state: NightState = NightState.COMPLETE
    """What the night is, if nobody interrupts it."""

    def run(self) -> NightState:
        """Run what is left; the state of the night, which is kept too.

        Raises what makes going on useless (`StoreError`, `LabFault` for the last slot, `OSError`
        of a disk that is full); the night can then be resumed.
        """
        state = NightState.INTERRUPTED
        try:
            state = self._run()
        except KeyboardInterrupt:
            self._take_back()
        except (HarnessError, OSError):
            self._take_back()
            raise
        finally:
            self.ledger.end_night(state)
        return state

    def _run(self) -> NightState:
        started_s = self.clock()
        self._queue.extend(self.ledger.outstanding())
        while True:
            self._look_at_budget(started_s)
            while not self._stop and self._queue and (idle := self.slots.idle()):
                self._begin(idle[0])
            if not self._running:
                break
            if self._settle(self.slots.wait()):
                self._take_back()
                return NightState.INTERRUPTED
        return self._leave_out()

    def _look_at_budget(self, started_s: float) -> None:
        budget_s = self.bounds.budget_s
        if not self._stop and budget_s is not None and self.clock() - started_s >= budget_s:
            self._stop = f"the time budget of {budget_s:.0f} s is used up"
            self._state = NightState.OVER_BUDGET

    def _begin(self, slot: str) -> None:
        cell = self._next_for(slot)
        self._groups[slot] = cell.group
        self._begun[cell.position] = now()
        attempt_id = self.ledger.begin(cell, slot)
        self._running[slot] = _Running(cell, attempt_id)
        self.progress.began(cell, slot)
        self.slots.start(slot, cell, last=not self._queue)

    def _next_for(self, slot: str) -> PlannedCell:
        """The next cell that can share what the slot has; else of a group no other slot has."""
        own = self._groups.get(slot)
        others = {group for name, group in self._groups.items() if name in self._running}
        for fits in (lambda one: one.group == own, lambda one: one.group not in others):
            for cell in self._queue:
                if fits(cell):
                    self._queue.remove(cell)
                    return cell
        return self._queue.popleft()

    def _settle(self, ended: Ended) -> bool:
        """Keep what came of a slot's cell; whether a person wants the night to end."""
        running = self._running[ended.slot]
        cell, end = running.cell, ended.end
        if end is not None and end.interrupted:
            return True
        if end is None:  # the attempt stays without an end, as after a kill of the harness
            self._groups.pop(ended.slot, None)
            again = self.ledger.runs_again(cell)
        else:
            again = self.ledger.end(cell, running.attempt_id, end)
        del self._running[ended.slot]
        del self._begun[cell.position]
        found = self.ledger.cell(cell)
        self.progress.ended(cell, found, again=again, why=ended.why)
        if again:
            self._queue.appendleft(cell)
        elif self.bounds.fail_fast and failures([found]):
            self._stop = self._stop or f"--fail-fast, after {cell.label}"
        return False

    def _leave_out(self) -> NightState:
        for cell in self._queue:
            self.ledger.leave_out(cell, self._stop)
        if not self._queue:
            return NightState.COMPLETE
        self.progress.left_out(self._queue, self._stop)
        return self._state

    def _take_back(self) -> None:
        """What runs was cut off, and not by its cell: that is no kill of it."""
        with contextlib.suppress(OSError):
            self.cut_off(CutOff(self.ledger.night_id, dict(self._begun)))
        for one in self._running.values():
            self.ledger.take_back(one.cell, one.attempt_id)
        self._running.clear()
