# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenarios that a plan selects."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.nightly.selection import select
from harness.scenarios import find_scenario, scenario_names

OWN = 'name = "{}"\nsummary = "One of mine."\n'


def names(*patterns: str, folder: Path = Path()) -> list[str]:
    """The names of what these patterns select."""
    return [one.scenario.name for one in select(patterns, folder)]


def test_by_name_by_wildcard_and_by_tag() -> None:
    """Each once, in the order of the patterns."""
    assert names("plain") == ["plain"]
    assert names("m*-retransmitted", "plain", "m1-r*") == [
        "m1-retransmitted", "m3-retransmitted", "plain",
    ]  # fmt: skip
    stress = [one for one in scenario_names() if find_scenario(one).beyond_documents]
    assert names("tag:stress") == stress
    assert names("*") == scenario_names()


def test_some_are_left_out_again() -> None:
    """What comes behind takes them in once more."""
    lossy = names("tag:loss")
    assert {"m2-lost", "m4-lost"} <= set(lossy)
    assert names("tag:loss", "!m4-*") == [one for one in lossy if not one.startswith("m4-")]
    assert "m4-lost" in names("tag:loss", "!m4-*", "m4-lost")


def test_files_are_seen_from_the_plans_folder(tmp_path: Path) -> None:
    """With wildcards; the argument for `hil run` finds them from anywhere."""
    (tmp_path / "mine").mkdir()
    for name in ("one", "two"):
        (tmp_path / "mine" / f"{name}.toml").write_text(OWN.format(name))
    found = select(["mine/*.toml", "plain"], tmp_path)
    assert [one.argument for one in found] == [
        str(tmp_path / "mine" / "one.toml"), str(tmp_path / "mine" / "two.toml"), "plain",
    ]  # fmt: skip
    assert names(str(tmp_path / "mine" / "t*.toml")) == ["two"]


@pytest.mark.parametrize(
    ("patterns", "said", "hint"),
    [
        (["plan"], "no scenario fits 'plan'", "did you mean plain?"),
        (["tag:handshak"], "no scenario fits 'tag:handshak'", "did you mean handshake?"),
        (["tag:x"], "no scenario fits 'tag:x'", "there are the tags adapter"),
        (["mine/*.toml"], "no scenario fits 'mine/*.toml'", "paths begin at /"),
        (["plain", "!plain"], "nothing is left of them", "take a ! pattern away"),
    ],
)
def test_a_pattern_that_fits_none_is_refused(
    tmp_path: Path, patterns: list[str], said: str, hint: str
) -> None:
    """It is misspelt, and a night without it would look well."""
    with pytest.raises(UsageError) as caught:
        select(patterns, tmp_path)
    assert said in caught.value.message
    assert hint in caught.value.hint


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    """Their results could not be told apart."""
    (tmp_path / "plain.toml").write_text(OWN.format("plain"))
    with pytest.raises(UsageError, match="two are named 'plain'"):
        select(["plain", "plain.toml"], tmp_path)
