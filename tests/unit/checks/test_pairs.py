# SPDX-License-Identifier: GPL-2.0-or-later
"""Every rule of the table is kept by one story and broken, alone, by another."""

from __future__ import annotations

import pytest

from harness.checks import Evaluation, evaluate
from harness.checks.unobservable import UNOBSERVABLE
from tests.unit.checks.pairs import PAIRS
from tests.unit.checks.story import Story


def _judged(story: Story) -> Evaluation:
    return evaluate(story.evidence())


def _found(result: Evaluation) -> dict[str, str]:
    return {i.rule: i.severity for i in result.findings if not i.rule.startswith("EXPECT")}


@pytest.mark.parametrize("rule", PAIRS)
def test_kept(rule: str) -> None:
    """The keeping story puts the rule to the test and has no finding."""
    result = _judged(PAIRS[rule].keeps())
    assert _found(result) == {}, [item.message for item in result.findings]
    assert rule in result.checked


@pytest.mark.parametrize("rule", PAIRS)
def test_broken(rule: str) -> None:
    """The breaking story has exactly the findings the table names."""
    result = _judged(PAIRS[rule].breaks())
    assert _found(result) == PAIRS[rule].found, [item.message for item in result.findings]


def test_no_declared_rule_has_a_story() -> None:
    """What is declared unobservable is not told as if it were checked."""
    assert not set(PAIRS) & set(UNOBSERVABLE)
