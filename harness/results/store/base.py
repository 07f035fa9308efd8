# SPDX-License-Identifier: GPL-2.0-or-later
"""What a store of runs can do, whatever it is made of.

A run is created before it starts, gets its evidence while it lasts, and its result when it is over;
later it is found by its id. Evidence comes as files, since QEMU and the air write them: a store
that is no folder lends one for the time of the run, and takes in what is there when it is saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, final

from harness.results.model import RunResult

Pages = Mapping[str, Callable[[RunResult], str]]
"""Further documents by file name, each with what makes its text from the final result."""


@final
@dataclass(frozen=True)
class Lost:
    """A file that could not be written, and the system's reason."""

    name: str
    error: str


@final
@dataclass(frozen=True)
class Saved:
    """What ``save`` left behind: the result as stored, the names kept and the files lost."""

    result: RunResult
    kept: tuple[str, ...]
    lost: tuple[Lost, ...]


class KeptRun(Protocol):
    """A run that a store has begun to keep."""

    @property
    def run_id(self) -> str:
        """By what the run is found: UTC start time and a short random id, so ids sort by time."""

    @property
    def path(self) -> Path:
        """The folder for its evidence, which exists; whoever produces evidence writes there."""

    def write(self, name: str, text: str) -> None:
        """Write one file of evidence, whole or not at all; raises OSError."""

    def save(self, result: RunResult, pages: Pages | None = None) -> Saved:
        """Keep the result of the run, which is over; never raises OSError.

        What could not be kept is named by the value returned, and by the result in it, which then
        says MISS.
        """


class RunStore(Protocol):
    """Keeps runs with their evidence and result, and gives them back by their ids."""

    def create(self, started_at: datetime) -> KeptRun:
        """Begin to keep a run; raises StoreError where it could not be kept."""

    def run_ids(self) -> Iterator[str]:
        """The ids of the runs that came to a result, the oldest first."""

    def load(self, run_id: str) -> RunResult:
        """The result of a run; raises ResultFileError for one that has none that can be read."""

    def evidence(self, run_id: str) -> Path:
        """A folder with the evidence of a run, to be read only."""

    def remove(self, run_id: str) -> None:
        """Forget a run, its evidence too; no error when it is not there. Raises OSError."""
