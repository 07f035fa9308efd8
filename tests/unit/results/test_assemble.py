# SPDX-License-Identifier: GPL-2.0-or-later
"""From parts to verdict and its one sentence."""

from __future__ import annotations

from harness.results import LabFaultResult, Verdict, rejudge
from tests.unit.results.samples import NO_COMPLETION, WARNING, association, run

GONE = LabFaultResult(message="QEMU exited with signal 9.")


def test_pass_says_what_was_obeyed() -> None:
    """The sentence counts associations, rules and warnings."""
    assert run(association(1), association(2)).reason == (
        "All 2 associations obeyed the 2 rules checked."
    )
    assert run(association(1, WARNING)).reason == (
        "The association obeyed the 2 rules checked, with 1 warning."
    )


def test_fail_names_rule_and_extent() -> None:
    """The sentence names the rule, how many associations, and the first finding."""
    result = run(association(1), association(2, NO_COMPLETION))
    assert result.verdict is Verdict.FAIL
    assert result.reason == (
        "The driver broke 1 rule (POST-05) in 1 of 2 associations: "
        "no PostAssociateCompletion within 10 s (our limit)."
    )


def test_missing_evidence_is_a_miss_that_says_what() -> None:
    """Of an association or of the run; a rule that is broken all the same counts more."""
    result = run(association(1, missing=("frame 7 is missing",)))
    assert result.verdict is Verdict.MISS
    assert result.reason.endswith("(1 of 1 association ran): frame 7 is missing.")
    assert run(association(1), missing=("no end",)).verdict is Verdict.MISS
    broken = run(association(1, NO_COMPLETION, missing=("frame 7 is missing",)), missing=("x",))
    assert broken.verdict is Verdict.FAIL
    assert run(missing=("nothing is left",), requested_associations=1).verdict is Verdict.MISS


def test_fail_of_the_run_as_a_whole() -> None:
    """A rule broken outside any association fails the run and blames no association."""
    result = run(association(1), findings=(NO_COMPLETION,))
    assert result.verdict is Verdict.FAIL
    assert result.reason.startswith("The driver broke 1 rule (POST-05): no Post")


def test_many_rules_are_cut_short() -> None:
    """Three rules are named, the rest counted."""
    found = [NO_COMPLETION.model_copy(update={"rule": f"POST-{n:02}"}) for n in range(5)]
    assert "5 rules (POST-00, POST-01, POST-02 and 2 more)" in run(association(1, *found)).reason


def test_lab_fault_is_miss_and_says_how_far_it_got() -> None:
    """The sentence names the cause and the progress; the driver is not blamed."""
    result = run(association(1), requested_associations=20, lab_faults=(GONE,))
    assert result.verdict is Verdict.MISS
    assert result.reason == (
        "The lab broke (1 of 20 associations ran): QEMU exited with signal 9."
    )  # fmt: skip


def test_a_rule_the_os_side_broke_blames_the_lab() -> None:
    """With the reference guest the OS side is ours, so its breach says nothing of the driver."""
    found = NO_COMPLETION.model_copy(update={"rule": "POST-01", "severity": "MISS"})
    result = run(association(1, found))
    assert result.verdict is Verdict.MISS
    assert result.reason.startswith("The lab broke (1 of 1 association ran): POST-01: no Post")


def test_nothing_ran() -> None:
    """Without a lab fault that is the test's fault, with one it is the lab's."""
    assert run(requested_associations=20).verdict is Verdict.ERROR
    assert "nothing in the lab says why" in run(requested_associations=20).reason
    assert run(requested_associations=20, lab_faults=(GONE,)).verdict is Verdict.MISS


def test_early_end_without_a_reason_is_miss() -> None:
    """Fewer associations than asked for are never PASS."""
    result = run(association(1), requested_associations=2)
    assert (result.verdict, result.reason) == (
        Verdict.MISS, "The run ended early: 1 of 2 associations ran.",
    )  # fmt: skip


def test_error_names_its_cause() -> None:
    """An error inside an association reaches the run's sentence."""
    result = run(association(1, error="the scenario's rule never matched"))
    assert result.verdict is Verdict.ERROR
    assert result.reason == "Nothing was judged: the scenario's rule never matched."


def test_rejudge_adds_the_fault_and_keeps_what_weighs_more() -> None:
    """A late lab fault turns PASS into MISS, but not FAIL."""
    assert rejudge(run(association(1)), GONE).verdict is Verdict.MISS
    failed = rejudge(run(association(1, NO_COMPLETION)), GONE)
    assert failed.verdict is Verdict.FAIL
    assert failed.lab_faults == (GONE,)
