# SPDX-License-Identifier: GPL-2.0-or-later
"""The broken rules as the report shows them: statement, messages, and the evidence around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from harness.checks.catalogue import CLASSES
from harness.evidence.timeline import TimelineEvent
from harness.report.ladder import relative_ms
from harness.report.origin import Clocks
from harness.report.steps import described, slice_around
from harness.results.grouping import FindingGroup, RuleText, group_findings
from harness.results.model import FindingResult, RunResult
from harness.results.wording import ranges
from harness.text import clean

Timelines = Mapping[int, Sequence[TimelineEvent]]
Rules = Mapping[str, RuleText]

SLICES_PER_RULE = 2
LISTED_PER_RULE = 12
_A_TIME = re.compile(r"\b\d+(\.\d+)? (?=(s|ms|µs)\b)")


@final
@dataclass(frozen=True)
class SliceRow:
    """One event as text; ``named`` says that the finding names it as its evidence."""

    at_ms: str
    owner: str
    lane: str
    label: str
    detail: str
    named: bool
    seq: int | None = None
    """Of its record in the trace."""
    packet: int | None = None
    """Of its frame in the capture, as Wireshark numbers them."""


@final
@dataclass(frozen=True)
class Slice:
    """The evidence around one finding: which association, and rows of the timeline."""

    title: str
    rows: tuple[SliceRow, ...]
    origin: str = ""
    """What 0 ms is on the clocks of the evidence; empty if that is not known."""

    @property
    def several(self) -> bool:
        """Some rows are one adapter's, some another's."""
        return any(row.owner for row in self.rows)


@final
@dataclass(frozen=True)
class MessageView:
    """One message of a rule, the associations it was said of, and the first one's records."""

    text: str
    records: str
    indices: tuple[int, ...]
    more: int


@final
@dataclass(frozen=True)
class FindingView:
    """A broken rule with what is known of it and the evidence that shows it."""

    group: FindingGroup
    class_meaning: str
    where: str
    messages: tuple[MessageView, ...]
    more: int
    slices: tuple[Slice, ...]

    @property
    def times(self) -> int:
        """How often it was broken, over all associations and the run as a whole."""
        return len(self.group.findings)


def findings(
    result: RunResult, timelines: Timelines, rules: Rules, clocks: Clocks | None = None
) -> tuple[FindingView, ...]:
    """The broken rules, each with its text and the evidence of its first breaches."""
    return tuple(_finding(group, timelines, clocks) for group in group_findings(result, rules))


def _finding(group: FindingGroup, timelines: Timelines, clocks: Clocks | None) -> FindingView:
    messages = tuple(_messages(group.findings))
    return FindingView(
        group=group,
        class_meaning=CLASSES.get(group.cls, ""),
        where=_where(group),
        messages=messages[:LISTED_PER_RULE],
        more=max(len(messages) - LISTED_PER_RULE, 0),
        slices=tuple(_slices(group.findings, timelines, clocks)),
    )


def _where(group: FindingGroup) -> str:
    found = group.associations
    if not found:
        return "the run as a whole"
    if len(found) > LISTED_PER_RULE:
        return f"{len(found)} associations"
    return f"association{'s' if len(found) > 1 else ''} {ranges(found)}"


def _messages(found: Iterable[FindingResult]) -> Iterable[MessageView]:
    """Say each different message once, with the associations it was said of.

    Those that differ in a measured time alone are one.
    """
    alike: dict[str, list[FindingResult]] = {}
    for finding in found:
        alike.setdefault(_A_TIME.sub("…", finding.message), []).append(finding)
    for same in alike.values():
        indices = tuple(one.association for one in same if one.association is not None)
        message = same[0].message
        if any(one.message != message for one in same):
            message += f" (the time of #{same[0].association})"
        yield MessageView(
            clean(message), _records(same[0]), indices[:LISTED_PER_RULE],
            max(len(indices) - LISTED_PER_RULE, 0),
        )  # fmt: skip


def _records(found: FindingResult) -> str:
    if not found.evidence:
        return ""
    process = f" of process {found.process}" if found.process else ""
    noun = "record" if len(set(found.evidence)) == 1 else "records"
    return f"trace {noun} {ranges(sorted(set(found.evidence)))}{process}"


def _slices(
    found: Iterable[FindingResult], timelines: Timelines, clocks: Clocks | None
) -> Iterable[Slice]:
    made = 0
    for finding in found:
        events = timelines.get(finding.association) if finding.association else None
        if not events or made == SLICES_PER_RULE:
            continue
        chosen = slice_around(events, finding.at_ns, finding.evidence)
        if chosen:
            made += 1
            origin = min(event.at_ns for event in events)
            rows = (_slice_row(event, origin, finding) for event in chosen)
            title = f"Association {finding.association}"
            records = _records(finding)
            told = clocks.origin(origin) if clocks else ""
            yield Slice(f"{title}, {records}" if records else title, tuple(rows), told)


def _slice_row(event: TimelineEvent, origin: int, finding: FindingResult) -> SliceRow:
    named = event.detail.get("seq") in finding.evidence
    label = f"{event.label} {event.direction}".strip()
    lane = {"air": "air", "handler": "handler", "framework": "framework"}.get(event.lane, "WLAN")
    owner = str(event.owner or "")
    at_ms = relative_ms(event.at_ns - origin)
    detail = described(event, without=("seq", "number", "pcapng"))
    seq, packet = event.detail.get("seq"), event.detail.get("pcapng")
    return SliceRow(
        at_ms, owner, lane, clean(label, 80), detail, named,
        seq if isinstance(seq, int) else None, packet if isinstance(packet, int) else None,
    )  # fmt: skip
