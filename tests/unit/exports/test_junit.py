# SPDX-License-Identifier: GPL-2.0-or-later
"""A night as JUnit XML: the common schemas take it, and the blame is in the right element."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

from harness.exports import Document
from harness.exports.junit import as_junit
from harness.history.model import Night, NightState
from tests.unit.exports.samples import AT, document
from tests.unit.results.test_junit import ANT, JENKINS, check


def suites(told: Document) -> list[ET.Element]:
    """The suites of the document, which both schemas take."""
    root = ET.fromstring(as_junit(told))
    for schema in (ANT, JENKINS):
        check(root, schema)
    return root.findall("testsuite")


def test_the_blame_is_in_the_right_element() -> None:
    """FAIL is a failure; ERROR and MISS are errors; what is known, or left out, is skipped."""
    (suite,) = suites(document())
    blamed = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert blamed == {
        "good": [], "broken": ["failure"], "retried": [], "lab-broke": ["error"],
        "wrong": ["error"], "known": ["skipped"], "crashes #2": ["failure"], "killed": ["error"],
        "left-out": ["skipped"], "to-come": ["error"],
    }  # fmt: skip
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("10", "2", "4")
    kinds = {case.get("name"): child.get("type") for case in suite.iter("testcase")
             for child in case}  # fmt: skip
    assert (kinds["broken"], kinds["wrong"], kinds["killed"]) == (
        "KEY-01,POST-05", "ERROR", "MISS",
    )  # fmt: skip


def test_retries_known_issues_and_crashes_are_told() -> None:
    """Where the schemas have room for them."""
    (suite,) = suites(document())
    said = suite.findtext("system-out") or ""
    assert "acme/retried: attempts: MISS, then PASS" in said
    assert "acme/known: FAIL, known issue: ticket 7, until 2027-01-01: POST-05" in said
    failure = suite.find("testcase[@name='crashes #2']/failure")
    assert failure is not None
    assert "crash 0xC0000005 in vendor.dll!Foo+0x12 < ntdll.dll+0x1234" in (failure.text or "")
    assert "again: ./hil run x --dll 'a|b.dll'" in (failure.text or "")


def test_a_fact_without_a_name_has_one() -> None:
    """Ant's schema takes no blank one, and the whole file is refused for it."""
    (suite,) = suites(replace(document(), facts={" ": "x"}))
    assert suite.find("properties/property[@name='-']") is not None


def test_a_night_of_no_cells_is_not_green() -> None:
    """That nothing ran is an error."""
    from harness.exports import of_night

    night = Night("n", "p", "00", AT, AT, NightState.COMPLETE, ())
    (suite,) = suites(of_night(night, {}, (), {}))
    assert (suite.get("tests"), suite.get("errors")) == ("1", "1")
