# SPDX-License-Identifier: GPL-2.0-or-later
"""A driver under which no handler is called is measured, and never blamed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.checks import CheckLimits
from harness.evidence import CrashDump, DriverVerifier, Echo, RunEvidence
from harness.results import LabFaultResult, Verdict
from harness.run.judge import Judge, expectation_of
from harness.run.measured import NO_HANDLERS, is_measured_only
from harness.scenarios import find_scenario
from tests.unit.checks.builder import tell

WHY = {NO_HANDLERS: "the driver of the adapter is of the WDI model"}
PLAIN = expectation_of(find_scenario("plain"))
CUT = expectation_of(find_scenario("deauthentication"))


def silent(associations: int = 1) -> RunEvidence:
    """A good run of which the trace has nothing."""
    run = tell(associations=associations).evidence()
    without = tuple(replace(one, ihv=()) for one in run.associations)
    return replace(run, trace=(), associations=without)


def judge(expect: object = PLAIN) -> Judge:
    """Of a guest in which no handler need be called."""
    made = Judge(CheckLimits(), expect)  # type: ignore[arg-type]
    made.environment = WHY
    return made


def test_its_connections_are_done() -> None:
    """With figures, and every rule undecided for that reason; at once as in the whole."""
    evidence = silent(2)
    results, evaluation = judge().all(evidence, {})
    assert [one.verdict for one in results] == [Verdict.DONE] * 2
    assert results[0].connected
    assert results[0].timing_us["handshake"]
    assert judge().latest(evidence) == results[-1]
    assert {one.reason for one in evaluation.undecided} == {
        f"no handler was called: {WHY[NO_HANDLERS]}"
    }
    assert evaluation.checked == []


def test_what_the_scenario_expects_and_did_not_get_is_nobodys_doing() -> None:
    """MISS, with the reason; never FAIL."""
    run = silent()
    mute = tuple(replace(one, notifications=()) for one in run.associations)
    short = tuple(
        replace(one, echo=Echo(3, 1, arp=True, protected=True)) for one in run.associations
    )
    for evidence, expect, said in (
        (replace(run, associations=mute), PLAIN, "no connection came about"),
        (replace(run, associations=short), PLAIN, "echo requests were not answered"),
        (run, CUT, "a connection came about"),
    ):
        (result,), _ = judge(expect).all(evidence, {})
        assert result.verdict is Verdict.MISS
        assert said in result.missing[0]


def test_single_associations_may_be_expected_to_end_otherwise() -> None:
    """The one that is to be refused lacks nothing without a connection, and the next one does."""
    once = expectation_of(find_scenario("assoc-refused-once"))
    mute = tuple(replace(one, notifications=()) for one in silent(2).associations)
    results, _ = judge(once).all(replace(silent(2), associations=mute), {})
    assert [one.verdict for one in results] == [Verdict.DONE, Verdict.MISS]


def test_a_lab_that_broke_is_told_alone() -> None:
    """What did not come then is explained."""
    (result,), _ = judge().all(silent(), {1: LabFaultResult(message="x")})
    assert (result.verdict, result.missing) == (Verdict.MISS, ())


def test_a_handler_that_is_called_is_judged_as_anywhere() -> None:
    """Whatever the driver's model is."""
    evidence = tell().evidence()
    assert is_measured_only(evidence, WHY) == ""
    (result,), _ = judge().all(evidence, {})
    assert result.verdict is Verdict.PASS


@pytest.mark.parametrize("environment", [{}, {"radio": "rt3070"}])
def test_elsewhere_a_silent_trace_is_judged(environment: dict[str, str]) -> None:
    """There a DLL has to be called."""
    made = Judge(CheckLimits(), PLAIN)
    made.environment = environment
    (result,), _ = made.all(silent(), {})
    assert result.verdict is not Verdict.DONE


def with_bug_check(*, alone: bool) -> RunEvidence:
    """Driver Verifier ended Windows in it."""
    run = silent()
    at_ns = run.associations[0].connect_ns + 1
    crash = CrashDump("dumps/01.dmp", True, 0xC4, 0, parameters=(0x94007, 0, 0, 0), t_ns=at_ns)
    drivers = ("acme.sys", "ndis.sys") if alone else ("acme.sys", "other.sys")
    return replace(run, crashes=(crash,), verifier=DriverVerifier("acme.sys", drivers, True))


def test_what_needs_no_handler_is_judged_all_the_same() -> None:
    """Driver Verifier's bug check is the miniport's; where whose it is is not known, MISS."""
    (result,), evaluation = judge().all(with_bug_check(alone=True), {})
    assert [(one.rule, one.severity) for one in result.findings] == [("NDIS-10", "FAIL")]
    assert result.verdict is Verdict.FAIL
    assert "NDIS-10" in evaluation.checked
    (result,), evaluation = judge().all(with_bug_check(alone=False), {})
    assert (result.verdict, result.findings) == (Verdict.MISS, ())
    assert "whose it is is not known" in result.missing[0]
