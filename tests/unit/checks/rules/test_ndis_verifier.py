# SPDX-License-Identifier: GPL-2.0-or-later
"""NDIS rules: a violation is the miniport's only if Driver Verifier was on it alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.checks import evaluate
from harness.checks.shared.windows_crashes import VERIFIER_RULES
from harness.evidence import CrashDump, DriverVerifier, RunEvidence, Stall, UsbAct
from harness.evidence.model import DamageKind, TraceDamage
from tests.unit.checks.builder import tell
from tests.unit.checks.judging import clean, only_finding
from tests.unit.checks.stories import in_post
from tests.unit.checks.story import OFFSET_NS, Step
from tests.unit.checks.windows_steps import MINIPORT, bug_check, verified

TIMED = 0x94007
SEQUENCE = 0x93004


def missing(evidence: RunEvidence) -> str:
    """What is missing, where nothing is found."""
    result = evaluate(evidence)
    assert result.findings == ()
    return " ".join(reason for reasons in result.missing.values() for reason in reasons)


def test_the_rules_are_named_as_windows_names_them() -> None:
    """Each code once; the limits are Microsoft's."""
    assert len({one.code for one in VERIFIER_RULES}) == len(VERIFIER_RULES) == 14
    assert {one.name for one in VERIFIER_RULES if one.timed} == {
        "NdisTimedOidComplete", "NdisTimedDataSend", "NdisTimedDataHang", "WlanTimedAssociation",
        "WlanTimedConnectionRoaming", "WlanTimedConnectRequest", "WlanTimedLinkQuality",
        "WlanTimedScan",
    }  # fmt: skip


def test_a_violation_is_the_miniports() -> None:
    """By its rule, its limit and its driver's name."""
    story = in_post(verified(), bug_check(TIMED))()
    found = only_finding(
        story, "NDIS-10", "FAIL",
        "acmewlan.sys broke WlanTimedAssociation: Driver Verifier ended Windows",
    )  # fmt: skip
    assert found.association == 1


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((bug_check(TIMED),), "which drivers it verified was not recorded"),
        ((verified("other.sys"), bug_check(TIMED)), "whose it is is not known"),
        ((verified(), bug_check(TIMED, placed=False)), "nothing ties its time"),
        ((verified(), bug_check(TIMED, told_later=True)), "nothing ties its time"),
        ((verified(), bug_check(0x1001)), "bug check 0xc4 (0x1001"),
    ],
)
def test_where_it_may_be_anothers_nobody_is_blamed(steps: tuple[Step, ...], said: str) -> None:
    """MISS by name, never FAIL; so is what the verifier finds beside these rules."""
    assert said in missing(in_post(*steps)().evidence())


def test_a_time_limit_that_ran_out_while_the_lab_stood_still_says_nothing() -> None:
    """An order of calls does all the same."""
    timed = in_post(verified(), bug_check(TIMED))()
    at_ns = timed.crashes[0].t_ns or 0
    stall = Stall("the guest", at_ns - OFFSET_NS - 9_000_000_000, at_ns - OFFSET_NS - 2_000_000_000)
    assert "a time limit, but the guest stood still for 7.0 s" in missing(
        replace(timed.evidence(), stalls=(stall,))
    )
    ordered = in_post(verified(), bug_check(SEQUENCE))()
    result = evaluate(replace(ordered.evidence(), stalls=(stall,)))
    assert [(one.rule, one.severity) for one in result.findings] == [("NDIS-07", "FAIL")]


def test_nor_does_one_in_an_association_whose_adapter_the_scenario_held() -> None:
    """An [[usb]] order stalls the adapter: what it holds up is the scenario's."""
    told = in_post(verified(), bug_check(TIMED))().evidence()
    act = UsbAct(1, "stall", ("bulk-out",), told.associations[0].connect_ns - OFFSET_NS)
    held = tuple(replace(one, usb_acts=(act,)) for one in told.associations)
    assert "a time limit, but the adapter:" in missing(replace(told, associations=held))


def test_nor_does_one_shortly_behind_such_an_association() -> None:
    """The limit began to run out in the one before."""
    run = tell(associations=2).evidence()
    first, second = run.associations
    at_ns = second.connect_ns + 1_000_000
    late = CrashDump("dumps/1.dmp", True, 0xC4, at_ns, parameters=(TIMED, 0, 0, 0), t_ns=at_ns)
    act = UsbAct(1, "stall", (), first.connect_ns - OFFSET_NS, first.end_ns - OFFSET_NS)
    held = (replace(first, usb_acts=(act,)), second)
    on = DriverVerifier(MINIPORT, ("ndis.sys", MINIPORT), True)
    told = replace(run, crashes=(late,), verifier=on, associations=held)
    assert "a time limit, but the adapter:" in missing(told)


@pytest.mark.parametrize(
    "kind",
    [
        DamageKind.EVENT_LOG,
        DamageKind.CRASH_DUMP,
        DamageKind.FILE_CHANGED,
        DamageKind.NOT_FINISHED,
    ],
)
def test_what_nobody_could_ask_for_is_no_pass(kind: DamageKind) -> None:
    """A bug check ends the guest, with all that would tell of it; it changes no verdict."""
    told = in_post(verified())().evidence()
    result = evaluate(replace(told, damage=(TraceDamage(kind, "SSH connection closed"),)))
    assert not [one for one in result.checked if one.startswith("NDIS")]
    reasons = {one.reason for one in result.undecided if one.rule.startswith("NDIS")}
    assert reasons == {"a bug check may not have been seen: SSH connection closed"}
    assert not any("NDIS" in reason for why in result.missing.values() for reason in why)


def test_a_verifier_that_found_nothing_puts_them_to_the_test() -> None:
    """If these rules were among what it checked, and its driver the only one."""
    every = [f"NDIS-{number:02}" for number in range(1, 15)]
    clean(in_post(verified())(), *every)
    for other in (verified("other.sys"), verified(ndis_wifi=False)):
        assert not set(every) & set(evaluate(in_post(other)().evidence()).checked)
