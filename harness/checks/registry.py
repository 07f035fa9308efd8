# SPDX-License-Identifier: GPL-2.0-or-later
"""The registry of rules: each a small pure function from a case to outcomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from harness.checks.case import Case
from harness.checks.finding import Severity
from harness.checks.outcomes import Outcomes
from harness.checks.severity import SEVERITY_OF_CLASS, RuleClass

Check = Callable[[Case], Outcomes]


@dataclass(frozen=True, slots=True)
class Rule:
    """One checkable statement: its id, class, wording, source and how it is checked.

    ``why`` tells, where the severity differs from the one of its class, the reason. ``last`` marks
    rules that are judged after all others, as they ask what is explained already. Where the DLL
    breaks a rule marked ``prevents_connection``, no connection can come about.
    """

    id: str
    cls: RuleClass
    text: str
    source: str
    severity: Severity
    check: Check
    why: str = ""
    last: bool = False
    prevents_connection: bool = False

    @property
    def family(self) -> str:
        """The part of the id before the dash."""
        return self.id.partition("-")[0]


RULES: Final[dict[str, Rule]] = {}
"""All rules by id, in the order of their definition. Filled by importing the family modules."""


def rule(
    rule_id: str,
    *,
    cls: RuleClass,
    source: str,
    text: str,
    severity: Severity | None = None,
    why: str = "",
    last: bool = False,
    prevents_connection: bool = False,
) -> Callable[[Check], Check]:
    """Register a check under its id. A severity other than the class's needs a ``why``."""

    def register(check: Check) -> Check:
        assert rule_id not in RULES, rule_id
        given = severity or SEVERITY_OF_CLASS[cls]
        assert given == SEVERITY_OF_CLASS[cls] or why, rule_id
        RULES[rule_id] = Rule(
            rule_id, cls, text, source, given, check, why, last, prevents_connection
        )
        return check

    return register
