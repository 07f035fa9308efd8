# SPDX-License-Identifier: GPL-2.0-or-later
"""What the history knows of runs and nights. Pure.

A night is one pass over a matrix: guests, radios, builds of the DLL, scenarios, repetitions. A cell
is one place of the matrix; an attempt is one run of a cell, the second one a retry. A run stands
for itself, too: one that a person started belongs to no night. The evidence stays in the run's
folder; the history has what boards, comparisons and exports ask for again and again.

Times are UTC. Ids sort by time. What is equal from night to night is told by `Test.id`, by nothing
else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, NamedTuple, Protocol, final

from harness.results import RunResult, Verdict


@final
@dataclass(frozen=True, order=True, slots=True)
class Test:
    """What a cell tests, the repetition apart: the same every night, whatever the build."""

    __test__: ClassVar[bool] = False  # no test of pytest's

    guest: str
    radio: str
    dll: str
    """The name a plan gives a DLL, not the build: builds of one DLL are compared under it."""
    scenario: str

    @property
    def id(self) -> str:
        """The stable id, as CTRF and KCIDB have it: `reference/hwsim/acme/m4-lost`."""
        return f"{self.guest}/{self.radio}/{self.dll}/{self.scenario}"


PASSED: Final = (Verdict.PASS, Verdict.DONE)
"""The verdicts of a test in which nothing was found to be wrong."""


class NightState(StrEnum):
    """How far a night came."""

    RUNNING = "running"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    OVER_BUDGET = "over budget"


class CellState(StrEnum):
    """How far a cell came; one that runs is named before it begins."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    KILLED = "killed"
    LEFT_OUT = "left out"


class Mark(StrEnum):
    """What keeps a failure of a cell from failing the night."""

    KNOWN_ISSUE = "known issue"
    QUARANTINE = "quarantine"
    EXPECTED = "expected failure"
    """The plan wants it: the attempt's verdict is PASS where its run failed as it should."""


@final
@dataclass(frozen=True, slots=True)
class Crash:
    """A crash of the process that hosts the DLL, as it is found again: same crash, same value."""

    code: int
    """Exception code, as Windows numbers them."""
    frames: tuple[str, ...] = ()
    """The first frames, `module!function+0x12` or `module+0x1234`, innermost first."""


@final
@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a cell. Without an end it was cut off, or runs still.

    A verdict of SKIP says that a person interrupted it: it counts for nothing, the cell runs again.
    """

    id: str
    number: int
    """From 1; the one after a failure is its retry."""
    shard: str
    """The lab slot that ran it."""
    started_at: datetime
    ended_at: datetime | None = None
    run_id: str | None = None
    verdict: Verdict | None = None
    reason: str = ""
    crash: Crash | None = None


def deciding(attempts: Sequence[Attempt]) -> Attempt | None:
    """The attempt whose verdict is the cell's; None where there is none.

    It is the last one that came to a verdict: but what was found to be broken is not taken back by
    a retry of which nothing is known (the lab broke, or a person interrupted it).
    """
    judged = [one for one in attempts if one.verdict not in (None, Verdict.SKIP)]
    known = [one for one in judged if one.verdict is Verdict.FAIL or one.verdict in PASSED]
    return next(reversed(known or judged or list(attempts)), None)


def passed_late(verdict: Verdict | None, attempts: Iterable[Attempt]) -> bool:
    """Whether a pass was none at first: a try before found something broken. One at which the lab
    broke, or which was cut off, says nothing of that."""
    nothing = (None, Verdict.SKIP, Verdict.MISS, *PASSED)
    return verdict in PASSED and any(one.verdict not in nothing for one in attempts)


@final
@dataclass(frozen=True, slots=True)
class Cell:
    """One place of a night's matrix, and what came of it."""

    position: int
    """Place in the plan's order, from 0; a night has each once."""
    test: Test
    repetition: int
    """From 1."""
    state: CellState = CellState.PLANNED
    verdict: Verdict | None = None
    """That of the attempt that decides (`deciding`); None while there is none."""
    mark: Mark | None = None
    mark_reason: str = ""
    attempts: tuple[Attempt, ...] = ()

    @property
    def judged(self) -> tuple[Attempt, ...]:
        """The attempts that came to a verdict."""
        return tuple(one for one in self.attempts if one.verdict not in (None, Verdict.SKIP))

    @property
    def retried(self) -> bool:
        """The verdict is a retry's."""
        return len(self.judged) > 1

    @property
    def flaky(self) -> bool:
        """It passed, but not at the first try that said anything of it: no plain pass."""
        return passed_late(self.verdict, self.attempts)


