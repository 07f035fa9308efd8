# SPDX-License-Identifier: GPL-2.0-or-later
"""What access points do by order is the scenario's doing, and is told so; what the DLL had failed
at before, or fails at elsewhere, is its own all the same."""

from __future__ import annotations

from harness.checks import Expectation
from harness.evidence import ApAct, RunEvidence, names
from tests.unit.checks.builder import complete
from tests.unit.checks.judging import judge, only_finding
from tests.unit.checks.story import AP, OFFSET_NS, Story
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
