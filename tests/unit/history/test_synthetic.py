# SPDX-License-Identifier: GPL-2.0-or-later
"""A history that is made up: equal ones are equal, and its figures are as they are asked for."""

from __future__ import annotations

import statistics
from pathlib import Path

from harness.history.sql import open_history
from harness.history.synthetic import USUAL_US, SyntheticHistory


def test_equal_ones_make_equal_rows(tmp_path: Path) -> None:
    """What is measured on one can be measured again."""
    read = []
    for name in ("a", "b"):
        made = SyntheticHistory(nights=2, tests=2, figures=("handler",))
        made.write_to(str(tmp_path / name))
        with open_history(str(tmp_path / name)) as history:
            runs = [one.id for one in history.runs()]
            read.append((history.nights(), history.timings(runs)))
    assert read[0] == read[1]


def test_figures_lie_where_they_are_asked_to(tmp_path: Path) -> None:
    """About the usual median, and by a factor above it from a night on."""
    made = SyntheticHistory(
        nights=2, tests=1, associations=200, figures=("m1_to_m2",),
        slower=lambda night, _test, _figure: 1.0 + 0.5 * night,
    )  # fmt: skip
    made.write_to(str(tmp_path / "history"))
    with open_history(str(tmp_path / "history")) as history:
        timings = history.timings([made.run_id(night, 0) for night in range(2)])
    before, after = (
        statistics.median(timings[made.run_id(night, 0)]["m1_to_m2"]) for night in range(2)
    )
    assert abs(before / USUAL_US["m1_to_m2"] - 1) < 0.05
    assert abs(after / before - 1.5) < 0.1
