# SPDX-License-Identifier: GPL-2.0-or-later
"""What a station must discard it owes no answer: a replay counter that is not above the last one
under a MIC (IEEE 802.11-2020, 12.7.2)."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import Expectation
from harness.evidence import names
from tests.unit.checks.builder import send
from tests.unit.checks.judging import judge, only_finding
from tests.unit.checks.stories import steps
from tests.unit.checks.story import Step, Story
from tests.unit.checks.test_attribution import deauth, until

WRONG_MIC = {"altered": "mic wrong", "acceptable": "discard"}
AHEAD = {"altered": "replay_counter_add 100", "acceptable": "yes"}


def given(kind: str, counter: int, rule: str | None = None, **detail: Any) -> Step:
    """A message reaches station and DLL; the trace shows its bytes."""

    def run(s: Story) -> None:
        place = None if rule is None else 1
        s.frame(kind, "down", replay_counter=counter, rule=rule, rule_place=place, detail=detail)
        pdu = bytes.fromhex("0203005f020000") + bytes(2) + counter.to_bytes(8, "big") + bytes(32)
        packet = {"source": s.ap, "ethertype_bytes": "888e", "data": pdu.hex()}
        s.call(names.RECEIVE_PACKET, hIhvExtAdapter=s.ihv, pvInBuffer=packet)
        s.wait_ms(1000)

    return run


def answered(kind: str, counter: int, *, lost: bool = False) -> Step:
    """The DLL answers; ``lost``: the second rule of the scenario drops that."""

    def run(s: Story) -> None:
        send(s)
        rule = {"delivered": False, "rule": "drop", "rule_place": 2} if lost else {}
        s.frame(kind, "up", replay_counter=counter, mic_ok=None if lost else True, **rule)

    return run


def given_up(*after_m4: Step, reason: int = 15) -> Story:
    """A connection after which these come, and the access point gives up."""
    return until("echo", *after_m4, lambda s: s.wait_ms(1000), deauth(reason))


def judged(story: Story, *rules: str) -> tuple[str, str]:
    """The severity of what is said of the lost connection, and the words."""
    found = judge(story, Expectation(messages=("M1",), air=rules)).findings
    assert [one.rule for one in found] == ["EXPECT-08"]
    return found[0].severity, found[0].message


def test_a_spoilt_message_behind_the_one_that_was_answered() -> None:
    """M4 was sent and lost. The M3 after it has a wrong MIC, and is passed over."""
    story = given_up(
        given("M3", 3), answered("M4", 3, lost=True), given("M3", 4, "edit", **WRONG_MIC)
    )
    severity, said = judged(story, "edit M3: mic wrong", "drop M4 (every one)")
    assert (severity, "air rule 2 (drop M4" in said) == ("MISS", True), said


def test_a_good_message_behind_it_is_to_be_answered() -> None:
    """Asked again as it should be, the DLL kept silent."""
    story = given_up(given("M3", 3), answered("M4", 3, lost=True), given("M3", 4))
    assert judged(story, "-", "drop M4")[0] == "FAIL"


@pytest.mark.parametrize("rule", ["edit", "insert"])
def test_a_counter_far_ahead_makes_what_follows_old(rule: str) -> None:
    """By the scenario's doing the station discards each later message."""
    ahead = steps(given("M3", 102, rule, **AHEAD), answered("M4", 102))
    severity, said = judged(given_up(ahead, given("M3", 3), given("M3", 4)), "far ahead")
    assert (severity, "air rule 1 (far ahead) acted on M3" in said) == ("MISS", True), said
    severity, _ = judged(given_up(ahead, given("G1", 4), reason=16), "far ahead")
    assert severity == "MISS"


def test_a_counter_far_ahead_under_a_wrong_mic_counts_nothing() -> None:
    """What is discarded makes nothing old."""
    ahead = given("M3", 102, "edit", altered="both", acceptable="discard")
    assert judged(given_up(ahead, given("M3", 3)), "far ahead")[0] == "FAIL"


@pytest.mark.parametrize("kind", ["M3", "G1"])
def test_a_copy_is_answered_once(kind: str) -> None:
    """A rule repeats each; the answers are lost by another one."""
    answer = {"M3": "M4", "G1": "G2"}[kind]
    copied = steps(given(kind, 3), answered(answer, 3, lost=True), given(kind, 3, "repeat"))
    story = given_up(copied, reason=15 if kind == "M3" else 16)
    severity, said = judged(story, f"repeat {kind}", "drop it")
    assert (severity, "air rule 2 (drop it)" in said) == ("MISS", True), said


def test_a_late_message_behind_a_newer_one() -> None:
    """The rule held it so long that the one after it came first."""
    story = given_up(
        given("M3", 4), answered("M4", 4, lost=True), given("M3", 3, "delay")
    )  # fmt: skip
    assert judged(story, "delay M3", "drop M4")[0] == "MISS"


def test_counters_begin_anew_with_an_association() -> None:
    """After a roam M1 has counter 1 again, and is to be answered."""
    anew = steps(lambda s: s.frame("assoc-resp", "down"), given("M3", 2))
    assert judged(given_up(given("M3", 9), answered("M4", 9), anew), "-")[0] == "FAIL"


def test_a_message_of_another_kind_is_no_repeated_question() -> None:
    """A copy of M1 behind G1, whose answer is lost: it is old, and says nothing of G1."""
    copy = given("M1", 1, "insert", inserted="copy of M1", acceptable="open")
    story = given_up(given("G1", 3), answered("G2", 3, lost=True), copy, reason=16)
    severity, said = judged(story, "insert copy of M1", "drop G2")
    assert (severity, "drop G2" in said) == ("MISS", True), said


def test_an_unanswered_message_that_no_rule_touched() -> None:
    """Silence over a first G1 stays the DLL's."""
    story = given_up(given("G1", 3), reason=16)
    only_finding(story, "EXPECT-08", "FAIL", "was given G1", expect=Expectation(messages=("M1",)))
