# SPDX-License-Identifier: GPL-2.0-or-later
"""From the parts of a finished run to its verdict and the sentence that explains it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from harness.results.model import AssociationResult, FindingResult, LabFaultResult, RunResult
from harness.results.verdict import Verdict, association_verdict, run_verdict


def judge_association(
    findings: Iterable[FindingResult],
    *,
    lab_fault: LabFaultResult | None = None,
    error: str | None = None,
    missing: tuple[str, ...] = (),
    judged: bool = True,
    **fields: Any,
) -> AssociationResult:
    """Build an association's result and give it its verdict; ``fields`` are the model's others."""
    findings = tuple(findings)
    verdict = association_verdict(
        [finding.severity for finding in findings],
        lab_fault=lab_fault is not None,
        missing=bool(missing),
        error=error is not None,
        judged=judged,
    )
    return AssociationResult(
        verdict=verdict, findings=findings, lab_fault=lab_fault, error=error, missing=missing,
        **fields,
    )  # fmt: skip


def judge_run(**fields: Any) -> RunResult:
    """Build a run's result from the model's fields and give it its verdict and its reason."""
    return rejudge(RunResult(verdict=Verdict.ERROR, **fields))


def rejudge(result: RunResult, *lab_faults: LabFaultResult) -> RunResult:
    """Return the result with these lab faults added, its verdict and reason made anew."""
    result = result.model_copy(update={"lab_faults": result.lab_faults + lab_faults})
    verdict = run_verdict(
        [item.verdict for item in result.associations],
        requested=result.requested_associations,
        severities=[finding.severity for finding in result.findings],
        lab_fault=bool(result.lab_faults),
        missing=bool(result.missing),
        error=bool(result.errors),
    )
    result = result.model_copy(update={"verdict": verdict})
    return result.model_copy(update={"reason": reason(result)})


def reason(result: RunResult) -> str:
    """Say in one sentence why the run has its verdict."""
    return _REASONS[result.verdict](result)


def _fail(result: RunResult) -> str:
    broken = [finding for finding in result.all_findings if finding.severity == "FAIL"]
    rules = [rule for rule, _ in Counter(finding.rule for finding in broken).most_common()]
    named = _listed(rules, 3)
    hit = sum(1 for item in result.associations if item.verdict is Verdict.FAIL)
    first = next((finding.message for finding in broken if finding.rule == rules[0]), "")
    where = f"in {hit} of {_plural(len(result.associations), 'association')}" if hit else ""
    text = f"The driver broke {_plural(len(rules), 'rule')} ({named}) {where}".rstrip()
    return f"{text}: {_clause(first)}." if first else f"{text}."


def _error(result: RunResult) -> str:
    causes = [*result.errors, *(item.error for item in result.associations if item.error)]
    if causes:
        return f"Nothing was judged: {_clause(causes[0])}."
    return "No association ran and nothing in the lab says why."


def _miss(result: RunResult) -> str:
    ran, asked = len(result.associations), result.requested_associations
    progress = f"{ran} of {_plural(asked, 'association')} ran" if ran else "no association ran"
    missed = [finding for finding in result.all_findings if finding.severity == "MISS"]
    causes = [fault.message for fault in result.all_lab_faults]
    causes += [f"{finding.rule}: {finding.message}" for finding in missed]
    lacking = [text for item in result.associations for text in item.missing]
    lacking += result.missing
    if lacking and not causes:
        return f"Not all of the evidence is there ({progress}): {_clause(lacking[0])}."
    if not causes:
        return f"The run ended early: {progress}."
    unmet = not result.all_lab_faults and missed[0].rule.startswith("EXPECT")
    who = "Nothing is known of the driver" if unmet else "The lab broke"
    return f"{who} ({progress}): {_clause(causes[0])}."


def _pass(result: RunResult) -> str:
    ran, rules = len(result.associations), len(result.rules.checked)
    who = f"All {ran} associations obeyed" if ran > 1 else "The association obeyed"
    warned = sum(1 for finding in result.all_findings if finding.severity == "WARN")
    text = f"{who} the {_plural(rules, 'rule')} checked"
    remarks = [_plural(warned, "warning")] if warned else []
    if result.rules.waived:
        remarks.append(f"{_plural(len(result.rules.waived), 'finding')} waived")
    return f"{text}, with {' and '.join(remarks)}." if remarks else f"{text}."


def _done(result: RunResult) -> str:
    return f"{_plural(len(result.associations), 'association')} measured, nothing judged."


def _skip(result: RunResult) -> str:
    return "Nothing was run, on purpose."


_REASONS = {
    Verdict.FAIL: _fail,
    Verdict.ERROR: _error,
    Verdict.MISS: _miss,
    Verdict.PASS: _pass,
    Verdict.DONE: _done,
    Verdict.SKIP: _skip,
}


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _listed(names: list[str], limit: int) -> str:
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


def _clause(text: str) -> str:
    """Return one line without its final stop, to stand inside a sentence."""
    return " ".join(text.split()).rstrip(".")
