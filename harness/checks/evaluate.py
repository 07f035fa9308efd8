# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the rules over a body of evidence.

Two ways of use: over the whole run at its end (linear in the run), and after each association over
`harness.evidence.window(run, index)`, which costs the same however long the run is. A finding may
belong to the association before the newest one, since some breaches (a completion after the stop)
show only later: take findings of both.

An association whose lab broke (``lab_fault``) yields no finding from something that is missing: the
lab may have swallowed it. What was positively recorded before the fault is still reported, and
then counts more than the lab fault (FAIL > MISS): a breach on record is not unmade by what broke
afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from harness.checks.case import Case, build_case
from harness.checks.finding import Evaluation, Finding, Undecided
from harness.checks.limits import Expectation, Limits
from harness.checks.registry import RULES, Breach, Held, Rule, Unknown
from harness.evidence.model import RunEvidence

MAX_FINDINGS: Final = 10
"""Findings kept per rule and association; one more tells how many there were."""

NEEDED_TO_CONNECT: Final = frozenset({"PRE-10", "ETH-05"})
"""Warnings without which a connection comes about: the OS has no algorithms to associate with, or
no EAPOL to deliver."""

NOT_EXERCISED: Final = "nothing in the evidence put it to the test"


def evaluate(
    evidence: RunEvidence,
    limits: Limits | None = None,
    expect: Expectation | None = None,
) -> Evaluation:
    """Judge the evidence by every rule. Never raises on any evidence; same in, same out."""
    case = build_case(evidence, limits or Limits(), expect or Expectation())
    result = _Collector()
    for rule in RULES.values():
        if not rule.last:
            result.take(rule, case)
    case = replace(case, blamed=result.blamed(), hindered=result.hindered())
    for rule in RULES.values():
        if rule.last:
            result.take(rule, case)
    return replace(result.evaluation(), damage=case.segments.damage, missing=_missing(case, result))


def _missing(case: Case, result: _Collector) -> dict[int | None, tuple[str, ...]]:
    """What is missing of each association: evidence, and decisions for want of it."""
    found = {place: dict.fromkeys(what) for place, what in case.completeness.missing.items()}
    for item in result.undecided():
        if item.lacking and not found.get(item.association):
            words = f"{item.rule} could not be decided: {item.reason}"
            found.setdefault(item.association, {})[words] = None
    return {place: tuple(what) for place, what in found.items() if what}


class _Collector:
    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._checked: set[str] = set()
        self._held: dict[str, set[int]] = {}
        self._undecided: dict[Undecided, None] = {}
        self._seen: set[str] = set()

    def take(self, rule: Rule, case: Case) -> None:
        breaches: list[Breach] = []
        for outcome in rule.check(case):
            self._seen.add(rule.id)
            if isinstance(outcome, Unknown):
                item = Undecided(rule.id, outcome.reason, outcome.association)
                self._undecided[item] = None
                continue
            self._checked.add(rule.id)
            if isinstance(outcome, Breach):
                breaches.append(outcome)
            elif isinstance(outcome, Held) and outcome.association is not None:
                self._held.setdefault(rule.id, set()).add(outcome.association)
        self._findings += _bounded(rule, breaches)

    def undecided(self) -> Iterable[Undecided]:
        """What could not be decided, so far."""
        return self._undecided

    def blamed(self) -> frozenset[int]:
        """Associations in which a rule already says what is wrong (FAIL or MISS)."""
        return frozenset(
            item.association
            for item in self._findings
            if item.association is not None and item.severity != "WARN"
        )

    def hindered(self) -> frozenset[int]:
        """Associations in which the DLL left out what a connection needs, though only warned of."""
        return frozenset(
            item.association
            for item in self._findings
            if item.association is not None and item.rule in NEEDED_TO_CONNECT
        )

    def evaluation(self) -> Evaluation:
        for name in RULES:
            if name not in self._seen:
                self._undecided[Undecided(name, NOT_EXERCISED)] = None
        findings = sorted(self._findings, key=lambda item: (item.at_ns, item.rule, item.evidence))
        checked = [name for name in RULES if name in self._checked]
        held = {name: tuple(sorted(self._held[name])) for name in RULES if name in self._held}
        return Evaluation(tuple(findings), checked, list(self._undecided), held)


def _bounded(rule: Rule, breaches: Iterable[Breach]) -> list[Finding]:
    counts: Counter[int | None] = Counter()
    kept: list[Finding] = []
    dropped: dict[int | None, Breach] = {}
    for item in breaches:
        counts[item.association] += 1
        if counts[item.association] <= MAX_FINDINGS:
            kept.append(_finding(rule, item))
        else:
            dropped.setdefault(item.association, item)
    for association, item in dropped.items():
        more = f"… and {counts[association] - MAX_FINDINGS} more of these"
        kept.append(_finding(rule, replace(item, message=more)))
    return kept


def _finding(rule: Rule, item: Breach) -> Finding:
    return Finding(
        rule.id, item.severity or rule.severity, item.message, item.at_ns,
        item.association, item.evidence, item.process,
    )  # fmt: skip
