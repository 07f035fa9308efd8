# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast years of nights are shown, and two nights compared: measured on a made-up history.

Commands as a user gives them, from their start to their end. No figure is a limit here.
"""

from __future__ import annotations

import resource
import tempfile
from pathlib import Path
from typing import Final

from harness.config.lab import HISTORY
from harness.console import Console
from harness.history.synthetic import SyntheticHistory
from harness.nightly.measuring import COMMAND_S, OURS, timed
from harness.results import Verdict
from harness.run.bench import Figures, figures_of_this_machine

NIGHTS: Final = 1000
TESTS: Final = 100
ASSOCIATIONS: Final = 100
"""Of each test in the nights that are compared: 10,000 a night."""
BEFORE: Final = 29
"""Nights before those two, from which the comparison learns."""


def measure_history(rounds: int, console: Console) -> Figures:
    """The board of 1,000 nights of 100 tests; two nights compared, of 10,000 associations each."""
    figures = figures_of_this_machine()
    with tempfile.TemporaryDirectory(prefix="hil-bench-") as name:
        console.note(f"{NIGHTS} nights of {TESTS} tests are made up")
        years = _folder(Path(name) / "years", SyntheticHistory(NIGHTS, TESTS))
        _add(figures, "board", ("board", "--out", "board.html"), years, rounds)
        used_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        figures.add("board, memory", "MiB", used_kib / 1024)
        figures.add("board, size", "MB", (years / "board.html").stat().st_size / 1e6)
        console.note(f"{BEFORE + 2} nights of {TESTS * ASSOCIATIONS} associations are made up")
        month = SyntheticHistory(
            BEFORE + 2, TESTS, associations=ASSOCIATIONS, outcome=lambda *_: Verdict.PASS
        )
        nights = _folder(Path(name) / "month", month)
        _add(figures, "comparison of two nights", ("compare", "last-1", "last"), nights, rounds)
    return figures


def _folder(folder: Path, history: SyntheticHistory) -> Path:
    """A folder to give commands in, with this history."""
    (folder / "runs").mkdir(parents=True)
    history.write_to(str(folder / "runs" / HISTORY))
    return folder


def _add(figures: Figures, name: str, words: tuple[str, ...], folder: Path, rounds: int) -> None:
    """How long a command takes, and of that the processor's time, which others do not lengthen."""
    took_s, cpu_s = [], []
    for _ in range(rounds):
        before_s = _cpu_s()
        took_s.append(timed((*OURS, *words), folder, COMMAND_S))
        cpu_s.append(_cpu_s() - before_s)
    figures.add(name, "s", *took_s)
    figures.add(f"{name}, processor", "s", *cpu_s)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
