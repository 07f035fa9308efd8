# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings grouped by rule."""

from __future__ import annotations

from dataclasses import dataclass

from harness.results import FindingResult, group_findings
from tests.unit.results.samples import NO_COMPLETION, WARNING, association, run


@dataclass(frozen=True)
class Rule:
    """As much of a rule as is shown."""

    cls: str = "M"
    text: str = "must eventually come"
    source: str = "seed"


def test_groups_are_ordered_and_carry_the_rule_text() -> None:
    """FAIL before WARN, the most frequent first, associations ascending."""
    rare = FindingResult(rule="ADPT-01", severity="FAIL", message="handle not unique")
    result = run(
        association(1, WARNING),
        association(2, WARNING, NO_COMPLETION),
        association(3, WARNING, NO_COMPLETION),
        findings=(rare,),
    )
    groups = group_findings(result, {"POST-05": Rule()})
    assert [(group.rule, group.associations) for group in groups] == [
        ("POST-05", (2, 3)), ("ADPT-01", ()), ("POST-12", (1, 2, 3)),
    ]  # fmt: skip
    assert (groups[0].cls, groups[0].text, groups[0].source) == (
        "M", "must eventually come", "seed",
    )  # fmt: skip
    assert groups[1].text == ""
    assert groups[0].findings[0].association == 2
