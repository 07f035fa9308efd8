# SPDX-License-Identifier: GPL-2.0-or-later
"""A line a cell, as a person sees it while the night lasts."""

from __future__ import annotations

import io

import pytest

from harness.console import PlainConsole
from harness.history.model import Cell, Mark
from harness.nightly.progress import TerminalProgress
from harness.results import Verdict
from tests.unit.history.samples import cell
from tests.unit.nightly.samples import planned

PASS, FAIL = Verdict.PASS, Verdict.FAIL


@pytest.mark.parametrize(
    ("found", "again", "line"),
    [
        (cell(PASS), False, " 8/12  PASS  reference/hwsim/sample/a  0.0 s"),
        (cell(FAIL), True, " 7/12  FAIL  reference/hwsim/sample/a  0.0 s, retry follows"),
        (
            cell(FAIL, PASS), False,
            " 8/12  PASS  reference/hwsim/sample/a  0.0 s, flaky: passed at the retry",
        ),
        (
            cell(FAIL, mark=Mark.KNOWN_ISSUE), False,
            " 8/12  FAIL  reference/hwsim/sample/a  0.0 s, known issue",
        ),
        (
            cell(None), True,
            " 7/12  lost  reference/hwsim/sample/a  its process died, it is run again",
        ),
    ],
)  # fmt: skip
def test_a_cell_has_its_line(
    console: PlainConsole, said: io.StringIO, found: Cell, again: bool, line: str
) -> None:
    """With what was found, and what follows; one that is run again is not counted yet."""
    (planned_cell,) = planned("a")
    progress = TerminalProgress(console, 12, 7)
    progress.began(planned_cell, "slot")
    progress.ended(planned_cell, found, again=again, why="its process died")
    assert said.getvalue().split() == line.split()


def test_those_left_out_are_named(console: PlainConsole, said: io.StringIO) -> None:
    """With the reason."""
    TerminalProgress(console, 2, 0).left_out(planned("a", "b"), "no time")
    assert said.getvalue() == (
        "left out, no time: reference/hwsim/sample/a, reference/hwsim/sample/b\n"
    )
