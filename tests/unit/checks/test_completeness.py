# SPDX-License-Identifier: GPL-2.0-or-later
"""What is missing from the evidence is no verdict, and neither is a lab that stood still."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.checks import Evaluation, Expectation, evaluate
from harness.evidence import (
    AssociationEvidence,
    Echo,
    RunEvidence,
    Stall,
    names,
    to_air_ns,
    unended,
)
from harness.results import Verdict, association_verdict
from tests.unit.checks.builder import complete, tell
from tests.unit.checks.rules.test_host_handlers import hung
from tests.unit.checks.rules.test_host_process import ended
from tests.unit.checks.story import Story

PROBED = Expectation(echoes=1)
S = 1_000_000_000


def without_line(story: Story, at: int) -> RunEvidence:
    """The story with one record lost."""
    del story.lines[at]
    return story.evidence()


def verdict(result: Evaluation, association: int = 1) -> Verdict:
    """What an association comes to."""
    severities = [item.severity for item in result.of(association)]
    return association_verdict(severities, missing=bool(result.missing.get(association)))


def stalled(evidence: RunEvidence, since_ns: int, until_ns: int) -> RunEvidence:
    """The same, but that the guest stood still between two times of its clock."""
    air = (to_air_ns(evidence.clock, since_ns), to_air_ns(evidence.clock, until_ns))
    return replace(evidence, stalls=(Stall("the guest", *air),))


def within(evidence: RunEvidence) -> RunEvidence:
    """The same, with a stall inside its association."""
    one = evidence.associations[0]
    return stalled(evidence, one.connect_ns + 1, one.end_ns - 1)


def only(evidence: RunEvidence, **changes: object) -> RunEvidence:
    """The evidence with its one association changed."""
    (one,) = evidence.associations
    return replace(evidence, associations=(replace(one, **changes),))  # type: ignore[arg-type]


def wrong_session() -> Story:
    """A DLL that completes a session it was never given."""
    return tell(completion=lambda s: complete(s, hSecuritySessionID="0xdead"))


def test_no_lost_record_turns_a_fail_into_a_pass() -> None:
    """Whichever it is: what stands in the rest stays FAIL, else the association is MISS."""
    whole = wrong_session()
    assert verdict(evaluate(whole.evidence())) is Verdict.FAIL
    for at in range(len(whole.lines)):
        result = evaluate(without_line(wrong_session(), at))
        run = {verdict(result), Verdict.MISS if result.missing.get(None) else Verdict.PASS}
        assert run & {Verdict.FAIL, Verdict.MISS}, whole.lines[at]


def test_no_lost_record_fails_a_good_dll_or_is_silent() -> None:
    """Nobody is blamed for it, and it is told, with what could not be decided."""
    for at in range(len(tell().lines)):
        result = evaluate(without_line(tell(), at))
        assert "FAIL" not in {item.severity for item in result.findings}, at
        last = at == len(tell().lines) - 1  # only a known end shows that something is missing
        assert bool(result.damage) != last
        assert bool(result.missing) != last


def test_an_undecided_rule_that_lost_its_evidence_is_a_miss() -> None:
    """Also where the gap lies in an association before: it says which rule it was."""
    story = tell(associations=2, completion=lambda s: complete(s, hSecuritySessionID="0xdead"))
    first = next(at for at, line in enumerate(story.lines) if names.SET_AUTH in line)
    result = evaluate(without_line(story, first))
    assert verdict(result, 1) is Verdict.MISS
    assert verdict(result, 2) is Verdict.MISS
    assert any("POST-07 could not be decided" in words for words in result.missing[2])


def test_what_nothing_put_to_the_test_is_no_miss() -> None:
    """An open question is not evidence that is missing."""
    result = evaluate(tell().evidence())
    assert result.undecided
    assert result.missing == {}


@pytest.mark.parametrize("cut", ["at an end", "torn"])
def test_a_trace_that_ends_early_is_no_silence(cut: str) -> None:
    """Behind the last record of a finished trace that shows no end nothing is known: there is no
    completion that did not come."""
    story = tell()
    end = next(at for at, line in enumerate(story.lines) if names.POST_COMPLETION in line)
    del story.lines[end:]
    story.wait_ms(30_000)
    evidence = story.evidence('{"seq":' if cut == "torn" else "")
    evidence = replace(evidence, damage=evidence.damage + unended(evidence.trace))
    result = evaluate(evidence)
    assert "FAIL" not in {item.severity for item in result.findings}
    assert verdict(result) is Verdict.MISS


def test_a_lost_frame_is_no_answer_that_did_not_come() -> None:
    """The DLL sent M2 and the air's record of it is lost: MISS, and the frame is named."""
    evidence = tell().evidence()
    (one,) = evidence.associations
    frames = tuple(frame for frame in one.frames if frame.kind != "M2")
    missing = next(frame.number for frame in one.frames if frame.kind == "M2")
    span = (0, max(frame.number for frame in one.frames))
    blamed = evaluate(only(evidence, frames=frames))
    assert [item.rule for item in blamed.findings] == ["EXPECT-03"], "as if nothing were known"
    result = evaluate(only(evidence, frames=frames, frame_span=span))
    assert result.findings == ()
    assert result.missing[1][0].endswith(f"records of frame {missing} are missing")


