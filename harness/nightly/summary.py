# SPDX-License-Identifier: GPL-2.0-or-later
"""A night as it is told at the terminal: what changed first, and the gate last. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from harness.history.changes import Changed, Outcome, changes, outcomes
from harness.history.model import (
    PASSED,
    Cell,
    CellState,
    Mark,
    Night,
    NightState,
    RunSummary,
    deciding,
)
from harness.nightly.crashes import CrashGroup
from harness.nightly.gate import GateResult, failures
from harness.results.verdict import Verdict
from harness.results.wording import span_s
from harness.text import clean

LISTED = 20
"""So many lines of one kind are shown; how many more there are is said."""


@final
@dataclass(frozen=True, slots=True)
class NightReport:
    """A night, what it is compared with and what came of it, as the closing summary tells it."""

    night: Night
    duration_s: float
    base: Night | None
    """The night that it is compared with, if there is one."""
    runs: Mapping[str, RunSummary]
    """The night's runs by their ids."""
    crashes: Sequence[CrashGroup]
    gate: GateResult
    notes: Sequence[str] = ()

    def lines(self) -> list[str]:
        """The night in lines, the most wanted first and the verdict last."""
        parts = (
            self._changes(), self._failures(), self._crashes(), self.notes, self._left_out(),
        )  # fmt: skip
        told = [line for part in parts for line in ([*part, ""] if part else [])]
        return ["", *told, self._counts(), *self._gate()]

    def _changes(self) -> list[str]:
        if self.base is None:
            return ["first night of this plan: there is none to compare it with"]
        here = {one.test for one in self.night.cells}
        whole = self.base.plan == self.night.plan
        base = {
            test: one for test, one in outcomes(self.base.cells).items() if whole or test in here
        }
        found = changes(base, outcomes(self.night.cells))
        head = f"since {self.base.started_at:%Y-%m-%d %H:%M} UTC, night {self.base.id}"
        if not found:
            return [f"{head}: nothing changed, and nothing fails"]
        counts = Counter(one.change for one in found)
        said = ", ".join(f"{count} {change}" for change, count in counts.items())
        return [f"{head}: {said}", *_cut([_changed(one) for one in found])]

    def _failures(self) -> list[str]:
        told = [one for one in self.night.cells if _is_told(one)]
        blocks = ["\n".join(self._failure(one)) for one in told]
        return "\n".join(_cut(blocks)).splitlines()

    def _failure(self, cell: Cell) -> Iterator[str]:
        mark = f", {cell.mark}: {clean(cell.mark_reason)}" if cell.mark else ""
        retried = _tries(cell) if cell.retried else ""
        flaky = ", flaky" if cell.flaky else ""
        repetition = f" #{cell.repetition}" if cell.repetition > 1 else ""
        yield f"{cell.verdict}  {cell.test.id}{repetition}{retried}{flaky}{mark}"
        worst = min(cell.judged, key=lambda one: (one.verdict or Verdict.SKIP).priority)
        shown = (worst if cell.verdict in PASSED else deciding(cell.attempts)) or worst
        yield f"      {clean(shown.reason)}"
        run = self.runs.get(shown.run_id or "")
        if run is not None:
            yield f"      report: {Path(run.path) / 'report.html'}"
            yield f"      again:  {clean(run.command)}"

    def _crashes(self) -> list[str]:
        return _cut(
            [
                f"crash {clean(one.in_words())}: in {', '.join(test.id for test in one.tests)}; "
                f"seen in {one.nights} night{'s' * (one.nights > 1)}, first on "
                f"{one.first_at:%Y-%m-%d}"
                for one in self.crashes
            ]
        )

    def _left_out(self) -> list[str]:
        left: dict[str, list[str]] = {}
        for one in self.night.cells:
            if one.state is CellState.LEFT_OUT:
                left.setdefault(one.mark_reason, []).append(f"  {_label(one)}")
        return [
            line for why, cells in left.items() for line in (f"left out, {clean(why)}:", *cells)
        ]

    def _counts(self) -> str:
        verdicts = (one.verdict for one in self.night.cells if one.judged)
        ran = Counter(one for one in verdicts if one is not None)
        marks = Counter(
            one.mark for one in self.night.cells if one.mark and one.mark is not Mark.EXPECTED
        )
        listed = [f"{ran[one]} {one}" for one in Verdict if ran[one]]
        listed += [f"{count} of it {mark}" for mark, count in marks.items()]
        flaky = sum(one.flaky for one in self.night.cells)
        listed += [f"{flaky} flaky"] if flaky else []
        total = len(self.night.cells)
        return (
            f"{self.night.plan}: {sum(ran.values())} of {total} cells in "
            f"{span_s(self.duration_s)}: {', '.join(listed) or 'none ran'} (night {self.night.id})"
        )

    def _gate(self) -> list[str]:
        if self.night.state is NightState.INTERRUPTED:
            return ["interrupted: the same command goes on with it"]
        if self.gate.holds:
            return ["gate: holds"]
        return [f"gate: does not hold: {one}" for one in self.gate.broken]


def _is_told(cell: Cell) -> bool:
    return bool(cell.judged) and (
        cell.retried
        or bool(failures([cell]))
        or cell.mark in (Mark.KNOWN_ISSUE, Mark.QUARANTINE)
    )  # fmt: skip


def _tries(cell: Cell) -> str:
    """The other attempts: those before the one that decides, or else those that came behind."""
    verdicts = [str(one.verdict) for one in cell.judged]
    if cell.judged[-1].verdict is cell.verdict:
        return f", after {' and '.join(verdicts[:-1])}"
    return f", then {' and '.join(verdicts[1:])}"


def _changed(one: Changed) -> str:
    mark = f" ({one.new.mark})" if one.new and one.new.mark not in (None, Mark.EXPECTED) else ""
    return f"  {one.change:<14} {one.test.id}: {_side(one.base)} → {_side(one.new)}{mark}"


def _side(outcome: Outcome | None) -> str:
    if outcome is None:
        return "not there"
    if outcome.verdict is None:
        return "did not run"
    return f"{outcome.verdict}, flaky" if outcome.flaky else str(outcome.verdict)


def _label(cell: Cell) -> str:
    return cell.test.id if cell.repetition == 1 else f"{cell.test.id} #{cell.repetition}"


def _cut(lines: list[str]) -> list[str]:
    more = len(lines) - LISTED
    return [*lines[:LISTED], f"  and {more} more (hil board)"] if more > 0 else lines
