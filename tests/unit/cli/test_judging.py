# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil judge` as its user meets it: what it prints, writes, links to and ends with."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.errors import UsageError

RECORDED = Path(__file__).parents[1] / "recorded"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recorded run that may be written to."""
    return Path(shutil.copytree(RECORDED / "plain", tmp_path / "run"))


def judge(*args: str | Path) -> tuple[int, str]:
    """Exit code and output."""
    done = CliRunner().invoke(app, ["judge", *map(str, args)])
    return done.exit_code, done.output


def links(page: Path) -> list[str]:
    """The files a page links to, as it writes them."""
    return re.findall(r'href="\./([^"#]+)"', page.read_text("utf-8"))


def test_the_new_report_is_written_named_and_links_to_what_is_there(folder: Path) -> None:
    """Not the old one beside the evidence, and to no file that the copy lacks."""
    (folder / "report.html").write_text("of the day of the run")
    code, said = judge(folder)
    assert code == 0
    new = folder / "judged" / "report.html"
    assert str(new) in said
    assert str(folder / "report.html") not in said
    assert links(new)
    for name in links(new) + links(new.parent / "contract.html"):
        assert (new.parent / name).exists(), name


def test_the_report_may_go_elsewhere(folder: Path, tmp_path: Path) -> None:
    """Its links lead back to the evidence from there."""
    there = tmp_path / "a" / "b"
    code, said = judge(folder, "--report", there)
    assert code == 0
    assert str(there / "report.html") in said
    assert all((there / name).exists() for name in links(there / "report.html"))
    assert not (folder / "judged").exists()


def test_a_run_that_is_not_ones_own_is_judged_all_the_same(folder: Path) -> None:
    """The pages cannot be written beside it: said, and the verdict stands."""
    (folder / "judged").write_text("a file in the place of the folder")
    code, said = judge(folder)
    assert code == 0
    assert "no new report" in said
    assert "is a file, not a folder" in said


def test_another_lab_tomls_rules_are_taken(folder: Path, tmp_path: Path) -> None:
    """A failed run with its finding lowered to a warning; a file that is not there is said."""
    run = shutil.copytree(RECORDED / "fault-wrong-session", tmp_path / "failed")
    assert judge(run)[0] == 1
    lab = tmp_path / "lab.toml"
    lab.write_text('[[rules]]\nid = "POST-07"\nseverity = "warn"\nreason = "looked at"\n')
    code, said = judge(run, "--lab", lab)
    assert code == 0, said
    assert "WARN  POST-07" in said


def test_damage_is_in_the_summary(folder: Path) -> None:
    """An emptied trace: exit 3, the file by name, and no rule that was obeyed."""
    (folder / "ihv-trace.jsonl").write_bytes(b"")
    code, said = judge(folder)
    assert code == 3
    assert "ihv-trace.jsonl" in said
    assert "obeyed" not in said
    assert "MISS" in said


def test_a_capture_alone_is_told_and_is_no_pass(tmp_path: Path) -> None:
    """Handshakes and their times, exit 3; a report of it there is none."""
    capture = RECORDED.parent / "evidence" / "sources" / "recorded" / "air.pcapng"
    code, said = judge(capture)
    assert code == 3
    assert "4-way handshake; assoc → M1 2.73, M2 → M3 0.47" in said
    assert "PASS" not in said
    refused = CliRunner().invoke(app, ["judge", str(capture), "--report", str(tmp_path / "r")])
    assert isinstance(refused.exception, UsageError)
    assert not (tmp_path / "r").exists()
