# SPDX-License-Identifier: GPL-2.0-or-later
"""Two sides compared: verdicts always, timing figures within one environment only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np

from harness.comparison.distribution import FEWEST, SMALLEST_US, as_samples
from harness.comparison.given import Source
from harness.comparison.nights import Batch
from harness.comparison.pairs import Pair, pairs
from harness.comparison.sides import Catalogue, Chosen, NothingToCompare
from harness.comparison.stages import is_the_lab
from harness.comparison.steps import Step, steps
from harness.comparison.timings import Criteria, FigureChange, TimingChange, judged
from harness.errors import UsageError
from harness.history.changes import Change, Changed, changes
from harness.history.model import RunSummary, Test
from harness.results import Verdict

LEARNED_FROM: Final = 30
"""Nights before both sides, the newest, that tell what differs from night to night."""

MEASURED: Final = (Verdict.PASS, Verdict.DONE, Verdict.FAIL)
"""Of runs with another verdict the lab is not known to have been well, nor are their figures."""

WORSE: Final = (Change.REGRESSION, Change.NEW_FAILURE)


@final
@dataclass(frozen=True)
class NightStep:
    """A change of a figure's level that lasted, and the first night of the new one."""

    night: str
    step: Step


@final
@dataclass(frozen=True)
class Difference:
    """A part of the environment that differs between the sides; None: it is not known there."""

    part: str
    base: str | None
    new: str | None


@final
@dataclass(frozen=True)
class Comparison:
    """What changed from one side to the other."""

    base: Chosen
    new: Chosen
    verdicts: tuple[Changed, ...]
    timings: tuple[FigureChange, ...]
    steps: Mapping[tuple[Test, str], tuple[NightStep, ...]]
    """Where the level of a driver's figure changed over the nights that were looked at."""
    withheld: tuple[Test, ...]
    """Tests that both sides have, but not in one environment."""
    differences: tuple[Difference, ...]
    """Why, where there are such."""
    learned_from: int
    """Nights before that the figures are held against."""

    @property
    def worse(self) -> bool:
        """The driver is: a verdict that no mark excuses, or a timing figure."""
        verdicts = (
            one.change in WORSE and (one.new is None or one.new.mark is None)
            for one in self.verdicts
        )
        return any(verdicts) or any(one.change is TimingChange.REGRESSION for one in self.timings)


def compare(
    history: Source,
    known: Catalogue,
    base: Chosen,
    new: Chosen,
    criteria: Criteria | None = None,
) -> Comparison:
    """Compare two sides; raises `NothingToCompare` when they have no test in common.

    Raises `UsageError` when runs stand on both sides.
    """
    common = base.outcomes.keys() & new.outcomes.keys()
    if not common:
        raise NothingToCompare(
            f"{base.name} and {new.name} have no test in common",
            hint="a test is a guest, a radio, a DLL's name and a scenario",
        )
    _refuse_shared(base, new)
    limits = criteria or Criteria()
    before = _before(known, base, new)
    sides = _measured(base.runs), _measured(new.runs)
    samples = _samples(history, known, [*sides[0], *sides[1], *before])
    environments = [{one.environment for one in side} for side in sides]
    found: list[Pair] = []
    moved: dict[tuple[Test, str], tuple[NightStep, ...]] = {}
    for environment in sorted(environments[0] & environments[1]):
        here = [samples.batches(some, environment) for some in (*sides, before)]
        found += pairs(here[0], here[1], here[2])
        moved |= _steps([*here[2], *here[0], *here[1]], limits)
    places = [{(one.environment, one.test) for one in side} for side in sides]
    alike = {test for _, test in places[0] & places[1]}
    withheld = {test for _, test in places[0]} & {test for _, test in places[1]} - alike
    return Comparison(
        base, new, changes(base.outcomes, new.outcomes), judged(found, limits), moved,
        tuple(sorted(withheld)),
        _differences(history, *environments) if withheld else (),
        len({samples.batch_of(one) for one in before}),
    )  # fmt: skip


