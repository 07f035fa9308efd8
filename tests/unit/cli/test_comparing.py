# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil compare` as its user meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.cli.comparing import laid_out
from harness.errors import UsageError
from harness.history.identity import stands_for
from harness.history.model import CellState, NightState
from harness.history.sql import open_history
from harness.results import AssociationResult, Environment, HandshakeResult, RunResult, Verdict
from tests.unit.board.factory import FIRST
from tests.unit.command import Command
from tests.unit.comparison.simulation import Simulated
from tests.unit.results.samples import run

HOME = Environment(qemu="7.2", dll_sha256="a" * 64, dll_path=r"C:\d\acme.dll")


def measured(day: int, nights: Simulated, slower: float = 1.0) -> RunResult:
    """A run of 60 associations."""
    (figures,) = nights.night(60, {"m1_to_m2": slower}).timings.values()
    shuffled = {name: np.random.default_rng(day).permutation(us) for name, us in figures.items()}
    associations = tuple(
        AssociationResult(
            index=number + 1,
            verdict=Verdict.PASS,
            handshakes=(
                HandshakeResult(timing_us={name: us[number] for name, us in shuffled.items()}),
            ),
        )
        for number in range(60)
    )
    return run(
        *associations,
        run_id=f"20261101T0{day:05}Z-abcdef",
        started_at=FIRST + timedelta(days=day),
        environment=HOME,
    )


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A folder with a history of twelve nights, the last of which is slow."""
    nights = Simulated(np.random.default_rng(1))
    with open_history(str(tmp_path / "runs" / "history.sqlite")) as history:
        for day in range(12):
            result = measured(day, nights, 1.6 if day == 11 else 1.0)
            test = stands_for(result)
            history.add_run(result, test, str(tmp_path / "runs" / result.run_id))
            night = history.begin_night("nightly", "0" * 64, [(test, 1)], result.started_at)
            attempt = history.begin_attempt(night, 0, "host/0", result.started_at)
            history.end_attempt(attempt, Verdict.PASS, "", result.started_at, run_id=result.run_id)
            history.end_cell(night, 0, CellState.DONE, None, "")
            history.end_night(night, NightState.COMPLETE, result.started_at)
    return tmp_path


def compare(folder: Path, monkeypatch: pytest.MonkeyPatch, *args: str) -> tuple[int, str]:
    """Exit code and all that was said."""
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(app, ["compare", *args])
    return done.exit_code, done.output


def test_a_slow_night_ends_with_one(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And names the stage; the night before it ends with nought."""
    code, said = compare(lab, monkeypatch, "last-1", "last")
    assert code == 1, said
    assert "regression" in said
    assert "M1 → M2 +" in said
    assert compare(lab, monkeypatch, "last-2", "last-1")[0] == 0


def test_json_for_programs(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole of it."""
    code, said = compare(lab, monkeypatch, "last-1", "last", "--json")
    assert code == 1
    assert json.loads(said)["worse"] is True


def test_a_plan_misspelt_is_a_mistake(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a history with nothing to compare, which ends with 3."""
    monkeypatch.chdir(lab)
    done = CliRunner().invoke(app, ["compare", "last-1", "last", "--plan", "nightyl"])
    assert isinstance(done.exception, UsageError)
    assert done.exception.hint == "did you mean nightly?"


def test_nothing_to_compare_ends_with_three(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what there is."""
    code, said = compare(lab, monkeypatch, "last-12", "last")
    assert code == 3
    assert "the history has 12 nights" in said


def test_without_a_night_the_command_that_makes_one_is_told(hil: Command) -> None:
    """As it is typed here."""
    told = hil("compare", "last-1", "last")
    assert told.code == 3
    assert told.err.splitlines()[-1] == "hint: `./hil nightly` makes them"


def test_folders_of_runs_need_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And none is made by asking."""
    nights = Simulated(np.random.default_rng(1))
    for day, name in enumerate(("old", "new")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "result.json").write_text(measured(day, nights).to_json())
    code, said = compare(tmp_path, monkeypatch, "old", "new")
    assert code == 0, said
    assert "10 figures compared" in said
    assert sorted(one.name for one in tmp_path.iterdir()) == ["new", "old"]


def test_lines_fit_the_terminal() -> None:
    """A narrow one has the word on a line of its own."""
    rows = [("regression", "a sentence of several words that goes on"), ("new", "short")]
    assert list(laid_out(rows, 40)) == [
        "regression", "  a sentence of several words that goes", "  on", "new", "  short",
    ]  # fmt: skip
    assert list(laid_out(rows, 100)) == [
        "regression   a sentence of several words that goes on",
        "new          short",
    ]


def test_other_commands_do_not_wait_for_the_statistics() -> None:
    """Nothing of scipy is imported by the command line itself, nor by running a scenario."""
    code = (
        "import sys, harness.cli.app, harness.cli.running, harness.run.perform; "
        "print([one for one in ('scipy', 'numpy', 'ruptures') if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
