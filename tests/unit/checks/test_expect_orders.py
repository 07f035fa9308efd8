# SPDX-License-Identifier: GPL-2.0-or-later
"""EXPECT-07: a scenario whose orders were not carried out says nothing of the driver."""

from __future__ import annotations

from harness.checks import Expectation
from tests.unit.checks.builder import complete, tell
from tests.unit.checks.judging import clean, judge, only_finding, reasons
from tests.unit.checks.story import Story

ORDERED = Expectation(orders=("reset on idle (number 1)", "control on connected (number 1)"))


def told(*places: int) -> Story:
    """A good association in which these orders were carried out."""
    story = tell()
    story.end(orders=places)
    return story


def test_orders_that_were_carried_out() -> None:
    """All of them, in each association."""
    clean(told(1, 2), "EXPECT-07", expect=ORDERED)


def test_an_order_that_was_not_is_no_fault_of_the_driver() -> None:
    """It is named, and the association is no PASS."""
    found = only_finding(told(1), "EXPECT-07", "MISS", "control on connected", expect=ORDERED)
    assert "order 2" in found.message


def test_what_is_explained_already_is_not_held_against_the_lab() -> None:
    """A DLL that breaks a rule may keep an event from coming."""
    story = tell(after={"completion": lambda s: complete(s, hSecuritySessionID=s.new_handle())})
    story.end(orders=())
    findings = judge(story, ORDERED).findings
    assert findings
    assert "EXPECT-07" not in {item.rule for item in findings}
    assert "explains this association" in reasons(story, "EXPECT-07", ORDERED)


def test_without_orders_nothing_is_asked() -> None:
    """Neither held nor broken."""
    assert "EXPECT-07" not in judge(told()).checked
