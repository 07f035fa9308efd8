# SPDX-License-Identifier: GPL-2.0-or-later
"""Several scenarios run one after the other in one lab, with one verdict and one index of them."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.console import Console
from harness.errors import StoreError
from harness.local.files import write_atomic
from harness.local.folders import trouble
from harness.report.index import IndexRow, render_index
from harness.results import RunResult, Verdict, combine
from harness.results.junit import junit_of_runs
from harness.run.perform import open_lab
from harness.run.plan import RunPlan
from harness.scenarios import Scenario, scenario_names
from harness.scenarios.patterns import TAG, fitting

ALL = "all"
INDEX = "index.html"
INTERRUPTED = "not run: interrupted"
FAILED_FAST = "not run: a run before did not pass (--fail-fast)"


def chosen(given: Sequence[str]) -> list[str]:
    """The scenarios that are meant by names, files, patterns, tags and `all`, in their order.

    What `fitting` finds adds what is not there yet. Raises `UsageError` for what fits nothing.
    """
    found: list[str] = []
    for one in given:
        if one == ALL:
            found += [name for name in scenario_names() if name not in found]
        elif one.startswith(TAG) or any(sign in one for sign in "*?["):
            found += [name for name in fitting(one) if name not in found]
        else:
            found.append(one)
    return found


@dataclass(frozen=True, slots=True)
class Skipped:
    """A scenario of a series that its lab cannot run, as it can the others."""

    scenario: Scenario
    why: str
    """With what it cannot be run, in words."""


@dataclass(frozen=True, slots=True)
class Member:
    """One scenario of a series, and what came of it."""

    scenario: Scenario
    result: RunResult | None = None
    folder: Path | None = None
    why_not: str = ""
    """Why it was not run."""
    skipped: bool = False
    """It could not be, which was known before."""

    @property
    def verdict(self) -> Verdict | None:
        """That of its run, SKIP where it was skipped; None where it was to be run, and was not."""
        if self.skipped:
            return Verdict.SKIP
        return self.result.verdict if self.result is not None else None


@dataclass(frozen=True, slots=True)
class Series:
    """Several scenarios run in one go, in the order they were asked for."""

    members: tuple[Member, ...]

    @property
    def verdict(self) -> Verdict:
        """The most important of all; MISS too where one was not run, though it was meant to be.
        What was skipped says nothing."""
        meant = [one for one in self.members if not one.skipped]
        told = [one.result.verdict for one in meant if one.result is not None]
        if any(one.why_not not in ("", FAILED_FAST) for one in meant):
            told.append(Verdict.MISS)
        return combine(told) or Verdict.MISS

    def lines(self) -> list[str]:
        """As text: a line each, and one for all."""
        wide = max(len(one.scenario.name) for one in self.members)
        rows = [
            f"{one.verdict or '-':<5}  {one.scenario.name:<{wide}}  "
            f"{one.result.reason if one.result else one.why_not}"
            for one in self.members
        ]
        told = [one.verdict for one in self.members]
        counts = [f"{told.count(verdict)} {verdict}" for verdict in Verdict if verdict in told]
        left = told.count(None)
        counts += [f"{left} not run"] if left else []
        return [*rows, f"{self.verdict}  {len(self.members)} scenarios: {', '.join(counts)}"]


def perform_series(
    plans: Sequence[RunPlan | Skipped], console: Console, *, fail_fast: bool
) -> Series:
    """Carry the plans out, in order; after an interruption, and with `fail_fast` after the first
    that does not pass, the others are not run."""
    members: list[Member] = []
    why_not = ""
    runs = [number for number, one in enumerate(plans, 1) if isinstance(one, RunPlan)]
    with open_lab(console) as lab:
        for number, plan in enumerate(plans, 1):
            place = f"scenario {number}/{len(plans)}: {plan.scenario.name}"
            if isinstance(plan, Skipped):
                why = f"cannot be run {plan.why}"
                console.note(f"{place}: skipped: {why}")
                members.append(Member(plan.scenario, why_not=why, skipped=True))
                continue
            if why_not:
                members.append(Member(plan.scenario, why_not=why_not))
                continue
            console.note(place)
            try:
                result, folder = lab.perform(plan, last=number == runs[-1])
            except KeyboardInterrupt:  # while it was judged
                why_not = INTERRUPTED
            except StoreError as error:
                why_not = f"not run: {error.message}"
            if why_not:
                members.append(Member(plan.scenario, why_not=why_not))
                continue
            members.append(Member(plan.scenario, result, folder))
            if lab.interrupted:
                why_not = INTERRUPTED
            elif fail_fast and result.verdict is not Verdict.PASS:
                why_not = FAILED_FAST
                lab.close()
    return Series(tuple(members))


def write_series(series: Series, runs: Path) -> Path:
    """Write index.html and junit.xml of a series into a folder of its own in `runs`.

    Raises `StoreError` where that cannot be.
    """
    at = datetime.now(UTC)
    folder = runs / f"series-{at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    rows = [
        IndexRow(
            scenario=one.scenario.name,
            summary=one.scenario.summary,
            result=one.result,
            link=f"../{one.folder.name}/report.html" if one.folder else None,
            why_not=one.why_not,
            skipped=one.skipped,
        )
        for one in series.members
    ]
    told = [
        (one.scenario.name, one.result if one.result is not None else one.why_not)
        for one in series.members
    ]
    try:
        folder.mkdir(parents=True)
        write_atomic(folder / "junit.xml", junit_of_runs(told, at))
        write_atomic(folder / INDEX, render_index(rows, series.verdict, at))
    except OSError as error:
        with contextlib.suppress(OSError):
            folder.rmdir()
        raise StoreError(
            f"the index of the runs cannot be written: {trouble(folder, error)}",
            hint="the runs themselves are kept; free disk space",
        ) from error
    return folder
