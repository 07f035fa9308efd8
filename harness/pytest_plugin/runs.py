# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs that tests ask for: each whole and by itself, in the store, as `hil run` leaves one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, final

from harness.config.lab import Lab
from harness.console import PlainConsole
from harness.errors import HarnessError, LabFault
from harness.evidence import RunEvidence
from harness.pytest_plugin.marker import with_waivers
from harness.results import AssociationResult, FindingResult, RunResult, Verdict
from harness.run.perform import OpenLab
from harness.run.plan import RunPlan
from harness.run.planning import plan_run
from harness.run.replay import load
from harness.run.vendor import CommandLineDll
from harness.scenarios import Scenario

if TYPE_CHECKING:
    from typing import TextIO


@final
@dataclass(frozen=True, repr=False)
class ScenarioRun:
    """A scenario that was run, and judged; what it left is in `folder`."""

    result: RunResult
    folder: Path

    def __repr__(self) -> str:
        """What a failed assertion shows of it."""
        return f"<{self.result.scenario}: {self.verdict}, {self.result.reason} {self.folder}>"

    @property
    def verdict(self) -> Verdict:
        """What all associations came to together: "PASS", "FAIL", "MISS" or "ERROR"."""
        return self.result.verdict

    @property
    def findings(self) -> tuple[FindingResult, ...]:
        """All findings, warnings included; what was waived is in `result.rules.waived`."""
        return self.result.all_findings

    @property
    def rules(self) -> set[str]:
        """The ids of the rules broken with severity FAIL."""
        return {found.rule for found in self.findings if found.severity == "FAIL"}

    @property
    def associations(self) -> tuple[AssociationResult, ...]:
        """What each association came to, with its timing, from the first one on."""
        return self.result.associations

    @property
    def report(self) -> Path:
        """The page that shows the run."""
        return self.folder / "report.html"

    @cached_property
    def evidence(self) -> RunEvidence:
        """The evidence, read from the run's folder."""
        return load(self.folder).evidence


def kept_in(lab: Lab, folder: Path | None) -> Lab:
    """`lab` with its runs in `folder`; without one where it says."""
    if folder is None:
        return lab
    return lab.model_copy(update={"store": lab.store.model_copy(update={"runs": folder})})


class CurrentOutput:
    """Standard output as it is when something is written: pytest has another one at each time."""

    def write(self, text: str) -> int:
        """Write to what is standard output now; returns the number of characters."""
        return sys.stdout.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stdout, name)


def console() -> PlainConsole:
    """Where a run's progress goes, for pytest to show with a test that failed."""
    return PlainConsole(cast("TextIO", CurrentOutput()))


@dataclass(slots=True)
class TestRuns:
    """The runs that the tests of one pytest session ask for on one lab, each kept in the store."""

    __test__ = False

    lab: Lab
    given: CommandLineDll
    open_lab: OpenLab
    command: Callable[[], str]
    """One line that runs the test again that is under way."""
    made: list[ScenarioRun] = field(default_factory=list)
    """All runs of the session, in order."""

    def associate(
        self,
        scenario: str | Scenario | None = None,
        *,
        associations: int = 1,
        fault: str | None = None,
        waive: Mapping[str, str] | None = None,
    ) -> ScenarioRun:
        """Run a scenario, judge it and keep it; raises as `plan` and `carry_out` do."""
        return self.carry_out(
            self.plan(scenario, associations=associations, fault=fault, waive=waive)
        )

    def plan(
        self,
        scenario: str | Scenario | None = None,
        *,
        associations: int = 1,
        fault: str | None = None,
        waive: Mapping[str, str] | None = None,
    ) -> RunPlan:
        """What a test asks for as a plan; raises `UsageError`. Nothing is started."""
        return plan_run(
            with_waivers(self.lab, waive or {}), scenario, associations=associations, fault=fault,
            given=self.given, command=self.command(),
        )  # fmt: skip

    def carry_out(self, plan: RunPlan) -> ScenarioRun:
        """Run what is planned, judge it and keep it.

        Raises `LabFault` or another `HarnessError` for a run of which nothing is known because the
        lab broke, or it could not be carried out.
        """
        result, folder = self.open_lab.perform(plan)
        run = ScenarioRun(result, folder)
        self.made.append(run)
        if self.open_lab.interrupted:
            raise KeyboardInterrupt
        if run.verdict in (Verdict.MISS, Verdict.ERROR):
            _raise_what_ended(result)
        return run


def of_test(
    made: Sequence[ScenarioRun], before: int, values: Iterable[object]
) -> list[ScenarioRun]:
    """Those after the first `before`, and those among `values`, each once, in order."""
    named = {id(one) for one in values if isinstance(one, ScenarioRun)}
    return [one for number, one in enumerate(made) if number >= before or id(one) in named]


def _raise_what_ended(result: RunResult) -> None:
    for fault in result.all_lab_faults:
        raise LabFault(
            fault.awaited or fault.message, fault.waited_s or 0.0,
            fault.last_state or fault.message, hint=fault.hint or "",
        )  # fmt: skip
    if result.verdict is Verdict.ERROR:
        raise HarnessError(result.reason)
