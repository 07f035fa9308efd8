# SPDX-License-Identifier: GPL-2.0-or-later
"""A good run yields no finding, exercises the rules, and leaves every rule accounted for."""

from __future__ import annotations

import pytest

from harness.checks import RULES, Expectation, evaluate
from harness.evidence import ClockModel, RunEvidence, window
from tests.unit.checks.builder import tell

NEEDS_MORE = {
    "ADPT-03", "ADPT-05", "ADPT-06", "ADPT-07", "ADPT-10", "CTRL-01", "EXPECT-05", "EXPECT-06",
    "ETH-07", "EXPECT-07", "HOST-04", "IND-01", "KEY-07", "LIFE-08", "LIFE-10", "LIFE-11",
    "LIFE-12", "MEM-01", "MEM-02", "MEM-03", "NIC-01", "ONEX-01", "ONEX-02", "ONEX-03", "ONEX-04",
    "ONEX-05", "ONEX-06", "ONEX-07", "ONEX-08", "ONEX-09", "ONEX-10", "ONEX-12", "ONEX-13",
    "POST-10",
    "POST-12", "POST-13", "POST-14", "POST-15", "POST-17", "PRE-05", "PRE-08", "PRE-09", "PRE-11",
    "PRE-12", "PRE-13", "PROF-01", "PROF-02", "PROF-03", "PROF-04", "RST-03", "RST-04", "RST-06",
    "RX-03", "STOP-02", "STOP-05", "STOP-06", "STOP-07", "STOP-08", "TX-07", "UI-01", "UI-02",
    "UI-03", "UI-04", "UI-05", "UI-06", "UI-07", "VS-01",
    "HOST-07", "HOST-08", "HOST-09", *(f"NDIS-{number:02}" for number in range(1, 15)),
}  # fmt: skip
"""Rules a plain run does not put to the test."""


def test_good_run_has_no_finding() -> None:
    """Three good associations: no finding, and all rules but a named few were exercised."""
    result = evaluate(tell(associations=3).evidence(), expect=Expectation(echoes=1))
    assert result.findings == ()
    assert set(RULES) - set(result.checked) == NEEDS_MORE


def test_every_rule_is_accounted_for() -> None:
    """A rule is checked, undecided, or both; none is passed over in silence."""
    result = evaluate(tell().evidence())
    assert set(result.checked) | {item.rule for item in result.undecided} == set(RULES)


def test_same_evidence_gives_the_same_result() -> None:
    """The evaluation is deterministic."""
    evidence = tell(associations=2).evidence()
    assert evaluate(evidence) == evaluate(evidence)


@pytest.mark.parametrize("index", [1, 2, 5])
def test_window_judges_like_the_whole(index: int) -> None:
    """A window around an association yields no finding where the whole run yields none."""
    near = window(tell(associations=5).evidence(), index)
    assert [item.index for item in near.associations] == [i for i in (index - 1, index) if i]
    result = evaluate(near, expect=Expectation(echoes=1))
    assert result.findings == ()
    assert {"POST-05", "POST-07", "ADPT-02", "LIFE-05", "EXPECT-02"} <= set(result.checked)


def test_nothing_at_all_is_not_a_pass() -> None:
    """Without evidence nothing counts as checked."""
    result = evaluate(RunEvidence((), (), ClockModel(0, 0)))
    assert result.checked == []
    assert result.findings == ()
