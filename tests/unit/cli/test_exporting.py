# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil export`: runs from their folders, nights from the history, in every format."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from harness.cli.exporting import _seen_from_here
from harness.exports import FORMATS
from harness.history.identity import stands_for
from harness.history.model import CellState, Mark, NightState, Test
from harness.history.sql import open_history
from harness.results import Verdict
from tests.unit.command import Command
from tests.unit.doubles import World
from tests.unit.exports.samples import AT, a_run
from tests.unit.results.samples import run

BEGINNINGS = {
    "junit": "<?xml", "kcidb": "{", "ctrf": "{", "github": "", "markdown": "## PASS: plain",
}  # fmt: skip


def a_night(folder: Path) -> str:
    """A night in the history of the lab in `folder`: one test passes, one is a known issue."""
    names = ("plain", "m4-lost")
    with open_history(str(folder / "runs" / "history.sqlite")) as history:
        tests = [(Test("reference", "hwsim", "acme", name), 1) for name in names]
        night = history.begin_night("nightly", "00", tests, AT)
        for position, verdict in enumerate((Verdict.PASS, Verdict.FAIL)):
            attempt = history.begin_attempt(night, position, "host/0", AT)
            history.end_attempt(attempt, verdict, "so it is", AT + timedelta(seconds=3))
            mark = Mark.KNOWN_ISSUE if verdict is Verdict.FAIL else None
            history.end_cell(night, position, CellState.DONE, mark, "ticket 7")
        history.end_night(night, NightState.COMPLETE, AT + timedelta(seconds=9))
    return night


@pytest.mark.parametrize("form", FORMATS)
def test_a_run_is_exported_in_every_format(hil: Command, world: World, form: str) -> None:
    """From its folder; the exit code is no verdict."""
    assert hil("run", "-n", "1").code == 0
    said = hil("export", "runs/latest", "--format", form)
    assert said.code == 0, said
    assert said.out.startswith(BEGINNINGS[form])
    assert (said.out == "") == (form == "github"), "a run that passed has no annotation"


def test_a_night_is_exported_by_its_id_or_as_the_newest(hil: Command) -> None:
    """From the history that lab.toml names, or that of the runs."""
    (hil.folder / "runs").mkdir()
    night = a_night(hil.folder)
    by_id = hil("export", night, "-f", "ctrf")
    assert by_id.code == 0, by_id
    assert by_id.out == hil("export", "latest", "-f", "ctrf").out
    tests = json.loads(by_id.out)["results"]["tests"]
    assert [(one["name"], one["status"]) for one in tests] == [
        ("plain", "passed"), ("m4-lost", "other"),
    ]  # fmt: skip


def test_a_folder_is_named_as_it_is_found_from_here(hil: Command) -> None:
    """Artefacts are collected by paths in the job's folder; what was pruned has none."""
    kept, pruned, elsewhere = (
        _seen_from_here(replace(a_run("r"), path=path, pruned_at=at))
        for path, at in (
            (f"{hil.folder}/runs/r", None),
            (f"{hil.folder}/runs/r", AT),
            ("/x/r", None),
        )
    )
    assert (kept.path, pruned.path, elsewhere.path) == ("runs/r", "", "/x/r")


def test_it_is_written_to_a_file(hil: Command) -> None:
    """Whole or not at all, with its folders."""
    (hil.folder / "runs").mkdir()
    a_night(hil.folder)
    assert hil("export", "latest", "--out", "new/junit.xml").out == ""
    assert (hil.folder / "new" / "junit.xml").read_text().startswith("<?xml")


def test_the_nearest_name_is_told(hil: Command) -> None:
    """Of nights, of runs of the history, and of folders."""
    (hil.folder / "runs" / "good").mkdir(parents=True)
    night = a_night(hil.folder)
    result = run(run_id="20261101T000000Z-abcdef")
    with open_history(str(hil.folder / "runs" / "history.sqlite")) as history:
        history.add_run(result, stands_for(result), "/runs/x")
    hints = {
        night + "x": f"did you mean {night}?",
        "last": "did you mean latest?",
        "nothing-like-it": f"there are latest, {night}",
        "20261101T000000Z-abcdfe": "did you mean 20261101T000000Z-abcdef?",
        "20261101T000000Z-abcdef": "name its folder: /runs/x",
        "runs/god": "did you mean runs/good?",
    }
    for what, hint in hints.items():
        said = hil("export", what)
        assert (said.code, said.err.splitlines()[1:]) == (2, [f"hint: {hint}"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["runs/none"], "runs/none"),
        (["no-such-night"], "no-such-night"),
        (["latest"], "there is no night yet"),
        (["latest", "-f", "kcidb", "--origin", "My Lab"], "KCIDB takes a-z, 0-9 and _"),
        (["latest", "--out", "file/junit.xml"], "is a file, not a folder"),
    ],
)
def test_what_cannot_be_exported_is_told(hil: Command, arguments: list[str], message: str) -> None:
    """With exit code 2, in one line."""
    (hil.folder / "file").write_text("")
    (hil.folder / "runs").mkdir()
    if len(arguments) > 1:
        a_night(hil.folder)
    said = hil("export", *arguments)
    assert said.code == 2
    assert message in said.err