@pytest.mark.parametrize(
    "changes", [{"echo": Echo(1, 0, False, False)}, {"notifications": ()}], ids=["echo", "connect"]
)
def test_a_lab_that_stood_still_fails_nobody(changes: dict[str, object]) -> None:
    """An echo that was not answered, a connection that was not reported: proof of nothing while a
    part of the lab stood still, and of no more afterwards."""
    evidence = only(tell().evidence(), **changes)
    plain = {item.severity for item in evaluate(evidence, expect=PROBED).findings}
    result = evaluate(within(evidence), expect=PROBED)
    assert "FAIL" not in {item.severity for item in result.findings}
    assert verdict(result) is Verdict.MISS
    assert plain & {"FAIL", "MISS"}
    if "echo" in changes:
        assert "the guest stood still" in str(result.missing[1])


def test_a_stall_that_did_no_harm_is_no_miss() -> None:
    """All that was wanted came all the same."""
    result = evaluate(within(tell().evidence()), expect=PROBED)
    assert (result.findings, result.missing) == ((), {})


def test_a_stall_elsewhere_excuses_nobody() -> None:
    """The lab had long gone on when the echo was not answered."""
    evidence = only(tell().evidence(), echo=Echo(1, 0, False, False))
    before = stalled(evidence, -20 * S, -10 * S)
    assert {item.rule for item in evaluate(before, expect=PROBED).findings} == {"EXPECT-02"}


def test_a_handler_is_not_timed_while_the_lab_stands_still() -> None:
    """The guest's clock ran on: the time that passed is not the handler's."""
    evidence = hung(8_000).evidence()
    assert {item.rule for item in evaluate(evidence).findings} == {"HOST-02"}
    still = stalled(evidence, evidence.associations[0].end_ns - 6 * S, evidence.trace[-1].t_ns)
    result = evaluate(still)
    assert "FAIL" not in {item.severity for item in result.findings}
    assert verdict(result) is Verdict.MISS


def test_time_that_was_lost_is_no_work() -> None:
    """A processor that seems busy over a stall was not there."""
    story = ended(busy_ms=9_000, busy_t=5 * S)
    assert {item.rule for item in evaluate(story.evidence()).findings} == {"HOST-04"}
    assert evaluate(stalled(story.evidence(), 7 * S, 11 * S)).findings == ()


def test_a_breach_on_record_is_one_whatever_is_missing() -> None:
    """A call with a session of nobody's stands in what is left, also with frames lost."""
    (one,) = wrong_session().evidence().associations
    evidence = only(wrong_session().evidence(), frames=one.frames[:3], frame_span=(0, 20))
    result = evaluate(within(evidence))
    assert verdict(result) is Verdict.FAIL
    assert result.missing[1]


def test_an_association_of_which_nothing_is_shown_is_a_miss() -> None:
    """It was expected not to connect, and did not: with an empty trace that says nothing."""
    evidence = RunEvidence((), (AssociationEvidence(1, 5, 9),), tell().evidence().clock)
    result = evaluate(evidence, expect=Expectation(connected=False, messages=()))
    assert verdict(result) is Verdict.MISS
    assert "shows nothing of it" in result.missing[1][0]
