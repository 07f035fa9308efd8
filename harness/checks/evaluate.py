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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from harness.checks.case import Case, build_case
from harness.checks.finding import Evaluation, Finding, Undecided, Waived
from harness.checks.limits import CheckLimits, Expectation
from harness.checks.outcomes import Breach, Held, Unknown
from harness.checks.registry import RULES, Rule
from harness.checks.severity import Decision, OsSide, Override, decide
from harness.evidence.model import DamageKind, Lacking, RunEvidence

MAX_FINDINGS: Final = 10
"""Findings kept per rule and association; one more tells how many there were."""

NOT_EXERCISED: Final = "nothing in the evidence put it to the test"


def evaluate(
    evidence: RunEvidence,
    limits: CheckLimits | None = None,
    expect: Expectation | None = None,
    *,
    os_side: OsSide | None = None,
    overrides: Mapping[str, Override] | None = None,
) -> Evaluation:
    """Judge the evidence by every rule. Never raises on any evidence; same in, same out.

    ``os_side`` says whose the OS side is, ``overrides`` are those of lab.toml by rule
    (`harness.checks.severity`).
    """
    case = build_case(evidence, limits or CheckLimits(), expect or Expectation())
    collected = _Collector(os_side, overrides or {})
    for rule in RULES.values():
        if not rule.last:
            collected.run(rule, case)
    case = replace(
        case,
        already_explained=collected.already_explained(),
        cannot_connect=collected.cannot_connect(),
    )
    for rule in RULES.values():
        if rule.last:
            collected.run(rule, case)
    missing = _missing(case, collected.undecided)
    evaluation = collected.evaluation(_why_not_exercised(evidence))
    return replace(evaluation, damage=case.segments.damage, missing=missing)


def _why_not_exercised(evidence: RunEvidence) -> str:
    """Why a rule that says nothing was not put to the test: it may be for want of the trace."""
    for item in evidence.damage:
        if item.kind is DamageKind.NO_TRACE:
            return Lacking(f"evidence is missing: {item.message}")
    return NOT_EXERCISED


def _missing(case: Case, undecided: Iterable[Undecided]) -> dict[int | None, tuple[str, ...]]:
    """What is missing of each association: evidence, and decisions for want of it."""
    found = {place: dict.fromkeys(what) for place, what in case.losses.completeness.missing.items()}
    for item in undecided:
        if item.lacking and not found.get(item.association):
            words = f"{item.rule} could not be decided: {item.reason}"
            found.setdefault(item.association, {})[words] = None
    return {place: tuple(what) for place, what in found.items() if what}


@dataclass(frozen=True, slots=True)
class _Found:
    """A finding with the rule that was broken and how its severity came about."""

    rule: Rule
    finding: Finding
    decision: Decision


class _Collector:
    """Runs rules and keeps what they say; bounds the findings of one rule in one association."""

    def __init__(self, os_side: OsSide | None, overrides: Mapping[str, Override]) -> None:
        self._os_side = os_side
        self._overrides = overrides
        self._found: list[_Found] = []
        self._checked: set[str] = set()
        self._held: dict[str, set[int]] = {}
        self._undecided: dict[Undecided, None] = {}
        self._seen: set[str] = set()

    def run(self, rule: Rule, case: Case) -> None:
        """Apply one rule to the case and keep its outcomes."""
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
        self._found += [self._decided(rule, item) for item in _bounded(breaches)]

    def _decided(self, rule: Rule, breach: Breach) -> _Found:
        override = self._overrides.get(rule.id)
        decision = decide(rule.cls, rule.severity, breach.severity, self._os_side, override)
        before = f"{decision.attribution}: " if decision.attribution else ""
        finding = Finding(
            rule.id, decision.severity, before + breach.message, breach.at_ns,
            breach.association, breach.evidence, breach.process, decision.override,
        )  # fmt: skip
        return _Found(rule, finding, decision)

    @property
    def undecided(self) -> Iterable[Undecided]:
        """What could not be decided, so far."""
        return self._undecided

    def already_explained(self) -> frozenset[int]:
        """Associations of which a rule already says what is wrong (FAIL or MISS)."""
        return frozenset(
            item.finding.association
            for item in self._found
            if item.finding.association is not None and item.decision.stated != "WARN"
        )

    def cannot_connect(self) -> frozenset[int]:
        """Associations in which the DLL left out what a connection needs, though only warned of."""
        return frozenset(
            item.finding.association
            for item in self._found
            if item.finding.association is not None and item.rule.prevents_connection
        )

    def evaluation(self, why_not_exercised: str) -> Evaluation:
        """All that was said, in the order of time and of the rules."""
        for name in RULES:
            if name not in self._seen:
                self._undecided[Undecided(name, why_not_exercised)] = None
        in_order = sorted(
            self._found,
            key=lambda item: (item.finding.at_ns, item.finding.rule, item.finding.evidence),
        )
        findings = tuple(item.finding for item in in_order if item.decision.waiver is None)
        checked = [name for name in RULES if name in self._checked]
        held = {name: tuple(sorted(self._held[name])) for name in RULES if name in self._held}
        return Evaluation(findings, checked, list(self._undecided), held, _waived(in_order))


def _waived(found: Iterable[_Found]) -> tuple[Waived, ...]:
    return tuple(
        Waived(item.finding, waiver.reason, waiver.expires)
        for item in found
        if (waiver := item.decision.waiver) is not None and waiver.expires is not None
    )


def _bounded(breaches: Iterable[Breach]) -> list[Breach]:
    """The first of each association, and one that tells how many more there were."""
    counts: Counter[int | None] = Counter()
    kept: list[Breach] = []
    dropped: dict[int | None, Breach] = {}
    for item in breaches:
        counts[item.association] += 1
        if counts[item.association] <= MAX_FINDINGS:
            kept.append(item)
        else:
            dropped.setdefault(item.association, item)
    for association, item in dropped.items():
        more = f"… and {counts[association] - MAX_FINDINGS} more of these"
        kept.append(replace(item, message=more))
    return kept
