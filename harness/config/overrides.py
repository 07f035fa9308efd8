# SPDX-License-Identifier: GPL-2.0-or-later
"""[[rules]] of lab.toml: another severity for a rule, or a waiver, each with its reason. Pure.

What they do to a finding is decided in `harness.checks.severity`. A waived finding stays on record
as waived. A lab fault never becomes a driver's: what is MISS can be lowered or waived, not raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from harness.checks import RULES, UNOBSERVABLE
from harness.checks.severity import Override
from harness.config.validation import Strict
from harness.naming import near_rule

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


_SEVERITIES: Final[dict[str, Literal["FAIL", "WARN"] | None]] = {
    "fail": "FAIL", "warn": "WARN", "off": None,
}  # fmt: skip


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

    def as_override(self) -> Override:
        """The same in the checker's terms."""
        return Override(_SEVERITIES[self.severity], self.reason, self.expires)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What applies on a given day, by rule, and what a person should be told of the rest."""

    active: Mapping[str, Override] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def in_force(rules: Iterable[RuleOverride], today: date) -> Overrides:
    """Those that have not expired; of the others a note each."""
    active: dict[str, Override] = {}
    notes: list[str] = []
    for item in rules:
        if item.expires is None or today <= item.expires:
            active[item.id] = item.as_override()
        else:
            notes.append(
                f"{item.id}: the override to {item.severity!r} expired on {item.expires} and does "
                f"not apply ({item.reason})"
            )
    return Overrides(active, tuple(notes))
