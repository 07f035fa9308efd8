# SPDX-License-Identifier: GPL-2.0-or-later
"""The contract page: every rule of the interface against every association of a run.

Nothing is left out: a rule that nothing put to the test has an empty row, and one that cannot be
observed says what that would take.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, final

from harness.checks.catalogue import CLASSES, FAMILIES, Entry
from harness.checks.evaluate import NOT_EXERCISED
from harness.report.broken import FindingView, Timelines, findings
from harness.report.coverage import WORDS, Coverage, State, Stretch
from harness.report.origin import Clocks
from harness.results.model import RunResult
from harness.results.wording import ranges
from harness.text import clean

BROKEN: Final[tuple[State, ...]] = ("fail", "miss", "warn")
"""What comes first, the gravest before the others."""

LISTED = 6
"""Waivers and reasons listed of one rule."""


@final
@dataclass(frozen=True)
class Row:
    """One rule: how it came out as a whole, and along the associations."""

    rule: Entry
    meaning: str
    state: State
    outcome: str
    stretches: tuple[Stretch, ...]
    told: str
    """What the stretches show, in words."""
    broken: tuple[FindingView, ...]
    undecided: tuple[tuple[str, str], ...]
    """Why, and where."""
    waived: tuple[tuple[str, str, str], ...]
    """Message, reason, last day."""
    more_waived: int


@final
@dataclass(frozen=True)
class Family:
    """The rules whose ids share the part before the dash, such as POST, as one table."""

    name: str
    title: str
    rows: tuple[Row, ...]


@final
@dataclass(frozen=True)
class Contract:
    """The whole page; ``width`` is that of every row's drawing, in pixels."""

    families: tuple[Family, ...]
    tally: tuple[tuple[State, int], ...]
    unobservable: int
    width: float
    per_column: int


def contract(
    result: RunResult,
    timelines: Timelines,
    rules: Sequence[Entry],
    clocks: Clocks | None = None,
) -> Contract:
    """Lay the page out: what is broken first, then the families in the order of the contract."""
    coverage = Coverage(result)
    broken: dict[str, list[FindingView]] = {}
    for view in findings(result, timelines, {}, clocks):
        broken.setdefault(view.group.rule, []).append(view)
    rows = [_row(rule, result, coverage, tuple(broken.get(rule.id, ()))) for rule in rules]
    worst = sorted((row for row in rows if row.state in BROKEN), key=_gravity)
    whole = [row for row in rows if row.state not in BROKEN]
    families = (
        Family(name, title, own)
        for name, title in FAMILIES.items()
        if (own := tuple(row for row in whole if row.rule.family == name))
    )
    first = (Family("broken", "Broken in this run", tuple(worst)),) if worst else ()
    observable = [row for row in rows if not row.rule.needs]
    return Contract(
        (*first, *families), _tally(observable), len(rows) - len(observable),
        coverage.width, coverage.per_column,
    )  # fmt: skip


def _gravity(row: Row) -> int:
    return BROKEN.index(row.state)


def _tally(rows: Iterable[Row]) -> tuple[tuple[State, int], ...]:
    states = [row.state for row in rows]
    return tuple((state, states.count(state)) for state in WORDS if state in states)


def _row(
    rule: Entry, result: RunResult, coverage: Coverage, broken: tuple[FindingView, ...]
) -> Row:
    state = coverage.overall(rule.id)
    waived = [one for one in result.rules.waived if one.finding.rule == rule.id]
    return Row(
        rule=rule,
        meaning=CLASSES.get(rule.cls, ""),
        state=state,
        outcome="not observable" if rule.needs else WORDS[state],
        stretches=tuple(coverage.stretches(rule.id)),
        told=coverage.told(rule.id),
        broken=broken,
        undecided=_undecided(rule.id, result),
        waived=tuple(
            (clean(one.finding.message), clean(one.reason), one.expires.isoformat())
            for one in waived[:LISTED]
        ),
        more_waived=max(len(waived) - LISTED, 0),
    )


def _undecided(rule: str, result: RunResult) -> tuple[tuple[str, str], ...]:
    places: dict[str, list[int]] = {}
    for item in result.rules.undecided:
        if item.rule == rule and item.reason != NOT_EXERCISED:
            found = places.setdefault(clean(item.reason), [])
            if item.association is not None:
                found.append(item.association)
    return tuple(
        (why, f"association{'s' if len(where) > 1 else ''} {ranges(where)}" if where else "the run")
        for why, where in list(places.items())[:LISTED]
    )
