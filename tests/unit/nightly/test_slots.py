# SPDX-License-Identifier: GPL-2.0-or-later
"""The slot that is this process."""

from __future__ import annotations

from harness.nightly.slots import OwnSlot
from harness.results import Verdict
from tests.unit.nightly.samples import ToldRunner, planned


def test_it_runs_one_cell_while_it_is_waited_for() -> None:
    """It is idle before and after."""
    runner = ToldRunner()
    slots, (cell,) = OwnSlot(runner), planned("a")
    (name,) = slots.idle()
    assert name.endswith("/0")
    slots.start(name, cell, last=True)
    assert (slots.idle(), runner.ran) == ([], [])
    ended = slots.wait()
    assert ended.slot == name
    assert ended.end is not None
    assert ended.end.verdict is Verdict.PASS
    assert slots.idle() == [name]
