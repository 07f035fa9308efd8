# SPDX-License-Identifier: GPL-2.0-or-later
"""junit.xml: one testcase per association, blame in the right element."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from harness.results import FindingResult, LabFaultResult, RunResult, junit_xml
from tests.unit.results.samples import NO_COMPLETION, association, run

GONE = LabFaultResult(
    message="SSH gone", awaited="answer to clock", waited_s=5, last_state="connected"
)  # fmt: skip


@dataclass(frozen=True)
class Element:
    """What a schema says of an element: its children in order (a pattern), and its attributes."""

    children: str = ""
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


BLAME = Element(required=("type",), optional=("message",))
ANT = {
    "testsuites": Element("(testsuite )*"),
    "testsuite": Element(
        "properties (testcase )*system-out system-err ",
        ("name", "timestamp", "hostname", "tests", "failures", "errors", "time", "id", "package"),
    ),
    "properties": Element("(property )*"),
    "property": Element(required=("name", "value")),
    "testcase": Element("(skipped |error |failure )?", ("name", "classname", "time")),
    "failure": BLAME,
    "error": BLAME,
    "skipped": Element(),
    "system-out": Element(),
    "system-err": Element(),
}
"""The structure of JUnit.xsd for the report task of Apache Ant, without what ours never has."""

JENKINS = ANT | {
    "testsuites": Element(
        "(testsuite )*", (), ("name", "time", "tests", "failures", "disabled", "errors")
    ),
    "testsuite": Element(
        "((properties|testcase|system-out|system-err) )*",
        ("name", "tests", "failures", "errors"),
        ("group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log",
         "url", "version"),
    ),
    "testcase": Element(
        "((skipped|error|failure|system-out|system-err) )*", ("name",),
        ("classname", "time", "group"),
    ),
    "failure": Element(optional=("type", "message")),
    "error": Element(optional=("type", "message")),
    "skipped": Element(optional=("type", "message")),
}  # fmt: skip
"""That of junit-10.xsd, by which Jenkins' xunit plugin reads."""

VALUES = {
    "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    "hostname": r"\S+",
    "tests|failures|errors|id": r"\d+",
    "time": r"\d+\.\d+",
    "name|package|type": r"(?s).+",
}
"""Attributes → what their values look like."""


def check(element: ET.Element, schema: dict[str, Element]) -> None:
    """Fail unless an element and all below it are as the schema says."""
    told = schema[element.tag]
    children = "".join(f"{child.tag} " for child in element)
    assert re.fullmatch(told.children, children), (element.tag, children)
    given = set(element.attrib)
    assert set(told.required) <= given <= {*told.required, *told.optional}, element.tag
    for names, pattern in VALUES.items():
        for name in given & set(names.split("|")):
            assert re.fullmatch(pattern, element.attrib[name]), (element.tag, name)
    for child in element:
        check(child, schema)


def suite_of(result: RunResult) -> ET.Element:
    """The only testsuite of the document, which both schemas take."""
    root = ET.fromstring(junit_xml(result))
    for schema in (ANT, JENKINS):
        check(root, schema)
    (suite,) = root
    cases = suite.findall("testcase")
    counted = {tag: len(suite.findall(f"testcase/{tag}")) for tag in ("failure", "error")}
    assert suite.get("tests") == str(len(cases))
    assert (suite.get("failures"), suite.get("errors")) == (
        str(counted["failure"]), str(counted["error"]),
    )  # fmt: skip
    return suite


def test_one_testcase_per_association() -> None:
    """PASS is a bare testcase with the association's duration."""
    suite = suite_of(run(association(1), association(2)))
    assert [case.get("name") for case in suite.findall("testcase")] == [
        "association 1", "association 2",
    ]  # fmt: skip
    assert suite.findall("testcase")[0].get("time") == "1.500"
    assert suite.get("timestamp") == "2026-11-22T16:30:05"


def test_fail_is_failure_with_rule_and_message() -> None:
    """The failure's type is the rule id."""
    suite = suite_of(run(association(1, NO_COMPLETION)))
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.get("type") == "POST-05"
    assert "within 10 s" in (failure.get("message") or "")


def test_miss_and_error_are_errors() -> None:
    """Neither the lab's nor the test's fault reads as the driver's."""
    suite = suite_of(run(association(1, lab_fault=GONE), association(2, error="bad rule")))
    assert suite.get("failures") == "0"
    miss, error = suite.findall("testcase/error")
    assert miss.get("type") == "MISS"
    assert miss.text == "SSH gone; waited for 5.0 s for answer to clock; last state: connected"
    assert (error.get("type"), error.text) == ("ERROR", "bad rule")


def test_missing_evidence_is_an_error() -> None:
    """Of the association it is missing from, or of the run."""
    suite = suite_of(run(association(1, missing=("frame 7 is missing",)), missing=("no end",)))
    assert suite.get("failures") == "0"
    whole, first = suite.findall("testcase/error")
    assert (first.get("type"), first.get("message")) == ("MISS", "frame 7 is missing")
    assert (whole.get("type"), whole.get("message")) == ("MISS", "no end")


def test_run_without_association_is_not_green() -> None:
    """A testcase named "run" carries the error."""
    suite = suite_of(run(requested_associations=20, lab_faults=(GONE,)))
    (case,) = suite.findall("testcase")
    assert (case.get("name"), suite.get("errors")) == ("run", "1")


def test_finding_of_the_run_as_a_whole() -> None:
    """A load or service rule broken outside any association is a failure of "run"."""
    suite = suite_of(run(association(1), findings=(NO_COMPLETION,)))
    assert [case.get("name") for case in suite.findall("testcase/failure/..")] == ["run"]


def test_hostile_text_stays_text() -> None:
    """Markup and characters XML cannot hold neither break nor enter the document."""
    evil = "\x00\x1b[31m]]><failure/>&\ud800\uffff"
    found = FindingResult(rule="X<1>", severity="FAIL", message=evil)
    suite = suite_of(run(association(1, found), scenario=evil))
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "\ufffd\ufffd[31m]]><failure/>&\ufffd\ufffd" in (failure.text or "")
