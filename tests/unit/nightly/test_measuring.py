# SPDX-License-Identifier: GPL-2.0-or-later
"""hil bench --nights: which commands are timed, where, and what their times come to."""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.config.lab import HISTORY, Lab
from harness.console import PlainConsole
from harness.errors import HarnessError, UsageError
from harness.history.model import Attempt, Cell, Night, NightState, Test
from harness.history.synthetic import SyntheticHistory
from harness.nightly import measuring
from harness.nightly.measuring import NightBench, NightTimes, add_figures, cell_times
from harness.nightly.plan import load_plan
from harness.results import Verdict
from harness.run.bench import Figures


class Commands:
    """In place of what is timed: notes each with what lies in its folder; a night has a history."""

    def __init__(self) -> None:
        self.given: list[tuple[str, ...]] = []
        self.slots: list[int] = []
        self.labs: list[dict[str, Any]] = []
        self.status = 0
        self.says = ""

    def run(
        self, argv: Sequence[str], *, cwd: Path, **_: object
    ) -> subprocess.CompletedProcess[str]:
        """A command that takes no time."""
        self.given.append(tuple(argv))
        lab, plan = cwd / "lab.toml", cwd / "plan.toml"
        self.labs.append(tomllib.loads(lab.read_text()) if lab.exists() else {})
        if plan.exists():
            found = load_plan(plan)
            self.slots.append(found.slots)
            (cwd / "runs").mkdir()
            cells = found.repetitions
            SyntheticHistory(1, cells, figures=()).write_to(str(cwd / "runs" / HISTORY))
        return subprocess.CompletedProcess(argv, self.status, "", self.says)


def stand_in(monkeypatch: pytest.MonkeyPatch, run: Callable[..., object]) -> None:
    """Let what is timed be `run`, and nothing else that is run."""
    seen = SimpleNamespace(run=run, TimeoutExpired=subprocess.TimeoutExpired)
    monkeypatch.setattr(measuring, "subprocess", seen)
    monkeypatch.setattr("harness.run.bench.qemu_version", lambda: "QEMU 7.2")


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Nothing is started."""
    made = Commands()
    stand_in(monkeypatch, made.run)
    return made


def test_each_round_has_a_turn_of_each(commands: Commands, console: PlainConsole) -> None:
    """So many runs by themselves, then a night of as many cells by one slot, then by two."""
    figures = NightBench(Lab(), cells=3, rounds=2).measure(console)
    verbs = [next(word for word in one if word in ("run", "nightly")) for one in commands.given]
    assert verbs == ["run", "run", "run", "nightly", "nightly"] * 2
    assert commands.slots == [1, 2, 1, 2]
    by_name = {one.name: one for one in figures.figures}
    assert len(by_name["run of 5 associations, by itself"].samples) == 6
    assert by_name["cell of 5, 1 at a time"].samples == [50.0] * 6
    between = by_name["between the cells of a slot, of their time"]
    assert between.median == pytest.approx(100 * 20 / 150, abs=1e-3)


def test_the_lab_is_the_users_and_its_store_is_not(
    commands: Commands, console: PlainConsole
) -> None:
    """Nothing that is measured gets into the folder of the runs, nor into a shared history."""
    lab = Lab.model_validate(
        {"guest": {"memory_mib": 777}, "store": {"database": "postgresql://lab@db/nights"}}
    )
    NightBench(lab, cells=1, rounds=1).measure(console)
    assert {one["guest"]["memory_mib"] for one in commands.labs} == {777}
    for one in commands.labs:
        assert "database" not in one["store"]
        assert not Path(one["store"]["runs"]).exists()


def test_runs_of_another_tree_are_its_own(
    commands: Commands, console: PlainConsole, tmp_path: Path
) -> None:
    """They have that tree's defaults: it may not know the keys of this program's lab.toml."""
    NightBench(Lab(), cells=1, rounds=1, before=tmp_path / "hil").measure(console)
    assert commands.given[0] == (str(tmp_path / "hil"), "run", "plain", "-n", "5")
    assert [bool(one) for one in commands.labs] == [False, True, True]


def test_what_does_not_pass_is_not_measured(commands: Commands, console: PlainConsole) -> None:
    """Figures of a lab that breaks would mean nothing."""
    commands.status, commands.says = 3, "noise\nMISS  the guest did not answer\n"
    with pytest.raises(HarnessError, match="ended with 3: MISS  the guest did not answer"):
        NightBench(Lab(), cells=1, rounds=1).measure(console)


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (PermissionError(13, os.strerror(13)), UsageError, "cannot be run: Permission denied"),
        (subprocess.TimeoutExpired("hil", 600), HarnessError, "did not end within 600 s"),
    ],
)
def test_a_command_that_does_not_run_or_end(
    monkeypatch: pytest.MonkeyPatch,
    console: PlainConsole,
    error: Exception,
    kind: type[HarnessError],
    message: str,
) -> None:
    """It is told in a line: a file that is no program, and a bound on every wait."""

    def fail(*_: object, **__: object) -> None:
        raise error

    stand_in(monkeypatch, fail)
    with pytest.raises(kind, match=message):
        NightBench(Lab(), cells=1, rounds=1).measure(console)


def test_what_lies_between_the_cells_of_each_slot() -> None:
    """Two slots work side by side: only what one waits for its own next cell counts."""
    began = datetime(2026, 11, 28, 2, 0)

    def cell(position: int, slot: str, start_s: float, end_s: float | None) -> Cell:
        attempt = Attempt(
            id=str(position), number=1, shard=slot, started_at=began + timedelta(seconds=start_s),
            ended_at=None if end_s is None else began + timedelta(seconds=end_s),
            verdict=Verdict.PASS,
        )  # fmt: skip
        test = Test("reference", "hwsim", "sample", "plain")
        return Cell(position, test, position + 1, attempts=(attempt,))

    cells = (cell(0, "a", 0, 3), cell(1, "b", 1, 5), cell(2, "a", 3.5, 6), cell(3, "b", 6, None))
    night = Night("n", "bench", "0" * 64, began, None, NightState.INTERRUPTED, cells)
    assert cell_times(night) == ((3.0, 2.5, 4.0), 0.5)


def test_ratios_are_each_rounds_own() -> None:
    """A round on a busy machine is busy for all three of its turns."""
    figures = Figures({})
    nights = {
        1: [NightTimes(6.0, (2.0, 2.0), 0.2), NightTimes(12.0, (4.0, 4.0), 0.4)],
        2: [NightTimes(3.0, (2.5, 2.5), 0.0), NightTimes(8.0, (5.0, 5.0), 0.0)],
    }
    add_figures(figures, [[8.0, 7.0], [10.0, 10.0]], nights)
    found = {one.name: one.samples for one in figures.figures}
    assert found["night, of the time of separate runs"] == [40.0, 60.0]
    assert found["night, two at a time: faster"] == [2.0, 1.5]
    assert found["between the cells of a slot, of their time"] == [5.0, 5.0]


def test_the_command_measures_nights(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`hil bench --nights`; another tree that is not there is a mistake."""
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(app, ["bench", "--nights", "2"])
    assert said.exit_code == 0, said.output
    assert "night, two at a time: faster" in said.stdout
    assert CliRunner().invoke(app, ["bench", "--nights", "2", "--before", "no"]).exit_code == 2
