# SPDX-License-Identifier: GPL-2.0-or-later
"""[[rules]] of lab.toml: another severity for a rule, or a waiver, each with its reason. Pure.

Applied once, after the evaluation. A waived finding stays on record as waived. A lab fault never
becomes a driver's: what is MISS can be lowered or waived, not raised.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from harness.checks import RULES, UNOBSERVABLE, Evaluation, Finding
from harness.checks.finding import Severity, Waived
from harness.config.validation import Strict
from harness.naming import near_rule

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class RuleOverride(Strict):
    """One [[rules]] of lab.toml."""

    id: str
    severity: Literal["fail", "warn", "off"]
    reason: Text
    expires: Annotated[date, Field(strict=False)] | None = None
    """Last day on which it applies; a waiver needs one."""

    @field_validator("id")
    @classmethod
    def _known(cls, value: str) -> str:
        if value in UNOBSERVABLE:
            raise ValueError("this rule is not checked (see `hil rules`), so nothing to override")
        if value not in RULES:
            hint = near_rule(value, RULES) or "`hil rules` lists them all"
            raise ValueError(f"no such rule; {hint}")
        return value

    @model_validator(mode="after")
    def _sound(self) -> RuleOverride:
        if self.severity == "off" and self.expires is None:
            raise ValueError(f'{self.id}: severity "off" needs expires, the last day it applies')
        if self.severity == "fail" and RULES[self.id].severity == "MISS":
            raise ValueError(f"{self.id}: a rule of the OS side cannot be raised to fail")
        return self


@dataclass(frozen=True, slots=True)
class Overrides:
    """What applies on a given day, and what a person should be told of the rest."""

    active: tuple[RuleOverride, ...] = ()
    notes: tuple[str, ...] = ()


def in_force(rules: Iterable[RuleOverride], today: date) -> Overrides:
    """Those that have not expired; of the others a note each."""
    active: list[RuleOverride] = []
    notes: list[str] = []
    for item in rules:
        if item.expires is None or today <= item.expires:
            active.append(item)
        else:
            notes.append(
                f"{item.id}: the override to {item.severity!r} expired on {item.expires} and does "
                f"not apply ({item.reason})"
            )
    return Overrides(tuple(active), tuple(notes))


def apply(evaluation: Evaluation, overrides: Overrides) -> Evaluation:
    """The evaluation with other severities and waivers applied; the same if there are none."""
    if not overrides.active:
        return evaluation
    by_id = {item.id: item for item in overrides.active}
    kept: list[Finding] = []
    waived: list[Waived] = list(evaluation.waived)
    for finding in evaluation.findings:
        item = by_id.get(finding.rule)
        if item is None:
            kept.append(finding)
        elif item.severity == "off" and item.expires is not None:
            waived.append(Waived(finding, item.reason, item.expires))
        else:
            kept.append(_changed(finding, item))
    return replace(evaluation, findings=tuple(kept), waived=tuple(waived))


def _changed(finding: Finding, item: RuleOverride) -> Finding:
    severity: Severity = "WARN" if item.severity == "warn" else "FAIL"
    if finding.severity == severity or (severity == "FAIL" and finding.severity == "MISS"):
        return finding
    return replace(finding, severity=severity, override=item.reason)
