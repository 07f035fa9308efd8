# SPDX-License-Identifier: GPL-2.0-or-later
"""What is told of single attempts, and what is not kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.board.attempts import FINDINGS, AttemptTable, telling_runs
from harness.board.links import RunFolders
from harness.history.model import Attempt, Cell, Crash, FindingRow, Mark, RunSummary
from harness.results import Verdict
from tests.unit.board.factory import FIRST, a_cell, a_test
from tests.unit.board.test_coding import HOSTILE


def a_run(tmp_path: Path, run_id: str, verdict: Verdict = Verdict.FAIL) -> RunSummary:
    """A run of a test that found one rule broken."""
    return RunSummary(
        run_id, a_test(), None, FIRST, 95.4, verdict, "1 rule broken", 5, None, "env",
        str(tmp_path / run_id), "./hil run m4-lost",
    )  # fmt: skip


def with_run(cell: Cell, run_id: str, **more: Any) -> Cell:
    """The cell, its last attempt being that run."""
    *others, last = cell.attempts
    return replace(cell, attempts=(*others, replace(last, run_id=run_id, **more)))


def rows(table: AttemptTable) -> list[dict[str, Any]]:
    """The rows of a table, by column."""
    columns = table.content()["attempts"]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def test_a_failure_has_reason_findings_links_and_the_line_that_runs_it_again(
    tmp_path: Path,
) -> None:
    """Equal findings are one, with how often and where first."""
    (tmp_path / "r1").mkdir()
    (tmp_path / "r1" / "report.html").touch()
    table = AttemptTable(RunFolders(tmp_path))
    found = [FindingRow("r1", "POST-05", "FAIL", "never completed", one) for one in (4, 2, 4)]
    cell = with_run(a_cell(a_test(), Verdict.FAIL), "r1")
    table.add(17, cell, {"r1": a_run(tmp_path, "r1")}, {"r1": found})
    (row,) = rows(table)
    texts = table.texts.values
    assert (row["place"], row["verdict"], row["run"], row["files"]) == (17, "F", "r1", 1)
    assert texts[row["reason"]] == "1 rule broken"
    assert texts[row["command"]] == "./hil run m4-lost"
    assert row["findings"] == [[0, 3, 4]]
    assert table.findings.values == [("POST-05", "FAIL", "never completed")]
    assert row["duration"] == 95


def test_both_attempts_of_a_retry_have_a_row(tmp_path: Path) -> None:
    """The first one is not forgotten for the second."""
    table = AttemptTable(RunFolders(tmp_path))
    table.add(0, a_cell(a_test(), Verdict.FAIL, Verdict.PASS), {}, {})
    assert [(row["number"], row["verdict"]) for row in rows(table)] == [(1, "F"), (2, "P")]


def test_a_plain_pass_keeps_its_link_alone_and_only_while_it_leads_somewhere(
    tmp_path: Path,
) -> None:
    """There are many of them, and nothing to tell."""
    (tmp_path / "kept").mkdir()
    table = AttemptTable(RunFolders(tmp_path))
    for place, name in enumerate(("kept", "pruned")):
        cell = with_run(a_cell(a_test(), Verdict.PASS), name)
        table.add(place, cell, {name: a_run(tmp_path, name, Verdict.PASS)}, {})
    assert rows(table) == []
    assert table.content()["passes"] == {"place": [0], "run": ["kept"], "folder": [0]}


def test_an_attempt_that_was_cut_off_says_how_far_it_came(tmp_path: Path) -> None:
    """It has neither verdict nor run."""
    table = AttemptTable(RunFolders(tmp_path))
    cut_off = Attempt("a", 1, "slot-1", FIRST)
    table.add(0, replace(a_cell(a_test()), attempts=(cut_off,)), {}, {})
    (row,) = rows(table)
    assert (row["verdict"], row["duration"], row["run"]) == ("?", -1, "")


def test_a_pass_with_a_mark_is_told_with_its_reason(tmp_path: Path) -> None:
    """Quarantine graduates by passes: they are shown."""
    table = AttemptTable(RunFolders(tmp_path))
    table.add(0, a_cell(a_test(), Verdict.PASS, mark=Mark.QUARANTINE), {}, {})
    (row,) = rows(table)
    assert table.texts.values[row["mark"]] == "flaky since the new scheduler"


def test_many_different_findings_are_counted_beyond_some(tmp_path: Path) -> None:
    """A page stays readable, and small."""
    table = AttemptTable(RunFolders(tmp_path))
    found = [FindingRow("r1", "POST-05", "FAIL", f"message {one}", None) for one in range(40)]
    cell = with_run(a_cell(a_test(), Verdict.FAIL), "r1")
    table.add(0, cell, {"r1": a_run(tmp_path, "r1")}, {"r1": found})
    (row,) = rows(table)
    assert len(row["findings"]) == FINDINGS + 1
    assert row["findings"][-1] == [-1, 40 - FINDINGS, 0]


def test_hostile_text_is_cleaned(tmp_path: Path) -> None:
    """Terminal escapes and bidirectional overrides are gone; a code is unsigned."""
    table = AttemptTable(RunFolders(tmp_path))
    crash = Crash(-1073741819, (HOSTILE,))
    cell = with_run(a_cell(a_test(), Verdict.FAIL), "r1", reason=HOSTILE, crash=crash)
    table.add(0, cell, {}, {"r1": [FindingRow("r1", HOSTILE, "FAIL", HOSTILE, 1)]})
    content = table.content()
    assert content["crashes"][0]["code"] == 0xC0000005
    assert "\x1b" not in str(content)
    assert "\u202e" not in str(content)


def test_findings_are_asked_for_of_the_runs_that_show_them() -> None:
    """Plain passes show none."""
    plain = with_run(a_cell(a_test(), Verdict.PASS), "plain")
    failed = with_run(a_cell(a_test(), Verdict.FAIL), "failed")
    assert telling_runs([plain, failed]) == ["failed"]
