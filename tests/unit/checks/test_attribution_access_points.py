# SPDX-License-Identifier: GPL-2.0-or-later
"""What access points do by order is the scenario's doing, and is told so; what the DLL had failed
at before, or fails at elsewhere, is its own all the same."""

from __future__ import annotations

from dataclasses import replace

from harness.checks import Expectation
from harness.evidence import ApAct, LiveRule, RunEvidence, names
from tests.unit.checks.builder import complete, message, send
from tests.unit.checks.judging import judge, only_finding
from tests.unit.checks.stories import steps
from tests.unit.checks.story import AP, OFFSET_NS, Step, Story
from tests.unit.checks.test_attribution import deauth, until

OTHER = "02:00:00:00:00:99"
STOPS = "stop access point 1 on echoed (number 1)"
SENDS_AWAY = "deauthenticate access point 1 on echoed (number 1)"


def acted(story: Story, *acts: ApAct) -> RunEvidence:
    """The evidence of a story in which access points did this."""
    story.end(ap_acts=acts)
    return story.evidence()


def act(do: str, guest_ns: int, bssid: str = AP) -> ApAct:
    """One of them, the scenario's first order."""
    return ApAct(1, do, bssid, 1, guest_ns - OFFSET_NS)


def gone(s: Story) -> None:
    """The station notices by itself."""
    s.wait_ms(1600)
    s.notify(names.SOURCE_ACM, names.ACM_DISCONNECTED, 0x3800B)


def test_a_connection_lost_with_its_access_point() -> None:
    """A scenario that wants it to last contradicts itself: MISS, and the order is named."""
    story = until("connected")
    at_ns = story.now
    gone(story)
    said = f"the scenario's order 1 ({STOPS}) to an access point was carried out"
    found = only_finding(
        acted(story, act("stop", at_ns)), "EXPECT-08", "MISS", said, expect=Expectation(ap=(STOPS,))
    )
    assert "connected = 'either'" in found.message


def test_a_station_sent_away_by_order() -> None:
    """The deauthentication is the order's, with its reason."""
    story = until("echo")
    at_ns = story.now
    deauth(34)(story)
    said = f"the scenario's order 1 ({SENDS_AWAY}) to an access point made it send the station away"
    found = only_finding(
        acted(story, act("deauthenticate", at_ns)), "EXPECT-08", "MISS", said,
        expect=Expectation(ap=(SENDS_AWAY,)),
    )  # fmt: skip
    assert "reason 34" in found.message


def test_a_later_deauthentication_is_not_the_orders() -> None:
    """The access point had a reason of its own."""
    story = until("echo")
    at_ns = story.now
    story.wait_ms(5000)
    deauth(5)(story)
    evidence = acted(story, act("deauthenticate", at_ns))
    said = "the access point deauthenticated it (reason 5"
    only_finding(evidence, "EXPECT-08", "MISS", said, expect=Expectation(ap=(SENDS_AWAY,)))


def test_a_handshake_whose_access_point_has_gone() -> None:
    """The DLL gives up, truthfully; before that its access point went."""
    story = until("m1")
    at_ns = story.now
    story.wait_ms(5000)
    complete(story, dwWin32Error=1460, dwReasonCode=0x90001)
    expect = Expectation(ap=(STOPS,))
    only_finding(acted(story, act("stop", at_ns)), "EXPECT-01", "MISS", "order 1", expect=expect)


def test_what_another_access_point_does_excuses_nothing() -> None:
    """The DLL failed under its own, which did nothing."""
    story = until("m4")
    complete(story, dwWin32Error=1460, dwReasonCode=0x90001)
    evidence = acted(story, act("stop", story.now - 1, OTHER))
    found = {one.rule: one.severity for one in judge(evidence, Expectation(ap=(STOPS,))).findings}
    assert found["EXPECT-01"] == "FAIL"


def test_what_comes_behind_the_failure_excuses_nothing() -> None:
    """It had failed before."""
    story = until("m4")
    complete(story, dwWin32Error=1460, dwReasonCode=0x90001)
    story.wait_ms(100)
    evidence = acted(story, act("stop", story.now))
    found = {one.rule: one.severity for one in judge(evidence, Expectation(ap=(STOPS,))).findings}
    assert found["EXPECT-01"] == "FAIL"


def rekeyed(s: Story, *answers: Step) -> None:
    """The access point begins the 4-way handshake again, four times, and gives up."""
    for number in range(4):
        message(s, "M1", 3 + number)
        steps(*answers)(s)
        s.wait_ms(1000)
    deauth(15)(s)


def test_a_pairwise_rekey_the_dll_does_not_answer_is_its_own() -> None:
    """The handshake before it was answered; this one was not."""
    story = until("echo", rekeyed)
    only_finding(story, "EXPECT-08", "FAIL", "was given M1 and sent no M2", expect=Expectation())


def test_a_pairwise_rekey_the_scenario_keeps_from_its_end() -> None:
    """Its answers were dropped by a rule: MISS, and the rule is named."""

    def dropped(s: Story) -> None:
        send(s)
        s.frame("M2", "up", delivered=False, acked=False, rule="drop", rule_place=1)

    story = until("echo", lambda s: rekeyed(s, dropped))
    expect = Expectation(air=("drop M2 (number 2)",))
    only_finding(story, "EXPECT-08", "MISS", "air rule 1 (drop M2 (number 2))", expect=expect)


def test_a_station_that_stayed_although_asked_to_go() -> None:
    """It is disassociated with reason 12 some time later: by the order."""
    story = until("echo")
    at_ns = story.now
    story.wait_ms(5000)
    deauth(12)(story)
    asked = "bss-transition access point 1 on echoed (number 1)"
    said = f"the scenario's order 1 ({asked}) to an access point made it send the station away"
    evidence = acted(story, act("bss-transition", at_ns))
    only_finding(evidence, "EXPECT-08", "MISS", said, expect=Expectation(ap=(asked,)))


def test_what_somebody_orders_live_is_theirs() -> None:
    """An order of a call has no place among the scenario's."""
    story = until("connected")
    at_ns = story.now
    gone(story)
    stopped = replace(act("stop", at_ns), place=0)
    said = "the order stop to an access point, given live, was carried out"
    only_finding(acted(story, stopped), "EXPECT-08", "MISS", said)


def test_a_rule_that_somebody_gives_live_is_theirs() -> None:
    """It is told by its own words, whatever rules the scenario has."""

    def sent_away(s: Story) -> None:
        s.frame("deauth", "down", rule="deauthenticate", rule_place=2, detail={"reason": 6})
        s.wait_ms(5)
        s.notify(names.SOURCE_ACM, names.ACM_DISCONNECTED, 0x3800B)

    story = until("connected")
    sent_away(story)
    words = "deauthenticate M4 (reason 6) (when asked to)"
    story.end(live_rules=(LiveRule("added", 2, 0, words, 5),))
    said = f"air rule 2, given live ({words})"
    only_finding(story.evidence(), "EXPECT-08", "MISS", said)
