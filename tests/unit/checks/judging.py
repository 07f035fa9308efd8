# SPDX-License-Identifier: GPL-2.0-or-later
"""Assertions about the evaluation of a story."""

from __future__ import annotations

from harness.checks import CheckLimits, Evaluation, Expectation, Finding, evaluate
from harness.evidence import RunEvidence
from tests.unit.checks.story import Story

NOTHING = Expectation(connected=None, messages=())
"""The scenario expects nothing: what is judged is the contract alone."""

SHOWN: list[tuple[RunEvidence, Finding]] = []
"""What was judged and found: material for the examples of `hil rules`."""


def judge(
    story: Story | RunEvidence, expect: Expectation | None = None, limits: CheckLimits | None = None
) -> Evaluation:
    """Evaluate a story, or evidence changed by hand."""
    evidence = story.evidence() if isinstance(story, Story) else story
    result = evaluate(evidence, limits, expect)
    SHOWN.extend((evidence, item) for item in result.findings)
    return result


def only_finding(
    story: Story | RunEvidence,
    rule: str,
    severity: str,
    said: str,
    *,
    expect: Expectation | None = None,
) -> Finding:
    """The story has exactly one finding: of that rule, of that severity, saying that."""
    result = judge(story, expect)
    assert [(item.rule, item.severity) for item in result.findings] == [(rule, severity)], [
        item.message for item in result.findings
    ]
    assert rule in result.checked
    assert said in result.findings[0].message
    return result.findings[0]


def clean(story: Story | RunEvidence, *rules: str, expect: Expectation | None = None) -> None:
    """The story has no finding, and the rules named were put to the test."""
    result = judge(story, expect)
    assert result.findings == (), [(item.rule, item.message) for item in result.findings]
    assert set(rules) <= set(result.checked)


def reasons(story: Story | RunEvidence, rule: str, expect: Expectation | None = None) -> str:
    """Why the rule is undecided; fails if it counts as checked or has a finding."""
    result = judge(story, expect)
    assert rule not in result.checked
    assert all(item.rule != rule for item in result.findings)
    return "; ".join(item.reason for item in result.undecided if item.rule == rule)
