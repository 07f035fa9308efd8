# SPDX-License-Identifier: GPL-2.0-or-later
"""A soak: many associations, spread over all scenarios, in which a correct DLL has no finding.

A checker earns trust by its silence on what is right, over and over. Each scenario is a run of its
own; the runs of a scenario that did not pass are kept, the others leave only their numbers.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.config.lab import Lab
from harness.console import Console
from harness.errors import Unfit
from harness.naming import own_name
from harness.results import RunResult, Verdict, combine
from harness.run.into_history import keep_in_history
from harness.run.perform import perform, store_of
from harness.run.plan import RunPlan
from harness.run.planning import check_fits
from harness.scenarios import find_scenario, scenario_names


@dataclass(frozen=True, slots=True)
class Share:
    """One scenario's part of a soak: how many associations ran, and what came of it."""

    scenario: str
    verdict: Verdict
    associations: int
    """How many ran."""
    findings: dict[str, int]
    """Rule → how often it was broken, warnings included."""
    rules: frozenset[str]
    """The rules put to the test."""
    duration_s: float
    lab_broke: bool = False
    kept: Path | None = None
    """The run directory, if there was anything to find."""


@dataclass(slots=True)
class Soak:
    """What a soak has come to so far."""

    shares: list[Share] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    """Scenario → why the lab cannot run it."""

    @property
    def verdict(self) -> Verdict:
        """The most important verdict of all scenarios; MISS if none ran."""
        return combine(share.verdict for share in self.shares) or Verdict.MISS

    @property
    def associations(self) -> int:
        """How many associations ran, over all scenarios so far."""
        return sum(share.associations for share in self.shares)

    @property
    def findings(self) -> Counter[str]:
        """Rule → how often it was broken in all."""
        return sum((Counter(share.findings) for share in self.shares), Counter[str]())

    @property
    def rules(self) -> frozenset[str]:
        """The rules put to the test anywhere."""
        return frozenset[str]().union(*(share.rules for share in self.shares))

    def to_json(self) -> dict[str, object]:
        """As `hil bench --soak --json` prints it."""
        return {
            "schema": 1,
            "verdict": self.verdict,
            "associations": self.associations,
            "findings": dict(self.findings),
            "rules": sorted(self.rules),
            "scenarios": [
                {
                    "scenario": share.scenario,
                    "verdict": share.verdict,
                    "associations": share.associations,
                    "findings": share.findings,
                    "duration_s": round(share.duration_s, 1),
                    "run": str(share.kept) if share.kept else None,
                }
                for share in self.shares
            ],
            "skipped": self.skipped,
        }

    def lines(self) -> list[str]:
        """As text, a line a scenario and one for all."""
        names = [*self.skipped, *(share.scenario for share in self.shares)]
        wide = max(map(len, names), default=0)
        rows = [
            f"{share.scenario:<{wide}}  {share.verdict:<5} {share.associations:>6}"
            f" {share.duration_s:>7.1f} s  {_in_words(share)}"
            for share in self.shares
        ]
        rows += [f"{name:<{wide}}  SKIP  {why}" for name, why in self.skipped.items()]
        total = sum(self.findings.values())
        return [
            *rows,
            f"{self.verdict}: {self.associations} associations over {len(self.shares)} scenarios, "
            f"{total} findings, {len(self.rules)} rules put to the test",
        ]


def soak(
    lab: Lab,
    console: Console,
    associations: int,
    scenarios: Sequence[str] = (),
    done: Callable[[Soak], None] = lambda _: None,
) -> Soak:
    """Run that many associations, spread evenly over the scenarios (all of them by default) that
    the lab can run. Raises `Unfit` where it can run none.

    ``done`` is told after each scenario. A DLL that fails one scenario is given the next; a lab
    that breaks, or a person who interrupts, ends the soak.
    """
    found = Soak(skipped=_unfit(lab, scenarios or scenario_names()))
    names = [one for one in scenarios or scenario_names() if one not in found.skipped]
    with tempfile.TemporaryDirectory(prefix="hil-soak-") as folder:
        for place, name in enumerate(names):
            share = (place + 1) * associations // len(names) - place * associations // len(names)
            if share:
                part = _run(lab, console, name, share, Path(folder))
                found.shares.append(part)
                done(found)
                if part.lab_broke:
                    break
    return found


def _unfit(lab: Lab, names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        try:
            check_fits(find_scenario(name), lab)
        except Unfit as error:
            found[name] = f"cannot be run {error.why}"
            if len(found) == len(names):
                raise
    return found


def _run(lab: Lab, console: Console, name: str, associations: int, folder: Path) -> Share:
    store = lab.store.model_copy(update={"runs": folder, "database": None})
    passing = lab.model_copy(update={"store": store})
    scenario = find_scenario(name)
    count = max(associations, scenario.fewest)  # all of it is tried, whatever its share
    scenario = scenario.model_copy(update={"associations": count})
    command = f"{own_name()} run {name} --associations {count}"
    started_s = time.monotonic()
    result, place = perform(
        RunPlan(passing, scenario.with_passphrase(), command),
        console,
    )
    kept = None
    if not _clean(result):
        lab.store.runs.mkdir(parents=True, exist_ok=True)
        kept = Path(shutil.move(place, lab.store.runs / place.name))
        keep_in_history(lab.store, result, kept, console)
    else:
        store_of(passing).remove(place.name)
    return Share(
        scenario=name,
        verdict=result.verdict,
        associations=len(result.associations),
        findings=dict(Counter(finding.rule for finding in result.all_findings)),
        rules=frozenset(result.rules.checked),
        duration_s=time.monotonic() - started_s,
        lab_broke=bool(result.all_lab_faults or result.errors),
        kept=kept,
    )


def _clean(result: RunResult) -> bool:
    return result.verdict is Verdict.PASS and not result.all_findings


def _in_words(share: Share) -> str:
    broken = ", ".join(f"{rule} ×{count}" for rule, count in sorted(share.findings.items()))
    where = f" ({share.kept})" if share.kept else ""
    return (broken or ("no finding" if share.kept is None else "")) + where
