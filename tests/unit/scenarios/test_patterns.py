# SPDX-License-Identifier: GPL-2.0-or-later
"""What a pattern of scenarios means, to `hil run` and to a plan alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.scenarios import find_scenario, scenario_names
from harness.scenarios.patterns import fitting


def test_names_wildcards_and_tags() -> None:
    """Of the shipped ones, sorted."""
    assert fitting("plain") == ["plain"]
    assert fitting("m[24]-lost") == ["m2-lost", "m4-lost"]
    loss = [one for one in scenario_names() if "loss" in find_scenario(one).tags]
    assert fitting("tag:loss") == loss
    assert "m4-lost" in loss


def test_files_are_seen_from_a_folder(tmp_path: Path) -> None:
    """Or from the root, whatever the folder."""
    for name in ("b.toml", "a.toml", "c.txt"):
        (tmp_path / name).touch()
    wanted = [f"{tmp_path}/a.toml", f"{tmp_path}/b.toml"]
    assert fitting("*.toml", tmp_path) == wanted
    assert fitting(f"{tmp_path}/*.toml", Path("elsewhere")) == wanted


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("plian", "did you mean plain?"),
        ("m9-*", "lists the shipped ones"),
        ("tag:los", "did you mean loss?"),
        ("tag:", "there are the tags adapter"),
        ("nowhere/*.toml", "paths begin at /"),
    ],
)
def test_what_fits_nothing_is_refused(pattern: str, hint: str) -> None:
    """With what was meant, or where it was looked for."""
    with pytest.raises(UsageError, match="no scenario fits") as caught:
        fitting(pattern)
    assert hint in caught.value.hint


@pytest.mark.parametrize("pattern", ["/**x.toml", "a**b/*.toml", f"{'a' * 5000}.toml"])
def test_what_is_no_pattern_is_refused(pattern: str, tmp_path: Path) -> None:
    """Such as ** that is no folder of its own, or a name that no file has."""
    with pytest.raises(UsageError, match="is no pattern of files"):
        fitting(pattern, tmp_path)
