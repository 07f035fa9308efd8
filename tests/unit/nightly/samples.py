# SPDX-License-Identifier: GPL-2.0-or-later
"""Small plans, cells, and runners that need no lab, for the tests of nights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path

from harness.config.lab import Lab
from harness.history.model import Crash, Test
from harness.nightly.cell_runner import CellEnd
from harness.nightly.expectation import Expectation
from harness.nightly.matrix import PlannedCell
from harness.nightly.plan import Plan
from harness.results import RunResult, Verdict
from harness.run.plan import RunPlan
from harness.scenarios import find_scenario
from tests.unit.results.samples import NO_COMPLETION, STARTED, association, run

PLAN = Plan(name="night", scenarios=("plain",))
Ends = Iterable[CellEnd | BaseException]


def planned(
    *scenarios: str, dll: str = "sample", expect: Expectation | None = None, first: int = 0
) -> list[PlannedCell]:
    """Cells of these scenarios, one each."""
    return [
        PlannedCell(
            first + place,
            Test("reference", "hwsim", dll, name),
            1,
            RunPlan(Lab(), find_scenario("plain").model_copy(update={"name": name}), f"run {name}"),
            expect,
        )
        for place, name in enumerate(scenarios)
    ]


_numbers = iter(range(1, 1_000_000))


def result_of(verdict: Verdict, *, scenario: str = "plain") -> RunResult:
    """A run that came to this verdict, with an id of its own."""
    number = next(_numbers)
    return run(
        association(1, *([NO_COMPLETION] if verdict is Verdict.FAIL else [])),
        scenario=scenario,
        run_id=f"20261122T163005Z-{number:06x}",
        started_at=STARTED + timedelta(seconds=number),
    ).model_copy(update={"verdict": verdict})


def end(verdict: Verdict, reason: str = "as told", crash: Crash | None = None) -> CellEnd:
    """An attempt that came to this verdict."""
    return CellEnd(verdict, reason, result_of(verdict), Path("runs/somewhere"), crash)


class ToldRunner:
    """Runs no lab: each attempt at a scenario ends as it is told, and passes untold."""

    def __init__(self, told: Mapping[str, Ends] | None = None) -> None:
        self._told = {name: iter(ends) for name, ends in (told or {}).items()}
        self.ran: list[str] = []
        self.before: Callable[[PlannedCell], object] = lambda _: None

    def run(self, cell: PlannedCell, *, last: bool) -> CellEnd:
        """See `CellRunner.run`."""
        self.ran.append(cell.test.scenario)
        self.before(cell)
        found = next(self._told.get(cell.test.scenario, iter(())), None)
        if isinstance(found, BaseException):
            raise found
        return found or end(Verdict.PASS)
