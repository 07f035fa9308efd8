# SPDX-License-Identifier: GPL-2.0-or-later
"""JUnit XML of a night: a suite for each guest, radio and DLL, a testcase for each test.

FAIL is a failure, ERROR and MISS are errors, a known issue is skipped, and so is what is still to
come. The layout is that of a run's `junit.xml` (`harness.results.junit`), which all common schemas
take; they leave no room at a testcase that passed, so that retries are told in the suite's output.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import UTC

from harness.exports.document import Document, Entry, crash_text
from harness.results import Verdict
from harness.results.junit import blame, xml_text


def as_junit(document: Document) -> str:
    """The text of the file (UTF-8)."""
    root = ET.Element("testsuites")
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for entry in document.entries:
        groups.setdefault(entry.group, []).append(entry)
    if not groups:  # that nothing ran must not look green
        nothing = Entry("run", (document.title,), "run", Verdict.ERROR, "nothing ran")
        groups = {nothing.group: [nothing]}
    for number, (group, entries) in enumerate(groups.items()):
        root.append(_suite(document, number, ".".join(group), entries))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _suite(document: Document, number: int, name: str, entries: Sequence[Entry]) -> ET.Element:
    cases = [_case(name, entry) for entry in entries]
    suite = ET.Element(
        "testsuite",
        name=xml_text(f"wlan-hil.{name}"),
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(sum(case.find("error") is not None for case in cases)),
        time=f"{sum(entry.duration_s for entry in entries):.3f}",
        timestamp=document.started_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        hostname=re.sub(r"\s", "_", xml_text(entries[0].group[0])) or "guest",
        id=str(number),
        package="hil",
    )
    listed = ET.SubElement(suite, "properties")
    told = {"id": document.id, "plan": document.title, "state": document.state, **document.facts}
    for key, value in told.items():
        name = xml_text(key).strip() or "-"  # Ant's schema wants one
        ET.SubElement(listed, "property", name=name, value=xml_text(value))
    suite.extend(cases)
    said = "\n".join(line for entry in entries for line in _remarks(entry))
    ET.SubElement(suite, "system-out").text = xml_text(said)
    ET.SubElement(suite, "system-err")
    return suite


def _case(group: str, entry: Entry) -> ET.Element:
    case = ET.Element(
        "testcase",
        name=xml_text(entry.name),
        classname=xml_text(f"wlan-hil.{group}"),
        time=f"{entry.duration_s:.3f}",
    )
    verdict = entry.verdict
    shown = Verdict.SKIP if entry.muted or verdict is None else verdict
    rules = {one.rule for one in entry.findings if one.severity != "WARN"}
    again = [f"again: {entry.run.command}"] if entry.run else []
    crash = [f"crash {crash_text(entry.crash)}"] if entry.crash else []
    blame(case, shown, rules, [*(entry.details or (entry.reason,)), *crash, *again])
    return case


def _remarks(entry: Entry) -> list[str]:
    """What a testcase has no room for, a line each."""
    remarks = []
    if entry.muted:
        remarks.append(f"{entry.id}: {entry.verdict}, {entry.marked}: {entry.message}")
    if entry.verdict in (None, Verdict.SKIP):
        remarks.append(f"{entry.id}: {entry.reason}")
    if entry.retried:
        remarks.append(f"{entry.id}: attempts: {entry.retried}")
    if entry.crash and (entry.muted or entry.flaky):
        remarks.append(f"{entry.id}: crash {crash_text(entry.crash)}")
    return remarks
