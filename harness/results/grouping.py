# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings of a run grouped by rule, with the rule's text: what a person reads first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, final

from harness.results.model import FindingResult, RunResult


class RuleText(Protocol):
    """The part of a rule of ``harness.checks`` that is shown to people."""

    @property
    def cls(self) -> str:
        """M mandatory, M(OS) a duty of the OS, C contradicted, D derived, S seen in the sample."""

    @property
    def text(self) -> str:
        """The statement that must hold."""

    @property
    def source(self) -> str:
        """The document the statement is taken from."""


@final
@dataclass(frozen=True)
class FindingGroup:
    """All findings of one rule at one severity, in order of association."""

    rule: str
    severity: str
    findings: tuple[FindingResult, ...]
    cls: str = ""
    text: str = ""
    source: str = ""

    @property
    def associations(self) -> tuple[int, ...]:
        """Indices of the associations concerned, ascending; empty for the run as a whole."""
        return tuple(
            sorted({item.association for item in self.findings if item.association is not None})
        )


def group_findings(
    result: RunResult, rules: Mapping[str, RuleText] | None = None
) -> tuple[FindingGroup, ...]:
    """Group the run's findings by rule: FAIL before WARN, then the most frequent first."""
    grouped: dict[tuple[str, str], list[FindingResult]] = {}
    for finding in _numbered(result):
        grouped.setdefault((finding.severity, finding.rule), []).append(finding)
    order = sorted(grouped.items(), key=lambda item: (item[0][0], -len(item[1]), item[0][1]))
    return tuple(_group(rule, severity, found, rules) for (severity, rule), found in order)


def _numbered(result: RunResult) -> Iterable[FindingResult]:
    """Yield all findings; those of an association carry its index."""
    yield from result.findings
    for item in result.associations:
        for finding in item.findings:
            yield finding.model_copy(update={"association": item.index})


def _group(
    rule: str, severity: str, found: list[FindingResult], rules: Mapping[str, RuleText] | None
) -> FindingGroup:
    known = (rules or {}).get(rule)
    if known is None:
        return FindingGroup(rule, severity, tuple(found))
    return FindingGroup(rule, severity, tuple(found), known.cls, known.text, known.source)
