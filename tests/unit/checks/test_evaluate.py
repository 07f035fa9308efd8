# SPDX-License-Identifier: GPL-2.0-or-later
"""The evaluation itself: bounds, order, what counts as checked, where findings belong."""

from __future__ import annotations

import re
from pathlib import Path

import harness.checks
from harness.checks.evaluate import MAX_FINDINGS, NOT_EXERCISED
from tests.unit.checks.builder import complete, complete_pre, send, tell
from tests.unit.checks.judging import judge
from tests.unit.checks.story import Story


def flood(s: Story) -> None:
    """Packets to a group address, one after the other."""
    for _ in range(40):
        send(s, destination="ff:ff:ff:ff:ff:ff")


def test_findings_of_one_rule_are_bounded() -> None:
    """Forty breaches show as ten and a line that counts the others."""
    findings = judge(tell(after={"m1": flood})).findings
    assert len(findings) == MAX_FINDINGS + 1
    assert findings[-1].message == "… and 30 more of these"
    assert {item.rule for item in findings} == {"TX-02"}


def test_findings_come_in_order_of_time() -> None:
    """Whatever the order of the rules, findings are told in the order they happened."""
    story = tell(
        pre_completion=lambda s: complete_pre(s, reason=0x38005),
        after={"m1": flood, "echo": lambda s: complete(s, pPeer="02:00:00:00:09:09")},
    )
    findings = judge(story).findings
    assert [item.at_ns for item in findings] == sorted(item.at_ns for item in findings)
    assert findings[0].rule == "PRE-06"
    assert findings[-1].rule == "POST-12"


def test_finding_names_its_records() -> None:
    """Evidence are the sequence numbers of the calls that show it."""
    story = tell(completion=lambda s: complete(s, 0, 0x38005))
    (finding,) = judge(story).findings
    by_seq = {record.seq: record for record in story.evidence().trace}
    assert [by_seq[seq].function for seq in finding.evidence] == [
        "Dot11ExtPostAssociateCompletion"
    ] * 2
    assert finding.at_ns == by_seq[finding.evidence[0]].t_ns


def test_findings_by_association() -> None:
    """Findings can be asked for by association, those of the prologue by None."""
    story = tell(associations=2, completion=lambda s: complete(s, 0, 0x38005))
    result = judge(story)
    assert [len(result.of(index)) for index in (None, 1, 2)] == [0, 0, 1]


def test_not_exercised_is_said() -> None:
    """A rule nothing put to the test is undecided with that reason, and not checked."""
    result = judge(tell())
    said = {item.rule for item in result.undecided if item.reason == NOT_EXERCISED}
    assert "STOP-02" in said
    assert not said & set(result.checked)


def test_held_says_where_a_rule_was_kept() -> None:
    """Each rule names the associations that put it to the test and kept it, and no others."""
    result = judge(tell(associations=2, completion=lambda s: complete(s, 0, 0x38005)))
    assert result.held["POST-05"] == (1, 2)
    assert result.held["POST-08"] == (1,), "the story breaks it in its last association"
    assert "STOP-02" not in result.held
    assert "LIFE-05" in result.checked
    assert "LIFE-05" not in result.held, "InitService belongs to no association"


def test_the_engine_knows_no_rule() -> None:
    """What is particular to a rule stands with the rule: the engine names none."""
    engine = Path(harness.checks.__file__).with_name("evaluate.py").read_text("utf-8")
    assert not re.findall(r"[A-Z]+-\d\d", engine)