@final
@dataclass(frozen=True, slots=True)
class Night:
    """A night with its cells, in the plan's order."""

    id: str
    plan: str
    plan_digest: str
    """SHA-256 of the plan as resolved: a night is resumed by the plan that it began with."""
    started_at: datetime
    ended_at: datetime | None
    state: NightState
    cells: tuple[Cell, ...]


@final
@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as lists and boards show it."""

    id: str
    test: Test
    fault: str | None
    started_at: datetime
    duration_s: float
    verdict: Verdict
    reason: str
    associations: int
    dll_sha256: str | None
    """The build; None where the run did not come as far as to know it."""
    environment: str
    """The fingerprint: timings are compared within equal ones only."""
    path: str
    """The run's folder."""
    command: str
    """One line that runs it again."""
    pruned_at: datetime | None = None
    """When its folder was removed to make room; its figures are kept."""


@final
@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run with its result, as it is handed to `Writer.add_run`."""

    result: RunResult
    test: Test
    path: str
    """The run's folder."""


@final
@dataclass(frozen=True, slots=True)
class FindingRow:
    """A rule that a run broke."""

    run_id: str
    rule: str
    severity: str
    message: str
    association: int | None


@final
@dataclass(frozen=True, slots=True)
class Artefact:
    """A file in a run's folder."""

    run_id: str
    name: str
    size_bytes: int | None
    secret: bool
    """It holds keys of the test network."""


class Sample(NamedTuple):
    """A timing figure as it was measured once."""

    association: int
    handshake: int
    """Which of the association, from 1: several adapters have several, as has renewal of keys."""
    us: float


class FigureSummary(NamedTuple):
    """One timing figure of one run, summed up; in microseconds."""

    run_id: str
    figure: str
    n: int
    min: float
    p50: float
    p95: float
    p99: float
    max: float


Timings = Mapping[str, Sequence[float]]
"""The samples of each timing figure (`harness.checks.figures.FIGURES`), in microseconds."""


class History(Protocol):
    """Nights and runs as boards, comparisons and exports ask for them. Raises `StoreError`."""

    def nights(self, last: int | None = None, plan: str | None = None) -> Sequence[Night]:
        """The newest `last` nights (all without it), of one plan or of all, the oldest first."""

    def night(self, night_id: str) -> Night:
        """One night; raises `StoreError` for none of that id."""

    def runs(self, ids: Sequence[str] | None = None) -> Sequence[RunSummary]:
        """The runs of these ids, or all, the oldest first; an id that is not there is left out."""

    def findings(self, run_ids: Sequence[str]) -> Sequence[FindingRow]:
        """The findings of these runs, in their order."""

    def timings(self, run_ids: Sequence[str]) -> Mapping[str, Timings]:
        """The samples of each of these runs, by run id; a run without any is left out."""

    def summaries(self, run_ids: Sequence[str]) -> Iterator[FigureSummary]:
        """The figures of these runs summed up, run by run: little memory for many runs."""

    def samples(self, run_id: str) -> Mapping[str, Sequence[Sample]]:
        """The samples of each figure of one run, with the handshake that each was measured in."""

    def artefacts(self, run_ids: Sequence[str]) -> Sequence[Artefact]:
        """The files of these runs, in their order."""

    def environments(self, fingerprints: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """What each fingerprint stands for: part (`qemu`, `host_cpu`, …) and its value."""


class Writer(Protocol):
    """The history as it is written: each call is one transaction, whole or not at all.

    Each raises `StoreError` when it could not be kept.
    """

    def add_run(self, result: RunResult, test: Test, path: str) -> None:
        """Keep a run that is over; again for the same id takes the place of the first."""

    def begin_night(
        self, plan: str, plan_digest: str, tests: Sequence[tuple[Test, int]], at: datetime
    ) -> str:
        """Keep a night that begins, with its cells (test, repetition) in order; its id."""

    def begin_attempt(self, night_id: str, position: int, shard: str, at: datetime) -> str:
        """Name the cell that is about to run; the attempt's id."""

    def end_attempt(
        self,
        attempt_id: str,
        verdict: Verdict,
        reason: str,
        at: datetime,
        *,
        run_id: str | None = None,
        run: RunEntry | None = None,
        crash: Crash | None = None,
    ) -> None:
        """Keep what came of an attempt, and with it its run: `run`, or `run_id` of one kept."""

    def end_cell(
        self, night_id: str, position: int, state: CellState, mark: Mark | None, reason: str
    ) -> None:
        """Keep how a cell ended; its verdict is worked out from its attempts."""

    def end_night(self, night_id: str, state: NightState, at: datetime) -> None:
        """Keep how a night ended; one that is resumed is `RUNNING` again, with no end."""
