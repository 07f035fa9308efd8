# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes harness/checks/examples.json: per rule a story that breaks it, as a short timeline.

The stories are those of the tests: the table in `pairs`, and whatever `only_finding` was shown.
Renew the file with: python -m tests.unit.checks.examples
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from harness.checks import RULES, Finding, evaluate
from harness.checks import __file__ as checks_file
from harness.evidence import AssociationEvidence, RunEvidence, timeline
from harness.evidence.timeline import TimelineEvent
from tests.unit.checks import judging
from tests.unit.checks.pairs import PAIRS

FILE: Final = Path(checks_file).with_name("examples.json")
BEFORE, AFTER = 7, 2
"""Events shown around what shows the breach."""


def example(evidence: RunEvidence, finding: Finding) -> dict[str, Any]:
    """The part of the timeline that shows a finding, with the finding."""
    last = max((item.end_ns for item in evidence.associations), default=finding.at_ns)
    whole = AssociationEvidence(
        0, 0, last, tuple(frame for item in evidence.associations for frame in item.frames),
        evidence.trace,
        tuple(note for item in evidence.associations for note in item.notifications),
        log_events=evidence.log_events, crashes=evidence.crashes,
    )  # fmt: skip
    events = [event for event in timeline(whole, evidence.clock) if event.label != "WlanConnect"]
    shown = [event.detail.get("seq") in finding.evidence for event in events]
    at = max((i for i, event in enumerate(events) if event.at_ns <= finding.at_ns), default=0)
    marked = [i for i, hit in enumerate(shown) if hit] or [at]
    near = range(max(0, at - BEFORE), min(len(events), at + AFTER + 1))
    chosen = sorted({*near, *marked})
    start_ns = events[chosen[0]].at_ns
    lines: list[str] = []
    for previous, index in zip([chosen[0], *chosen], chosen, strict=False):
        if index > previous + 1:
            lines.append("           …")
        lines.append(_line(events[index], start_ns, mark=shown[index]))
    return {"severity": finding.severity, "message": finding.message, "timeline": lines}


def _line(event: TimelineEvent, start_ns: int, *, mark: bool) -> str:
    hidden = ("seq", "tid", "duration_us", "number", "length")
    detail = " ".join(f"{k}={v}" for k, v in event.detail.items() if k not in hidden)
    thread = f" [thread {event.detail['tid']}]" if "tid" in event.detail else ""
    what = f"{event.label} {event.direction}{thread} {detail}".strip()
    at_ms = (event.at_ns - start_ns) / 1e6
    return f"{'>' if mark else ' '}{at_ms:>9.2f} {event.lane:<9} {what}"


def told() -> dict[str, dict[str, Any]]:
    """The examples of the table, and of the other rules from what the tests showed so far.

    Of these the file's own example stays while a test still shows it, else the first one shown
    takes its place: a new test, or another order of tests, changes no other rule's example.
    """
    kept = json.loads(FILE.read_text("utf-8"))
    found: dict[str, dict[str, Any]] = {}
    for rule, pair in PAIRS.items():
        evidence = pair.breaks().evidence()
        first = next(item for item in evaluate(evidence).findings if item.rule == rule)
        found[rule] = example(evidence, first)
    for evidence, finding in judging.SHOWN:
        if finding.rule in PAIRS or finding.rule not in RULES:
            continue
        shown = example(evidence, finding)
        if finding.rule not in found or shown == kept.get(finding.rule):
            found[finding.rule] = shown
    return found


def main() -> None:
    """Run the tests of the rules, then write the file."""
    quiet = ["-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    pytest.main([str(Path(__file__).parent), *quiet])
    found = dict(sorted(told().items()))
    FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(found)} examples")


if __name__ == "__main__":
    main()
