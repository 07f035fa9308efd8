# SPDX-License-Identifier: GPL-2.0-or-later
"""What changed in the timing of the newest nights, as `hil compare` says it.

Each night is compared with the last one of its plan that came to its end. Only what is needed of
the history is looked at: the nights from which a comparison learns how much nights differ, and
those that are compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

from harness.board.coding import shown
from harness.board.matrix import FINISHED
from harness.board.trends import UNIT_US
from harness.comparison.compare import LEARNED_FROM, compare
from harness.comparison.sides import Catalogue, NothingToCompare
from harness.comparison.timings import FigureChange, TimingChange
from harness.comparison.wording import p_value, title
from harness.history.model import History, Night, RunSummary, Test, Timings

COMPARED: Final = 3
"""The newest nights of a plan that are compared with what came before them."""
TOLD: Final = {
    TimingChange.REGRESSION: "slower",
    TimingChange.FIXED: "fixed",
    TimingChange.FASTER: "faster",
    TimingChange.LAB_SLOWER: "lab slower",
    TimingChange.LAB_FASTER: "lab faster",
}
"""The changes that a person is told of, and the word for each; a figure that merely follows one of
its stages is not."""


class NewestNights:
    """A history of a plan's newest nights alone (`harness.comparison.given.Source`)."""

    def __init__(self, history: History, nights: Sequence[Night]) -> None:
        self._history = history
        self._nights = nights

    def nights(self) -> Sequence[Night]:
        """These nights, the oldest first."""
        return self._nights

    def runs(self) -> Sequence[RunSummary]:
        """The runs of all attempts in these nights, in the history's order."""
        return self._runs

    def timings(self, run_ids: Sequence[str]) -> Mapping[str, Timings]:
        """The samples of these runs, by run id and figure, in microseconds."""
        return self._history.timings(run_ids)

    def environments(self, fingerprints: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """What these runs were carried out with, by fingerprint."""
        return self._history.environments(fingerprints)

    @cached_property
    def _runs(self) -> Sequence[RunSummary]:
        attempts = (one for night in self._nights for cell in night.cells for one in cell.attempts)
        return self._history.runs([one.run_id for one in attempts if one.run_id])


def timing_changes(
    history: History, nights: Sequence[Night], tests: Mapping[Test, int]
) -> list[list[Any]]:
    """Of the newest nights, given all oldest first: number of the night, of the test (−1: all of a
    DLL's, whose name follows), figure, word, medians before and after, ratio, p-value in words."""
    numbers = {night.id: number for number, night in enumerate(nights)}
    plan = nights[-1].plan if nights else ""
    ended = [one for one in nights if one.plan == plan and one.state in FINISHED]
    looked_at = ended[-(LEARNED_FROM + COMPARED + 1) :]
    catalogue = Catalogue(source := NewestNights(history, looked_at), plan)
    found: list[list[Any]] = []
    for base, new in list(pairwise(looked_at))[-COMPARED:]:
        try:
            told = compare(source, catalogue, catalogue.choose(base.id), catalogue.choose(new.id))
        except NothingToCompare:
            continue  # no test in common
        found += [
            [numbers[new.id], *_row(one, tests)] for one in told.timings if one.change in TOLD
        ]
    return found


def _row(one: FigureChange, tests: Mapping[Test, int]) -> list[Any]:
    medians = [
        -1 if side.p50 is None else round(side.p50.us / UNIT_US) for side in (one.base, one.new)
    ]
    return [
        tests.get(one.test, -1),
        shown(title(one.test)),
        one.figure,
        TOLD[one.change],
        *medians,
        round(one.shift.ratio, 4) if one.shift else 1.0,
        p_value(one.p) if one.p is not None else "",
    ]
