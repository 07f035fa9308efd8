# SPDX-License-Identifier: GPL-2.0-or-later
"""Evidence into results: what is shown at once and what counts at the end agree."""

from __future__ import annotations

from dataclasses import replace

from harness.checks import CheckLimits
from harness.config.lab import Lab
from harness.evidence import names
from harness.results import AssociationResult, LabFaultResult, Verdict
from harness.run.judge import Judge, expectation_of, limits_of, run_findings, undecided_results
from harness.scenarios import find_scenario
from tests.unit.checks import builder
from tests.unit.checks import story as story_module
from tests.unit.checks.builder import tell
from tests.unit.checks.story import Story

PLAIN = expectation_of(find_scenario("plain"))


def test_limits_are_those_of_lab_toml() -> None:
    """The two limits findings rest on come from the lab, not from the checker's defaults."""
    lab = Lab.model_validate({"limits": {"post_associate_s": 3, "handler_s": 2}})
    assert limits_of(lab) == CheckLimits(post_associate_s=3, handler_s=2)


def test_what_a_scenario_expects_of_the_driver() -> None:
    """A connection and its echoes; or, where the air cuts it off, that it is stopped."""
    assert (PLAIN.connected, PLAIN.echoes) == (True, 1)
    cut = expectation_of(find_scenario("deauthentication"))
    assert (cut.connected, cut.echoes, cut.messages, cut.stopped) == (False, 0, (), True)


def test_what_an_open_network_expects() -> None:
    """A connection and its echoes, of which no handshake and no protection is wanted."""
    found = expectation_of(find_scenario("open"))
    assert (found.connected, found.echoes) == (True, 1)
    assert (found.messages, found.protected) == ((), False)


def test_what_dynamic_wep_expects() -> None:
    """Keys that are handed out, and data under them."""
    found = expectation_of(find_scenario("wep-dynamic"))
    assert (found.messages, found.protected, found.echoes) == (("rc4-key",), True, 1)


def test_what_a_scenario_with_orders_expects() -> None:
    """Every order, in words; no stop where it says so; either outcome where it does."""
    reset = expectation_of(find_scenario("reset-post-pending"))
    assert (reset.connected, reset.stopped) == (False, False)
    assert reset.orders == ("reset on Dot11ExtIhvPerformPostAssociate (number 1)",)
    assert expectation_of(find_scenario("hostile-truncated")).connected is None


def test_the_newest_association_is_judged_as_in_the_whole() -> None:
    """For a good run the line shown at once is the one that stands in the result."""
    evidence = tell(associations=3).evidence()
    judge = Judge(CheckLimits(), PLAIN)
    results, evaluation = judge.all(evidence, {})
    assert judge.latest(evidence) == results[-1]
    assert [one.verdict for one in results] == [Verdict.PASS] * 3
    assert run_findings(evaluation) == ()
    assert len(undecided_results(evaluation)) == len(evaluation.undecided)


def test_a_lab_fault_stays_with_its_association() -> None:
    """The one it came in is MISS; its neighbours keep their verdicts."""
    evidence = tell(associations=2).evidence()
    results, _ = Judge(CheckLimits(), PLAIN).all(evidence, {1: LabFaultResult(message="x")})
    assert [one.verdict for one in results] == [Verdict.MISS, Verdict.PASS]


def test_a_handler_that_was_never_called_is_told_so() -> None:
    """No post-association at all: nothing is made up about a completion."""
    cut = builder.ASSOCIATION[builder.ASSOCIATION.index(builder.post_associate) :]
    left_out = tuple(step.__name__ for step in cut if step not in {builder.stop, builder.reset})
    evidence = tell(without=left_out).evidence()
    (result,), _ = Judge(CheckLimits(), PLAIN).all(evidence, {})
    assert not result.connected
    assert not result.post_association.called
    assert result.post_association.asynchronous is None
    assert result.messages == {}


def test_a_completion_inside_the_handler_is_not_asynchronous() -> None:
    """Known by the call it happened in, not by its time."""

    def inside(s: story_module.Story) -> None:
        builder.begin_post(s, inside=lambda s: builder.complete(s, tid=story_module.OS))

    evidence = tell(post_associate=inside, without=("completion",)).evidence()
    (result,), _ = Judge(CheckLimits(), PLAIN).all(evidence, {})
    assert result.post_association.asynchronous is False
    assert "POST-06" in {found.rule for found in result.findings}


