# SPDX-License-Identifier: GPL-2.0-or-later
"""JUnit XML of a run, as Jenkins, GitLab and others read it: one testcase per association.

FAIL becomes ``<failure>``, MISS and ERROR become ``<error>`` (the lab or the test broke: no
statement on the driver), SKIP becomes ``<skipped>``. What concerns the run as a whole, and a run
without any association, is one more testcase named "run", so that it can never look green.
The layout keeps to what the schemas have in common that Jenkins' xunit plugin and the Ant project's
report task read by: the root has no attributes, a suite counts no skipped ones. ElementTree is used
and no library for JUnit: junitparser writes both, and lets control characters through, with which
the file is no XML.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from harness.results.model import AssociationResult, FindingResult, LabFaultResult, RunResult
from harness.results.verdict import Verdict, run_verdict
from harness.results.wording import describe_fault

_BLAME = {Verdict.FAIL: "failure", Verdict.ERROR: "error", Verdict.MISS: "error"}


def junit_xml(result: RunResult) -> str:
    """Return the text of ``junit.xml`` (UTF-8), one suite with a testcase for each association."""
    return junit_of_runs([(result.scenario, result)], result.started_at)


def junit_of_runs(runs: Sequence[tuple[str, RunResult | str]], at: datetime) -> str:
    """Return one ``junit.xml`` of several runs, a suite each; ``at`` is when they were over.

    In the place of a run that did not take place stands why, which makes its suite a skipped
    testcase.
    """
    root = ET.Element("testsuites")
    for number, (scenario, result) in enumerate(runs):
        if isinstance(result, str):
            root.append(_suite_not_run(number, scenario, result, at))
        else:
            root.append(_suite(number, result))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _suite(number: int, result: RunResult) -> ET.Element:
    cases = [_association_case(result, item) for item in result.associations]
    whole = _run_case(result)
    if whole is not None:
        cases.insert(0, whole)
    suite = ET.Element("testsuite", _suite_attributes(number, result, cases))
    _properties(suite, result)
    suite.extend(cases)
    ET.SubElement(suite, "system-out").text = xml_text(
        f"{result.verdict}: {result.reason}\n{result.command}"
    )
    ET.SubElement(suite, "system-err")
    return suite


def _suite_not_run(number: int, scenario: str, why: str, at: datetime) -> ET.Element:
    name = f"wlan-hil.{xml_text(scenario)}"
    suite = ET.Element(
        "testsuite",
        name=name, tests="1", failures="0", errors="0", time="0.000",
        timestamp=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"), hostname="guest",
        id=str(number), package="hil",
    )  # fmt: skip
    ET.SubElement(suite, "properties")
    case = ET.SubElement(suite, "testcase", name="run", classname=name, time="0.000")
    ET.SubElement(case, "skipped")
    ET.SubElement(suite, "system-out").text = xml_text(why)
    ET.SubElement(suite, "system-err")
    return suite


def _suite_attributes(number: int, result: RunResult, cases: list[ET.Element]) -> dict[str, str]:
    def having(tag: str) -> str:
        return str(sum(1 for case in cases if case.find(tag) is not None))

    return {
        "name": f"wlan-hil.{xml_text(result.scenario)}",
        "tests": str(len(cases)),
        "failures": having("failure"),
        "errors": having("error"),
        "time": f"{result.duration_s:.3f}",
        "timestamp": result.started_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "hostname": result.guest,
        "id": str(number),
        "package": "hil",
    }


def _properties(suite: ET.Element, result: RunResult) -> None:
    listed = ET.SubElement(suite, "properties")
    facts = {"run": result.run_id, "verdict": result.verdict.value, "guest": result.guest}
    environment = result.environment.model_dump(exclude_none=True)
    for group in ("versions", "other"):
        environment.update(environment.pop(group, {}))
    for name, value in {**facts, **environment}.items():
        ET.SubElement(listed, "property", name=xml_text(name), value=xml_text(str(value)))


def _case(result: RunResult, name: str, duration_s: float | None) -> ET.Element:
    return ET.Element(
        "testcase",
        name=name,
        classname=f"wlan-hil.{xml_text(result.scenario)}",
        time=f"{duration_s or 0:.3f}",
    )


def _association_case(result: RunResult, item: AssociationResult) -> ET.Element:
    case = _case(result, f"association {item.index}", item.duration_s)
    faults = [item.lab_fault] if item.lab_fault else []
    errors = [item.error] if item.error else []
    lines = _words(item.findings, faults, [*errors, *item.missing])
    _blame(case, item.verdict, item.findings, lines)
    return case


def whole_run(result: RunResult) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict of what concerns the run as a whole, PASS if the associations say it all; and
    what it rests on, in words."""
    verdict = run_verdict(
        [Verdict.PASS] * len(result.associations),
        requested=result.requested_associations,
        severities=[finding.severity for finding in result.findings],
        lab_fault=bool(result.lab_faults),
        missing=bool(result.missing),
        error=bool(result.errors),
    )
    if result.verdict is Verdict.SKIP and not result.associations:
        verdict = Verdict.SKIP
    return verdict, _words(
        result.findings, result.lab_faults, [*result.errors, *result.missing]
    )  # fmt: skip


def _words(
    findings: Iterable[FindingResult], faults: Iterable[LabFaultResult], errors: Iterable[str]
) -> tuple[str, ...]:
    broken = (finding for finding in findings if finding.severity != "WARN")
    return (
        *(f"{finding.rule}: {finding.message}" for finding in broken),
        *map(describe_fault, faults),
        *errors,
    )


def _run_case(result: RunResult) -> ET.Element | None:
    """Return the testcase of the run as a whole, or None when the associations say it all."""
    verdict, lines = whole_run(result)
    if verdict is Verdict.PASS:
        return None
    case = _case(result, "run", None)
    _blame(case, verdict, result.findings, lines, result.reason)
    return case


def _blame(
    case: ET.Element,
    verdict: Verdict,
    findings: Iterable[FindingResult],
    lines: Sequence[str],
    fallback: str = "",
) -> None:
    """Add the failure, error or skipped element that the verdict asks for."""
    rules = {finding.rule for finding in findings if finding.severity != "WARN"}
    blame(case, verdict, rules, lines, fallback)


def blame(
    case: ET.Element,
    verdict: Verdict,
    rules: Iterable[str],
    lines: Sequence[str],
    fallback: str = "",
) -> None:
    """Add the failure, error or skipped element that the verdict asks for: of the type of the
    `rules` that were broken, with `lines` for its text."""
    if verdict is Verdict.SKIP:
        ET.SubElement(case, "skipped")
    tag = _BLAME.get(verdict)
    if tag is None:
        return
    kind = ",".join(sorted(set(rules))) or verdict.value
    message = lines[0] if lines else fallback or verdict.meaning
    element = ET.SubElement(case, tag, type=xml_text(kind), message=xml_text(message))
    element.text = xml_text("\n".join(lines) or message)


def xml_text(text: str) -> str:
    """Replace what XML 1.0 cannot hold (control characters, surrogates) by U+FFFD."""
    return "".join(char if _is_xml_char(ord(char)) else "\ufffd" for char in text)


def _is_xml_char(code: int) -> bool:
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or code >= 0x10000
    )
