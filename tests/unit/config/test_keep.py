# SPDX-License-Identifier: GPL-2.0-or-later
"""How much is kept of runs: a time, a number or a size."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.config.keep import Keep, keep_of
from harness.config.lab import load_lab
from harness.errors import UsageError
from harness.run.plan import RunPlan, resolved
from harness.scenarios import find_scenario


@pytest.mark.parametrize(
    ("text", "keep"),
    [
        ("30 days", Keep(30, "days")),
        ("1 day", Keep(1, "days")),
        (" 500runs ", Keep(500, "runs")),
        ("20 GiB", Keep(20, "GiB")),
        ("0 runs", Keep(0, "runs")),
    ],
)
def test_what_it_says(text: str, keep: Keep) -> None:
    """With or without a space, in the singular too."""
    assert keep_of(text) == keep
    assert keep_of(str(keep)) == keep


@pytest.mark.parametrize("text", ["", "30", "days", "30 weeks", "-1 days", "1.5 GiB"])
def test_what_says_nothing_of_the_kind(tmp_path: Path, text: str) -> None:
    """In the words of the file."""
    file = tmp_path / "lab.toml"
    file.write_text(f'[store]\nkeep = "{text}"\n')
    with pytest.raises(UsageError, match=r'store.keep = .*"500 runs"'):
        load_lab(file)


def test_the_copy_in_a_runs_folder_says_the_same(tmp_path: Path) -> None:
    """As does whatever lab.toml is written anew."""
    file = tmp_path / "lab.toml"
    file.write_text('[store]\nkeep = "30 days"\n')
    file.write_text(resolved(RunPlan(load_lab(file), find_scenario("plain"), "")))
    assert load_lab(file).store.keep == Keep(30, "days")
