# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil runs`: what is in the history, as text and as JSON."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from harness.history.sql import open_history
from tests.unit.command import Command

RECORDED = Path(__file__).parents[1] / "recorded"
NAMES = ("user-answers", "fault-hangs", "two-adapters")


@pytest.fixture
def ids(hil: Command) -> dict[str, str]:
    """Three recorded runs in the history: name of the recording → id."""
    found = {}
    for name in NAMES:
        run_id = json.loads((RECORDED / name / "result.json").read_text())["run_id"]
        shutil.copytree(RECORDED / name, hil.folder / "runs" / run_id)
        found[name] = run_id
    assert hil("runs", "import").out == "3 imported\n"
    return found


def test_import_says_what_it_did(hil: Command, ids: dict[str, str]) -> None:
    """A second time nothing, and of a bad one what is wrong."""
    assert hil("runs", "import").out == "0 imported, 3 known already\n"
    (hil.folder / "runs" / "bad").mkdir()
    (hil.folder / "runs" / "bad" / "result.json").write_text("{")
    said = hil("runs", "import")
    assert said.code == 2
    assert said.err.startswith("not imported: ")
    assert "bad/result.json" in said.err


def test_list_is_newest_first_and_filtered(hil: Command, ids: dict[str, str]) -> None:
    """By test, verdict and number."""
    lines = hil("runs", "list").out.splitlines()
    assert lines[0].split()[:3] == ["run", "verdict", "test"]
    listed = [line.split()[0] for line in lines[1:]]
    assert listed == sorted(ids.values(), reverse=True)
    rows = json.loads(hil("runs", "list", "--json", "--verdict", "fail").out)
    assert {row["verdict"] for row in rows} == {"FAIL"}
    assert [row["id"] for row in rows if row["fault"] == "hangs"] == [ids["fault-hangs"]]
    (row,) = json.loads(hil("runs", "list", "--json", "--test", "user-answers").out)
    assert (row["id"], row["folder"]) == (ids["user-answers"], "here")
    assert len(json.loads(hil("runs", "list", "--json", "-n", "1").out)) == 1
    never = ("runs", "list", "--test", "user-answers", "--verdict", "skip")
    assert hil(*never).out == "no run\n"


def test_a_test_that_never_ran_is_a_mistake(hil: Command, ids: dict[str, str]) -> None:
    """A filter that is misspelt must not read as a history without such runs."""
    said = hil("runs", "list", "--test", "user-anwsers")
    assert said.code == 2
    assert said.err.splitlines()[1:] == ["hint: did you mean user-answers?"]


def test_show_tells_all_there_is(hil: Command, ids: dict[str, str]) -> None:
    """By an id, a part of one, or the folder; with the association that took longest."""
    run_id = ids["fault-hangs"]
    told = hil("runs", "show", run_id).out
    assert f"run      {run_id}\n" in told
    assert "fault    hangs\n" in told
    assert "FAIL  " in told
    assert "environment " in told
    assert hil("runs", "show", run_id[-6:]).out == told
    assert hil("runs", "show", f"runs/{run_id}").out == told
    (hil.folder / "runs" / "latest").symlink_to(run_id)
    assert hil("runs", "show", "latest").out == told
    shown = json.loads(hil("runs", "show", ids["two-adapters"], "--json").out)
    assert shown["timings_us"]["handshake"]["n"] > 1
    keys = {"name": "air.keys", "size_bytes": shown_size(ids, hil), "secret": True}
    assert keys in shown["artefacts"]


def shown_size(ids: dict[str, str], hil: Command) -> int:
    """The size of the keys' file of the run with two adapters."""
    result = json.loads((hil.folder / "runs" / ids["two-adapters"] / "result.json").read_text())
    (size,) = [one["size_bytes"] for one in result["evidence"] if one["path"] == "air.keys"]
    return int(size)


@pytest.mark.parametrize(
    ("named", "said"),
    [("2026", "several runs"), ("none", "no run"), ("latest", "no run"), ("runs/none", "no run")],
)
def test_an_id_that_names_no_single_run(
    hil: Command, ids: dict[str, str], named: str, said: str
) -> None:
    """Is refused, with those that there are."""
    ended = hil("runs", "show", named)
    assert ended.code == 2
    assert said in ended.err
    assert f"there are {', '.join(sorted(ids.values(), reverse=True))}" in ended.err


def test_an_id_misspelt_is_told_with_the_nearest(hil: Command, ids: dict[str, str]) -> None:
    """One character too many."""
    run_id = ids["user-answers"]
    assert f"did you mean {run_id}?" in hil("runs", "show", f"{run_id}x").err


def test_prune_says_what_it_would_do_and_does_it_when_told(
    hil: Command, ids: dict[str, str]
) -> None:
    """The history then says that the folder was removed, and has the figures still."""
    oldest = min(ids.values())
    said = hil("runs", "prune", "--keep", "2 runs")
    assert said.out.startswith(oldest)
    assert "1 of 3 runs" in said.out
    assert "./hil runs prune --yes" in said.out
    assert (hil.folder / "runs" / oldest).is_dir()
    (hil.folder / "lab.toml").write_text('[store]\nkeep = "2 runs"\n')
    assert hil("runs", "prune", "--yes").out.endswith("removed\n")
    assert not (hil.folder / "runs" / oldest).exists()
    told = hil("runs", "show", oldest).out
    assert "folder   removed 20" in told
    assert "timing, ms" in told
    assert hil("runs", "prune", "--yes").out == "nothing to remove to keep 2 runs\n"


def test_a_folder_that_is_gone_is_told(hil: Command, ids: dict[str, str]) -> None:
    """Somebody removed it, or it is another machine's."""
    shutil.rmtree(hil.folder / "runs" / ids["user-answers"])
    assert "not on this machine, or removed" in hil("runs", "show", ids["user-answers"]).out
    rows = json.loads(hil("runs", "list", "--json").out)
    assert {row["folder"] for row in rows} == {"here", "not here"}


def test_prune_wants_to_know_how_many(hil: Command) -> None:
    """Nothing is removed by a default."""
    assert "keep" in hil("runs", "prune").err
    said = hil("runs", "prune", "--keep", "some")
    assert said.code == 2
    assert "500 runs" in said.err


def test_a_history_of_a_newer_release_is_refused(hil: Command) -> None:
    """In one line, and exit 2."""
    assert hil("runs", "list").out == "no run\n"
    with open_history(str(hil.folder / "runs" / "history.sqlite")):
        pass
    with sqlite3.connect(hil.folder / "runs" / "history.sqlite") as connection:
        connection.execute("UPDATE hil_version SET version_num = '9999'")
    connection.close()
    said = hil("runs", "list")
    assert said.code == 2
    assert "newer release" in said.err
    assert len(said.err.splitlines()) == 2


@pytest.mark.parametrize("command", [("list",), ("show", "latest"), ("prune", "--keep", "1 runs")])
def test_a_value_put_in_by_hand_is_named(
    hil: Command, ids: dict[str, str], command: tuple[str, ...]
) -> None:
    """File, table, row and fix, in one line, and exit 2 as for any damaged file."""
    (hil.folder / "runs" / "latest").symlink_to(ids["two-adapters"])
    with sqlite3.connect(hil.folder / "runs" / "history.sqlite") as connection:
        connection.execute("UPDATE runs SET duration_s = 'long'")
    connection.close()
    told = hil("runs", *command)
    assert told.code == 2
    error, hint = told.err.splitlines()
    assert "runs/history.sqlite: table runs, row with id '" in error
    assert error.endswith("': duration_s is 'long', wanted a number")
    assert "`./hil runs import`" in hint
