# SPDX-License-Identifier: GPL-2.0-or-later
"""Links from the board to the folders of runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.board.links import FILES, RunFolders


def a_run(runs: Path, name: str, *files: str) -> str:
    """A run's folder with these files."""
    (runs / name).mkdir(parents=True)
    for file in files:
        (runs / name / file).touch()
    return str(runs / name)


def test_a_page_beside_the_runs_links_to_the_folder_beside_it(tmp_path: Path) -> None:
    """So the folder of runs can be moved as a whole."""
    assert RunFolders(tmp_path).href(str(tmp_path / "20261128T0214Z-edfde2")) == (
        "./.", "20261128T0214Z-edfde2",
    )  # fmt: skip


def test_a_page_elsewhere_links_upwards(tmp_path: Path) -> None:
    """Relative all the same."""
    folders = RunFolders(tmp_path / "site" / "deep")
    assert folders.href(str(tmp_path / "runs" / "one")) == ("./../../runs", "one")


@pytest.mark.parametrize("name", ["javascript:alert(1)", 'a"b c#d?e', "https:", "%2e%2e"])
def test_a_name_is_never_another_kind_of_url(tmp_path: Path, name: str) -> None:
    """What has a meaning in a URL is quoted, and the whole begins with a dot and a slash."""
    parent, quoted = RunFolders(tmp_path).href(str(tmp_path / name / name))
    assert parent.startswith("./")
    assert not set(parent + quoted) & set(':"#? ')


def test_the_files_that_are_there_are_told_by_bits(tmp_path: Path) -> None:
    """Others are not linked."""
    run = a_run(tmp_path / "runs", "one", "report.html", "air.pcapng", "else.txt")
    folders = RunFolders(tmp_path)
    names = [name for bit, name in enumerate(FILES) if folders.files(run) & (1 << bit)]
    assert names == ["report.html", "air.pcapng"]


def test_a_run_that_was_pruned_is_told_as_gone(tmp_path: Path) -> None:
    """As is one whose whole folder of runs is gone."""
    a_run(tmp_path / "runs", "one", "report.html")
    folders = RunFolders(tmp_path)
    assert folders.exists(str(tmp_path / "runs" / "one"))
    assert not folders.exists(str(tmp_path / "runs" / "other"))
    assert folders.files(str(tmp_path / "nowhere" / "other")) == 0


def test_what_a_server_does_not_show_is_not_there(tmp_path: Path) -> None:
    """A link to it would lead nowhere."""
    inside = a_run(tmp_path / "runs", "one", "report.html")
    outside = a_run(tmp_path / "other", "two", "report.html")
    folders = RunFolders(tmp_path / "runs", within=tmp_path / "runs")
    assert folders.files(inside) == 1
    assert not folders.exists(outside)
    assert folders.files(outside) == 0
