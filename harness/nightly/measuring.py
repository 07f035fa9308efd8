# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast a night is, measured side by side: separate runs, one slot and two slots, in turns.

All are commands as a user gives them, from their start to their end, in folders of their own. What
the machine does besides falls on all of them alike, since each round has a turn of each. No figure
is a limit, and no test asserts one.
"""

from __future__ import annotations

import contextlib
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, pairwise
from pathlib import Path
from typing import Final, final

from harness.config.lab import HISTORY, Lab
from harness.console import Console
from harness.errors import HarnessError, UsageError
from harness.history.model import Night
from harness.history.sql import open_history
from harness.run.bench import CELL, Figures, figures_of_this_machine, measured_plan
from harness.run.plan import resolved

OURS: Final = (sys.executable, "-m", "harness")
SCENARIO: Final = "plain"
COMMAND_S: Final = 600.0
"""Longest that a command to be measured may take, for each of its cells."""

PLAN: Final = """\
name = "bench"
scenarios = ["{scenario}"]
associations = {associations}
repetitions = {cells}
slots = {slots}

[retry]
count = 0
"""


@final
@dataclass(frozen=True, slots=True)
class NightTimes:
    """How long a night took, in seconds."""

    whole_s: float
    """The command, from its start to its end."""
    cells_s: tuple[float, ...]
    """Each cell, from its beginning to its result in the history."""
    between_s: float
    """What the slots spent from the end of a cell to the beginning of the next, in all."""


@final
@dataclass(frozen=True, slots=True)
class NightBench:
    """A comparison of nights with separate runs of the same cells, taken in turns."""

    lab: Lab
    """Of this program's runs; they are kept in temporary folders."""
    cells: int
    """In a turn: so many runs, or a night of so many cells."""
    rounds: int
    """Each is a turn of separate runs, one of one slot and one of two."""
    before: Path | None = None
    """The `hil` of another tree for the separate runs, with its defaults; None: this program."""

    def measure(self, console: Console) -> Figures:
        """All rounds. Raises `HarnessError` for a run or a night that does not pass."""
        figures = figures_of_this_machine()
        runs: list[list[float]] = []
        nights: dict[int, list[NightTimes]] = {1: [], 2: []}
        for number in range(1, self.rounds + 1):
            console.note(f"round {number} of {self.rounds}: separate runs, one slot, two slots")
            runs.append([self._separate_run() for _ in range(self.cells)])
            for slots, found in nights.items():
                found.append(self._night(slots))
        add_figures(figures, runs, nights)
        return figures

    def _separate_run(self) -> float:
        hil = (str(self.before),) if self.before else OURS
        with self._folder() as folder:
            if self.before:
                (folder / "lab.toml").unlink()  # another tree may not know its keys
            return timed((*hil, "run", SCENARIO, "-n", str(CELL)), folder, COMMAND_S)

    def _night(self, slots: int) -> NightTimes:
        plan = PLAN.format(scenario=SCENARIO, associations=CELL, cells=self.cells, slots=slots)
        with self._folder() as folder:
            (folder / "plan.toml").write_text(plan)
            whole_s = timed((*OURS, "nightly", "plan.toml"), folder, COMMAND_S * self.cells)
            with open_history(str(folder / "runs" / HISTORY)) as history:
                (night,) = history.nights()
        return NightTimes(whole_s, *cell_times(night))

    @contextlib.contextmanager
    def _folder(self) -> Iterator[Path]:
        """A folder to give commands in, with the lab that they find there."""
        with tempfile.TemporaryDirectory(prefix="hil-bench-") as name:
            folder = Path(name)
            plan = measured_plan(self.lab, folder, associations=CELL, saved_state=True)
            (folder / "lab.toml").write_text(resolved(plan))
            yield folder


def cell_times(night: Night) -> tuple[tuple[float, ...], float]:
    """The seconds of each cell, and what the slots spent between their cells in all."""
    spans: dict[str, list[tuple[datetime, datetime]]] = {}
    for attempt in (one for cell in night.cells for one in cell.attempts):
        if attempt.ended_at is not None:
            spans.setdefault(attempt.shard, []).append((attempt.started_at, attempt.ended_at))
    cells_s, between_s = [], 0.0
    for own in map(sorted, spans.values()):
        cells_s += [(end - start).total_seconds() for start, end in own]
        between_s += sum((after[0] - before[1]).total_seconds() for before, after in pairwise(own))
    return tuple(cells_s), between_s


def add_figures(
    figures: Figures, runs: Sequence[Sequence[float]], nights: Mapping[int, Sequence[NightTimes]]
) -> None:
    """What the rounds came to; the ratios are each round's, of commands from start to end."""
    figures.add(f"run of {CELL} associations, by itself", "s", *chain.from_iterable(runs))
    for slots, found in nights.items():
        at_once = f"{slots} at a time"
        figures.add(f"cell of {CELL}, {at_once}", "s", *(s for one in found for s in one.cells_s))
        figures.add(f"night, {at_once}", "s", *(one.whole_s for one in found))
    one_slot = [one.whole_s for one in nights[1]]
    ratios = [night_s / sum(own) for night_s, own in zip(one_slot, runs, strict=True)]
    figures.add("night, of the time of separate runs", "%", *(100 * one for one in ratios))
    between = [100 * one.between_s / sum(one.cells_s) for one in nights[1]]
    figures.add("between the cells of a slot, of their time", "%", *between)
    faster = [alone / two.whole_s for alone, two in zip(one_slot, nights[2], strict=True)]
    figures.add("night, two at a time: faster", "times", *faster)


def timed(argv: Sequence[str], folder: Path, limit_s: float) -> float:
    """The seconds that a command takes; raises `HarnessError` where it does not end with 0."""
    started_s = time.monotonic()
    try:
        done = subprocess.run(
            argv, cwd=folder, capture_output=True, text=True, errors="replace", check=False,
            timeout=limit_s,
        )  # fmt: skip
    except OSError as error:
        raise UsageError(
            f"{argv[0]} cannot be run: {error.strerror}", hint="name the `hil` of a tree"
        ) from None
    except subprocess.TimeoutExpired:
        raise HarnessError(f"{shlex.join(argv)} did not end within {limit_s:.0f} s") from None
    took_s = time.monotonic() - started_s
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise HarnessError(
            f"{shlex.join(argv)} ended with {done.returncode}: {said[-1] if said else 'no word'}",
            hint="run `hil run` and fix what it finds; a failing lab is not measured",
        )
    return took_s