@final
@dataclass(frozen=True)
class _Samples:
    timings: Mapping[str, Mapping[str, Sequence[float]]]
    night_of: Mapping[str, str]

    def batch_of(self, run: RunSummary) -> str:
        return self.night_of.get(run.id, run.id)

    def batches(self, runs: Iterable[RunSummary], environment: str) -> list[Batch]:
        """What was measured in an environment, night by night, the oldest first."""
        gathered: dict[str, dict[Test, dict[str, list[float]]]] = {}
        for run in sorted(runs, key=lambda one: one.started_at):
            if run.environment != environment or run.id not in self.timings:
                continue
            figures = gathered.setdefault(self.batch_of(run), {}).setdefault(run.test, {})
            for figure, values in self.timings[run.id].items():
                figures.setdefault(figure, []).extend(values)
        return [
            Batch(
                name,
                {
                    test: {figure: as_samples(values) for figure, values in figures.items()}
                    for test, figures in tests.items()
                },
            )
            for name, tests in gathered.items()
        ]


def _refuse_shared(base: Chosen, new: Chosen) -> None:
    """A night held against itself is never worse, which would be taken for a finding."""
    shared = {one.id for one in base.runs} & {one.id for one in new.runs}
    if shared or base.name == new.name:
        runs = f"{len(shared)} run{'s' * (len(shared) != 1)}" if shared else "all"
        raise UsageError(
            f"{base.name} and {new.name} have {runs} in common",
            hint="name what came before, and what came after it",
        )


def _steps(
    batches: Sequence[Batch], limits: Criteria
) -> dict[tuple[Test, str], tuple[NightStep, ...]]:
    """The steps of each figure of the driver's, in what was measured night after night."""
    medians: dict[tuple[Test, str], list[tuple[str, float]]] = {}
    for batch in batches:
        for test, figures in batch.timings.items():
            for figure, samples in figures.items():
                if len(samples) >= FEWEST and not is_the_lab(figure):
                    median = max(SMALLEST_US, float(np.median(samples)))
                    medians.setdefault((test, figure), []).append((batch.id, median))
    found = {
        place: tuple(
            NightStep(nights[one.at][0], one)
            for one in steps([us for _, us in nights], limits.least, limits.least_us)
        )
        for place, nights in medians.items()
    }
    return {place: some for place, some in found.items() if some}


def _samples(history: Source, known: Catalogue, runs: Sequence[RunSummary]) -> _Samples:
    return _Samples(history.timings([one.id for one in runs]), known.night_of)


def _measured(runs: Iterable[RunSummary]) -> list[RunSummary]:
    return [one for one in runs if one.verdict in MEASURED]


def _before(known: Catalogue, base: Chosen, new: Chosen) -> list[RunSummary]:
    """The runs of the nights before both sides, of the same tests and environments, oldest first.

    Runs of the sample DLL with a fault are no measure of anything.
    """
    sides = (*base.runs, *new.runs)
    if not sides:
        return []
    first = min(one.started_at for one in sides)
    alike = {(one.environment, one.test) for one in sides}
    inside = {known.night_of.get(one.id, one.id) for one in sides}
    earlier = sorted(
        (
            one
            for one in _measured(known.runs.values())
            if one.started_at < first
            and one.fault is None
            and (one.environment, one.test) in alike
            and known.night_of.get(one.id, one.id) not in inside
        ),
        key=lambda one: one.started_at,
    )
    nights = list(dict.fromkeys(known.night_of.get(one.id, one.id) for one in earlier))
    kept = set(nights[-LEARNED_FROM:])
    return [one for one in earlier if known.night_of.get(one.id, one.id) in kept]


def _differences(history: Source, base: set[str], new: set[str]) -> tuple[Difference, ...]:
    """The parts in which environments of the sides differ, each with the values it has there."""
    parts = history.environments(sorted(base | new))

    def values(fingerprints: set[str], part: str) -> str | None:
        found = {parts[one][part] for one in fingerprints if part in parts.get(one, {})}
        return " or ".join(sorted(found)) or None

    names = sorted({name for one in parts.values() for name in one})
    found = (Difference(name, values(base, name), values(new, name)) for name in names)
    return tuple(one for one in found if one.base != one.new)
