# SPDX-License-Identifier: GPL-2.0-or-later
"""EXPECT-07: a scenario that did not take place says nothing of the driver."""

from __future__ import annotations

from dataclasses import replace

from harness.checks import Expectation
from harness.evidence import ApAct, LiveRule
from tests.unit.checks.builder import complete, tell
from tests.unit.checks.judging import clean, judge, only_finding, reasons
from tests.unit.checks.story import AP, Story

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


def test_an_access_point_that_did_not_act_is_no_pass() -> None:
    """Its moment did not come: the order is named."""
    expect = Expectation(ap=("stop access point 1 on echoed (number 1)", "start access point 1"))
    story = tell()
    story.end(ap_acts=(ApAct(1, "stop", AP, 1, 5),))
    found = only_finding(story, "EXPECT-07", "MISS", "access point order 2", expect=expect)
    assert "order 1" not in found.message
    story.end(ap_acts=tuple(ApAct(place, "stop", AP, 1, 5) for place in (1, 2)))
    clean(story, "EXPECT-07", expect=expect)


LOSES_M4 = Expectation(messages=(), air=("drop M4 (number 1)", "drop M4 (number 9)"))


def lost(*places: int | None) -> Story:
    """An association in which these rules for the air acted, each on an M4."""

    def m4(s: Story) -> None:
        for place in places:
            s.frame("M4", "up", replay_counter=2, mic_ok=True, delivered=False, acked=False,
                    rule="drop", rule_place=place)  # fmt: skip

    return tell(after={"m4": m4})


def test_rules_for_the_air_that_acted() -> None:
    """Each is named by a frame."""
    clean(lost(1, 2), "EXPECT-07", expect=LOSES_M4)


def test_a_rule_for_the_air_that_never_acts_is_no_pass() -> None:
    """A ninth M4 that never comes tries nothing: MISS, and the rule is named."""
    found = only_finding(lost(1), "EXPECT-07", "MISS", "drop M4 (number 9)", expect=LOSES_M4)
    assert "air rule 2" in found.message
    assert "air rule 1" not in found.message


def test_a_rule_that_was_taken_back_live_is_no_pass() -> None:
    """Somebody did so by hand: the scenario was not tried, and that is why."""
    story = lost(1)
    story.end(live_rules=(LiveRule("removed", 2, 0, "drop M4 (number 9)", 5),))
    found = only_finding(story, "EXPECT-07", "MISS", "air rule 2", expect=LOSES_M4)
    assert "taken back live" in found.message
    story.end(live_rules=(LiveRule("changed", 3, 2, "delay M4 (number 1)", 5),))
    only_finding(story, "EXPECT-07", "MISS", "taken back live", expect=LOSES_M4)


def test_an_older_air_does_not_say_which_rule_acted() -> None:
    """Nothing is held against its evidence."""
    clean(lost(None), "EXPECT-07", expect=LOSES_M4)


def on_media(*acted: tuple[int, int]) -> Story:
    """An association in which these rules for the air acted, each on that medium."""

    def m3(s: Story) -> None:
        for place, medium in acted:
            s.frame("M3", "down", replay_counter=2, mic_ok=True, delivered=False, acked=False,
                    rule="drop", rule_place=place, medium=medium)  # fmt: skip

    return tell(after={"m3": m3})


def test_a_rule_for_every_medium_is_tried_on_each() -> None:
    """Isolated media: what was done on the first says nothing of the station on the second."""
    expect = Expectation(
        messages=(), air=("drop M3 (number 1)", "drop M3 (station 2)"), air_media=((1, 2), (2,))
    )
    clean(on_media((1, 1), (1, 2), (2, 2)), "EXPECT-07", expect=expect)
    found = only_finding(on_media((1, 1), (2, 2)), "EXPECT-07", "MISS", "rule 1", expect=expect)
    assert "drop M3 (number 1)) on medium 2 did not act" in found.message
    only_finding(on_media((1, 1), (1, 2), (2, 1)), "EXPECT-07", "MISS", "rule 2", expect=expect)


def test_a_rule_taken_back_on_one_medium_is_owed_on_the_other() -> None:
    """Who took it back, took it back there."""
    expect = Expectation(messages=(), air=("drop M3 (number 1)",), air_media=((1, 2),))
    story = on_media()
    story.end(live_rules=(LiveRule("removed", 1, 0, "drop M3 (number 1)", 5, medium=2),))
    found = only_finding(story, "EXPECT-07", "MISS", "on medium 1 did not act", expect=expect)
    assert "on medium 2 was taken back live" in found.message


def test_without_orders_nothing_is_asked() -> None:
    """Neither held nor broken."""
    assert "EXPECT-07" not in judge(told()).checked


def test_a_rule_is_owed_in_its_associations_alone() -> None:
    """One that is for the first is no MISS of the second; that it is owed there, is."""
    story = tell(associations=2)
    first = Expectation(air=("drop M4 (number 1, association 1)",), air_only=((1,),))
    found = only_finding(story, "EXPECT-07", "MISS", "air rule 1", expect=first)
    assert found.association == 1
    third = Expectation(air=("drop M4 (number 1, association 3)",), air_only=((3,),))
    clean(story, "EXPECT-07", expect=third)


def test_what_is_expected_elsewhere_is_not_expected_here() -> None:
    """The rule that did not act is told, though the rest of the run is to connect."""
    refused = replace(LOSES_M4, connected=None)
    expect = replace(Expectation(), air=LOSES_M4.air[:1], air_only=((1,),))
    expect = replace(expect, exceptions=(((1,), refused),))
    assert expect.of(1) is refused
    assert expect.of(2) is expect
    assert expect.rule_acts_in(1, 1)
    assert not expect.rule_acts_in(1, 2)
