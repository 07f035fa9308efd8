# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of known cases is what its data says, and names only scenarios there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.scenarios import scenario_names
from harness.scenarios.coverage import KnownCase, coverage, read_cases

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_the_document_is_current() -> None:
    """To renew it, as docs/adding-a-scenario.md says: `python -m harness.scenarios.coverage`."""
    told = coverage(read_cases(DOCS / "known-cases.toml"))
    assert (DOCS / "coverage.md").read_text(encoding="utf-8") == told


def test_every_scenario_it_names_is_shipped() -> None:
    """One that was renamed or taken away is not said to try anything."""
    named = {name for case in read_cases(DOCS / "known-cases.toml") for name in case.scenarios}
    assert named <= set(scenario_names())


def test_how_a_case_stands() -> None:
    """Tried, in part with what is lacking, or not yet."""
    case = KnownCase(area="a", what="w", source="s", scenarios=("plain",))
    part = case.model_copy(update={"lacking": "more"})
    told = coverage([case, part, part.model_copy(update={"scenarios": ()})])
    assert "3 cases: 1 tried, 1 in part, 1 not yet." in told
    assert "| w | s | `plain` | tried |" in told
    assert "| w | s | `plain` | in part: more |" in told
    assert "| w | s | – | not yet: more |" in told


def test_a_case_of_which_nothing_is_said_is_refused(tmp_path: Path) -> None:
    """It would stand there as tried by nothing."""
    path = tmp_path / "cases.toml"
    path.write_text('[[case]]\narea = "a"\nwhat = "w"\nsource = "s"\n')
    with pytest.raises(UsageError, match="neither scenarios nor what is lacking"):
        read_cases(path)
