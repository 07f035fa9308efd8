# SPDX-License-Identifier: GPL-2.0-or-later
"""What became of every rule in every association, laid out as rows of columns.

A column is an association; of a long run several, told by the gravest state among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, final

from harness.checks.evaluate import NOT_EXERCISED
from harness.results.model import RunResult
from harness.results.wording import ranges

State = Literal["fail", "miss", "warn", "waived", "undecided", "held", "none"]

WORDS: dict[State, str] = {
    "fail": "broken",
    "miss": "broken by the lab",
    "warn": "broken (warning)",
    "waived": "waived",
    "undecided": "undecided",
    "held": "held",
    "none": "not put to the test",
}
"""The states, the gravest first: where several apply, that one is shown."""

_GRAVITY = {state: place for place, state in enumerate(WORDS)}

COLUMNS = 240
"""Most columns drawn."""
NARROWEST, WIDEST = 2.5, 14.0
"""Width of a column, in pixels, of many and of few."""
WIDTH = 600.0
"""What the columns of a long run take together."""
HEIGHT, THIN = 10.0, 4.0
"""Height of a row, and of a stretch in which the rule held, in pixels."""
APART = 60
"""Up to so many columns each is drawn by itself, with a gap; more run together."""


@final
@dataclass(frozen=True)
class Stretch:
    """Neighbouring columns that show one state, drawn as a single rectangle."""

    x: float
    width: float
    state: State
    title: str

    @property
    def height(self) -> float:
        """What went well is a thin line, so that the rest stands out, and not by colour alone."""
        return THIN if self.state == "held" else HEIGHT

    @property
    def y(self) -> float:
        """Its upper edge in pixels from the top of the row; all are centred in it."""
        return (HEIGHT - self.height) / 2


class Coverage:
    """The state of each rule in each association of a run: kept, broken, undecided or not seen."""

    def __init__(self, result: RunResult) -> None:
        self._indices = [item.index for item in result.associations]
        self._place = {index: place for place, index in enumerate(self._indices)}
        self.per_column = max(1, -(-len(self._indices) // COLUMNS))
        self._columns = -(-len(self._indices) // self.per_column)
        self._column_width = max(NARROWEST, min(WIDEST, WIDTH / max(self._columns, 1)))
        self.width = round(self._columns * self._column_width, 1)
        self._states: dict[str, dict[int, State]] = {}
        self._elsewhere: dict[str, State] = {}
        for rule, index, state in _states(result):
            if index in self._place:
                own = self._states.setdefault(rule, {})
                own[index] = graver(own.get(index, "none"), state)
            else:
                self._elsewhere[rule] = graver(self._elsewhere.get(rule, "none"), state)

    def overall(self, rule: str) -> State:
        """How a rule came out: broken if it was anywhere, held if it was and nowhere broken."""
        states = {self._elsewhere.get(rule, "none"), *self._states.get(rule, {}).values()}
        if "held" in states:
            states.discard("undecided")
        return min(states, key=_GRAVITY.__getitem__)

    def told(self, rule: str) -> str:
        """What the columns of a rule show, in words, the gravest first."""
        found: dict[State, list[int]] = {}
        for index, state in sorted(self._states.get(rule, {}).items()):
            found.setdefault(state, []).append(index)
        return "; ".join(
            f"association{'s' if len(found[state]) > 1 else ''} {ranges(found[state])}: {word}"
            for state, word in WORDS.items()
            if state in found
        )

    def stretches(self, rule: str) -> Iterator[Stretch]:
        """The columns of a rule in order, without those in which it was not put to the test."""
        columns: list[State] = ["none"] * self._columns
        for index, state in self._states.get(rule, {}).items():
            column = self._place[index] // self.per_column
            columns[column] = graver(columns[column], state)
        start = 0
        for column in range(1, self._columns + 1):
            apart = self._columns <= APART
            if apart or column == self._columns or columns[column] != columns[start]:
                if columns[start] != "none":
                    yield self._stretch(columns[start], start, column)
                start = column

    def _stretch(self, state: State, start: int, end: int) -> Stretch:
        own = self._indices[start * self.per_column : end * self.per_column]
        some = "some of " if self.per_column > 1 else ""
        plural = "s" if len(own) > 1 else ""
        gap = 2 if self._columns <= APART else 0
        x, right = start * self._column_width, end * self._column_width - gap
        title = f"{some}association{plural} {ranges(own)}: {WORDS[state]}"
        return Stretch(round(x, 1), round(right - x, 1), state, title)


def graver(one: State, other: State) -> State:
    """The state that is shown where both apply."""
    return min(one, other, key=_GRAVITY.__getitem__)


def state_of(severity: str) -> State:
    """The state of a rule that has a finding of this severity."""
    states: Mapping[str, State] = {"FAIL": "fail", "MISS": "miss"}
    return states.get(severity, "warn")


def _states(result: RunResult) -> Iterator[tuple[str, int | None, State]]:
    """Everything the result says of a rule in an association; None: outside any."""
    for rule, spans in result.rules.held.items():
        for first, last in spans:
            for index in range(first, last + 1):
                yield rule, index, "held"
    for rule in set(result.rules.checked) - set(result.rules.held):
        yield rule, None, "held"
    for item in result.rules.undecided:
        if item.reason != NOT_EXERCISED:
            yield item.rule, item.association, "undecided"
    for waived in result.rules.waived:
        yield waived.finding.rule, waived.finding.association, "waived"
    for finding in result.findings:
        yield finding.rule, finding.association, state_of(finding.severity)
    for association in result.associations:
        for finding in association.findings:
            yield finding.rule, association.index, state_of(finding.severity)
