# SPDX-License-Identifier: GPL-2.0-or-later
"""The severity of a finding: by class, breach, guest and lab.toml; the OS is never the driver."""

from __future__ import annotations

import pytest

from harness.checks import RULES, CheckLimits, Severity, evaluate
from harness.checks.limits import Expectation
from harness.checks.severity import OS_ACTED, OsSide, Override, RuleClass, decide
from harness.evidence import names
from harness.results import Verdict
from harness.run.judge import Judge
from tests.unit.checks.builder import tell
from tests.unit.checks.pairs import PAIRS

OF_THE_OS = sorted(
    rule.id for rule in RULES.values() if rule.severity == "MISS" and rule.id in PAIRS
)
"""Rules only the OS can break, that have a story in which it does."""
PLAIN = Expectation(connected=None, echoes=0, messages=())


def test_every_rule_of_the_os_is_told() -> None:
    """Each has a story here, or in the tests of its own family."""
    of_the_os = {rule.id for rule in RULES.values() if rule.severity == "MISS"}
    elsewhere = {
        "LIFE-01", "LIFE-04", "TX-05", "POST-01", "POST-02", "POST-09", "POST-10", "STOP-01",
        "STOP-02", "RST-01", "ONEX-08", "ETH-07",
    }  # fmt: skip
    assert of_the_os - set(OF_THE_OS) <= elsewhere


@pytest.mark.parametrize("rule", OF_THE_OS)
@pytest.mark.parametrize(("os_side", "severity"), [("lab", "MISS"), ("microsoft", "WARN")])
def test_the_driver_is_never_blamed(rule: str, os_side: OsSide, severity: str) -> None:
    """MISS on the reference guest, a warning on Windows; both say who did it."""
    result = evaluate(PAIRS[rule].breaks().evidence(), CheckLimits(), PLAIN, os_side=os_side)
    found = [item for item in result.findings if item.rule == rule]
    assert found
    for item in found:
        assert item.severity == severity
        assert item.message.startswith(OS_ACTED[os_side])
        assert "not the driver" in item.message


@pytest.mark.parametrize(
    ("os_side", "verdict"), [("lab", Verdict.MISS), ("microsoft", Verdict.PASS)]
)
def test_the_verdict_follows(os_side: OsSide, verdict: Verdict) -> None:
    """A run in which only the OS was wrong does not fail, whatever the guest."""
    evidence = PAIRS["RX-01"].breaks().evidence()
    results, _ = Judge(CheckLimits(), PLAIN, os_side=os_side).all(evidence, {})
    assert [item.verdict for item in results] == [verdict]


def test_a_null_in_the_os_table_is_the_oss() -> None:
    """LIFE-05 speaks of both sides; this half is the OS's."""

    def without(s: object) -> None:
        s.call(names.INIT_SERVICE, result=1, apis_null=["Dot11ExtSendPacket"])  # type: ignore[attr-defined]

    result = evaluate(tell(init_service=without).evidence(), os_side="microsoft")
    (found,) = (item for item in result.findings if item.rule == "LIFE-05")
    assert (found.severity, "the OS did this" in found.message) == ("WARN", True)


def test_what_the_dll_breaks_stays_its_own() -> None:
    """FAIL and WARN are told as they were."""
    evidence = PAIRS["RX-04"].breaks().evidence()
    assert evaluate(evidence, os_side="microsoft") == evaluate(evidence)


def test_the_labs_own_faults_stay_the_labs() -> None:
    """EXPECT and HOST speak of the lab: MISS on Windows too."""
    story = tell(without=("m1", "m2", "m3", "m4", "keys", "completion", "connected", "echo"))
    result = evaluate(story.evidence())
    own = [item for item in result.findings if item.rule.startswith("EXPECT")]
    assert [item.severity for item in own] == ["MISS"]
    assert evaluate(story.evidence(), os_side="microsoft") == result


@pytest.mark.parametrize(
    ("rule_class", "severity"),
    [("M", "FAIL"), ("M(OS)", "MISS"), ("C", "WARN"), ("D", "WARN"), ("S", "WARN"),
     ("ours", "FAIL")],
)  # fmt: skip
def test_a_breach_may_weigh_otherwise_than_its_rule(
    rule_class: RuleClass, severity: Severity
) -> None:
    """What the breach states goes before what the rule does, whatever its class."""
    assert decide(rule_class, severity).severity == severity
    assert decide(rule_class, severity, "WARN").severity == "WARN"


def override(severity: Severity | None) -> Override:
    """An override with a reason."""
    assert severity != "MISS"
    return Override(severity, "known, ticket 7")


def test_lowered_and_raised() -> None:
    """Another severity carries its reason."""
    lowered = decide("M", "FAIL", override=override("WARN"))
    assert (lowered.severity, lowered.override) == ("WARN", "known, ticket 7")
    raised = decide("D", "WARN", override=override("FAIL"))
    assert (raised.severity, raised.override) == ("FAIL", "known, ticket 7")


@pytest.mark.parametrize(("os_side", "severity"), [("lab", "MISS"), ("microsoft", "WARN")])
def test_what_the_os_did_is_never_raised(os_side: OsSide, severity: Severity) -> None:
    """A rule of both sides, such as LIFE-05, raised to fail: the OS's half stays the OS's."""
    kept = decide("M", "FAIL", "MISS", os_side, override("FAIL"))
    assert (kept.severity, kept.override) == (severity, None)


def test_other_rules_go_by_what_is_stated() -> None:
    """Neither the guest nor lab.toml changes what a breach explains."""
    assert decide("M(OS)", "MISS", os_side="microsoft").stated == "MISS"
    assert decide("M", "FAIL", override=override("WARN")).stated == "FAIL"
    assert decide("M", "FAIL", override=override(None)).stated == "FAIL"
