# SPDX-License-Identifier: GPL-2.0-or-later
"""The place of the history in lab.toml: what may stand there, and that no password is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.config.database import shown
from harness.config.lab import StoreConfig, load_lab
from harness.errors import UsageError
from harness.run.plan import RunPlan, resolved
from harness.scenarios import find_scenario


@pytest.mark.parametrize(
    ("place", "seen"),
    [
        ("runs/history.sqlite", "runs/history.sqlite"),
        ("postgresql://lab@db/hil", "postgresql://lab@db/hil"),
        ("postgresql://lab:s3cret@db/hil", "postgresql://lab:***@db/hil"),
        ("postgresql://lab:s3c@r/e:t@db/hil", "postgresql://lab:***@db/hil"),
        ("postgresql://:s3cret@db/hil", "postgresql://:***@db/hil"),
        ("postgresql:///hil?host=/run&password=s3cret&x=1", "postgresql:///hil?host=/run&password=***&x=1"),
        ("postgresql:///hil?sslpassword=s3cret", "postgresql:///hil?sslpassword=***"),
        ("POSTGRESQL://lab:s3cret@db/hil", "POSTGRESQL://lab:***@db/hil"),
    ],
)  # fmt: skip
def test_a_place_is_shown_without_its_password(place: str, seen: str) -> None:
    """Wherever in the URL it stands."""
    assert shown(place) == seen


def test_the_history_is_in_the_folder_of_the_runs_unless_told_otherwise(tmp_path: Path) -> None:
    """One folder to keep, and to move."""
    assert StoreConfig(runs=tmp_path).place == str(tmp_path / "history.sqlite")
    file = tmp_path / "lab.toml"
    file.write_text('[store]\ndatabase = "postgresql://lab:s3cret@db/hil"\n')
    assert load_lab(file).store.place == "postgresql://lab:s3cret@db/hil"


@pytest.mark.parametrize("place", ["mysql://lab:s3cret@db/hil", "sqlite:///s3cret", " ", ""])
def test_another_place_is_refused_without_showing_it(place: str, tmp_path: Path) -> None:
    """In one line that says what may stand there."""
    file = tmp_path / "lab.toml"
    file.write_text(f'[store]\ndatabase = "{place}"\n')
    with pytest.raises(
        UsageError, match=r"store.database: .*postgresql://user@host/database"
    ) as it:
        load_lab(file)
    assert "s3cret" not in str(it.value)


def test_the_copy_in_a_runs_folder_has_no_password(tmp_path: Path) -> None:
    """And is a lab.toml all the same."""
    file = tmp_path / "lab.toml"
    file.write_text('[store]\ndatabase = "postgresql://lab:s3cret@db/hil"\n')
    lab = load_lab(file)
    file.write_text(resolved(RunPlan(lab, find_scenario("plain"), "")))
    assert "s3cret" not in file.read_text()
    assert load_lab(file).store.place == "postgresql://lab:***@db/hil"
    assert "s3cret" not in repr(lab)