def test_a_completion_with_an_error_is_no_connection() -> None:
    """Code and reason are shown as the DLL gave them."""
    evidence = tell(completion=lambda s: builder.complete(s, error=5, reason=0x50001)).evidence()
    (result,), _ = Judge(CheckLimits(), PLAIN).all(evidence, {})
    assert not result.connected
    post = result.post_association
    assert (post.win32_error, post.reason_code, post.completions) == (5, 0x50001, 1)


def two_sessions(error: int | None) -> AssociationResult:
    """Two adapters; the first completes with the error, or never, after which the second is
    connected."""

    def arrive(s: story_module.Story) -> None:
        s.call(names.INIT_ADAPTER, hDot11SvcHandle="0x5099", out={"phIhvExtAdapter": "0x7f0099"})

    def both(s: story_module.Story) -> None:
        if error is not None:
            builder.complete(s, error=error)
        builder.begin_post(s, hIhvExtAdapter="0x7f0099")
        builder.complete(s, svc="0x5099")

    story = tell(after={"init_adapter": arrive}, completion=both)
    expect = expectation_of(find_scenario("two-adapters"))
    (result,), _ = Judge(CheckLimits(), expect).all(story.evidence(), {})
    return result


def test_connected_are_all_adapters_or_none() -> None:
    """One that failed is not hidden by another's success: what it did is what is shown."""
    good, failed, silent = (two_sessions(error) for error in (0, 5, None))
    assert [one.connected for one in (good, failed, silent)] == [True, False, False]
    assert (failed.post_association.completions, failed.post_association.win32_error) == (2, 5)
    assert (silent.post_association.called, silent.post_association.completions) == (True, 1)
    assert {one.post_association.sessions for one in (good, failed, silent)} == {2}
    assert silent.post_association.win32_error is None


def test_an_adapter_without_a_session_is_not_connected() -> None:
    """Two were to connect, one did."""
    expect = expectation_of(find_scenario("two-adapters"))
    (result,), _ = Judge(CheckLimits(), expect).all(tell().evidence(), {})
    assert result.connected is False


def test_each_association_is_held_to_its_own_outcome() -> None:
    """One that connects is wrong where the scenario refuses it, and right everywhere else."""
    expect = expectation_of(find_scenario("assoc-refused-once"))
    assert (expect.connected, expect.of(2).connected) == (True, True)
    refused = expect.of(1)
    assert (refused.connected, refused.messages, refused.stopped) == (False, (), False)
    assert (expect.rule_acts_in(1, 1), expect.rule_acts_in(1, 2)) == (True, False)
    results, _ = Judge(CheckLimits(), expect).all(tell(associations=3).evidence(), {})
    assert [one.verdict for one in results] == [Verdict.MISS, Verdict.PASS, Verdict.PASS]
    assert {one.rule for one in results[0].findings} == {"EXPECT-01", "EXPECT-07"}
    assert "air rule 1 (refuse assoc-req with status 53" in results[0].findings[-1].message


def test_a_refusal_is_right_in_its_own_association_only() -> None:
    """The rule acted and nothing came of it: PASS where that is wanted, MISS where it is not."""

    def refuses(s: Story) -> None:
        s.frame("assoc-req", "up", rule="refuse", rule_place=1)

    expect = expectation_of(find_scenario("assoc-refused-once"))
    refused = replace(expect.of(1), air_only=((2,),))
    second = replace(expect, air_only=((2,),), exceptions=(((2,), refused),))
    without = ("post_associate", "m1", "m2", "m3", "m4", "keys", "completion", "connected", "echo")
    story = tell(associations=2, without=(*without, "stop"), associate=refuses)
    results, _ = Judge(CheckLimits(), second).all(story.evidence(), {})
    assert [(one.verdict, one.connected) for one in results] == [
        (Verdict.PASS, True), (Verdict.PASS, False),
    ]  # fmt: skip
    elsewhere = replace(second, exceptions=())
    results, _ = Judge(CheckLimits(), elsewhere).all(story.evidence(), {})
    assert [one.verdict for one in results] == [Verdict.PASS, Verdict.MISS]


def test_a_rule_is_owed_on_the_medium_of_its_station() -> None:
    """Without a station on each medium; adapters are dealt out to them in turns."""
    isolated = find_scenario("isolated-media")
    assert expectation_of(isolated).air_media == ((2,),)
    (rule,) = isolated.air
    for_all = rule.model_copy(update={"station": None})
    assert [for_all.media(count) for count in (1, 2)] == [(1,), (1, 2)]
    assert [rule.model_copy(update={"station": n}).media(2) for n in (1, 3)] == [(1,), (1,)]
