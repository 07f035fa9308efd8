# SPDX-License-Identifier: GPL-2.0-or-later
"""A history of simulated nights, to choose sides of and to compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from harness.history.model import Attempt, Cell, CellState, Mark, Night, RunSummary, Test
from harness.results import Verdict
from tests.unit.board.factory import FIRST, MemoryHistory, a_night
from tests.unit.comparison.simulation import QUIET, Lab, Simulated

PLAIN = Test("reference", "hwsim", "acme", "plain")
HOME = "home"


@dataclass
class Nightly:
    """A lab whose nights are kept."""

    seed: int = 1
    lab: Lab = QUIET
    tests: tuple[Test, ...] = (PLAIN,)
    history: MemoryHistory = field(default_factory=MemoryHistory)

    def __post_init__(self) -> None:
        self._nights = Simulated(np.random.default_rng(self.seed), self.lab, self.tests)
        self.history.all_environments = {
            HOME: {"qemu": "7.2", "host_cpu": "EPYC"},
            "away": {"qemu": "10.0", "host_cpu": "EPYC"},
        }

    def night(
        self,
        verdict: Verdict = Verdict.PASS,
        *,
        slower: Mapping[str, float] | None = None,
        build: str = "a" * 64,
        environment: str = HOME,
        mark: Mark | None = None,
    ) -> Night:
        """One more night of 200 associations a test."""
        day = len(self.history.all_nights)
        batch = self._nights.night(200, slower)
        cells = []
        for position, test in enumerate(self.tests):
            run_id = f"2026-run-{day:03}-{position}"
            at = FIRST + timedelta(days=day, minutes=position)
            self.history.all_runs[run_id] = _run(run_id, test, at, verdict, build, environment)
            self.history.all_timings[run_id] = {
                name: list(values) for name, values in batch.timings[test].items()
            }
            attempt = Attempt(f"a{run_id}", 1, "host/0", at, at, run_id, verdict)
            cells.append(
                Cell(position, test, 1, CellState.DONE, verdict, mark, attempts=(attempt,))
            )
        night = a_night(*cells, day=day)
        self.history.all_nights.append(night)
        return night


def _run(
    run_id: str, test: Test, at: datetime, verdict: Verdict, build: str, environment: str
) -> RunSummary:
    return RunSummary(
        run_id, test, None, at, 60.0, verdict, "", 200, build, environment, f"/runs/{run_id}",
        "./hil run plain",
    )  # fmt: skip
