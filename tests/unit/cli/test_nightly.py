# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil nightly` on the command line, as far as no guest is needed."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cli import night as module
from harness.cli import nightly
from harness.history.sql import open_history
from harness.nightly.slots import OwnSlot, Slots
from harness.results import Verdict
from tests.unit.command import Command
from tests.unit.nightly.samples import Ends, ToldRunner, end

PLAN = 'name = "small"\nscenarios = ["plain", "m4-lost"]\n'


class Lab:
    """In place of guests: each cell ends as it is told."""

    def __init__(self) -> None:
        self.told: dict[str, Ends] = {}
        self.runner = ToldRunner()

    @contextlib.contextmanager
    def slot(self, _: Path) -> Iterator[Slots]:
        """See `harness.cli.night._own_slot`."""
        self.runner = ToldRunner(self.told)
        yield OwnSlot(self.runner)


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Lab:
    """Nothing is started."""
    made = Lab()
    monkeypatch.setattr(module, "_own_slot", made.slot)
    return made


def test_a_stranger_begins_with_a_plan_that_can_be_run(hil: Command) -> None:
    """It overwrites nothing, and shows what it would run."""
    said = hil("nightly", "--init")
    assert said.out == (
        "wrote nightly.toml: `./hil nightly nightly.toml` runs it, --dry-run shows it first\n"
    )
    assert "nothing is overwritten" in hil("nightly", "--init").err
    shown = hil("nightly", "--dry-run")
    assert shown.code == 0
    assert "(is to fail: POST-05)  ./hil run plain -n 5 --fault never-completes" in shown.out
    assert not (hil.folder / "runs").exists()


def test_a_plan_that_is_not_there_is_told_with_the_way_to_one(hil: Command) -> None:
    """By its name."""
    said = hil("nightly")
    assert (said.code, said.err) == (
        2,
        "error: nightly.toml: there is no such plan\nhint: `./hil nightly --init` writes one\n",
    )


@pytest.mark.parametrize(
    ("slots", "arguments", "prepared"),
    [
        ("", "", 0),
        ("", "--slots 2", 1),
        ("slots = 2", "", 1),
        ("slots = 2", "--slots 1", 0),
        ("slots = 2", "--dry-run", 0),
        ("slots = 2", "--scheduler tcp://127.0.0.1:1", 0),
        ("slots = '2'", "", 0),  # which is told when the plan is loaded, as all that is wrong in it
        ("slots = [", "", 0),
    ],
)
def test_workers_of_this_machine_begin_their_imports_first(
    hil: Command, monkeypatch: pytest.MonkeyPatch, slots: str, arguments: str, prepared: int
) -> None:
    """Where there are to be any: before the plan is checked, which takes imports of its own."""
    told: list[str] = []
    monkeypatch.setattr(nightly, "prepare_workers", lambda: told.append("workers"))
    monkeypatch.setattr(module, "load_plan", lambda _: told.append("plan") or sys.exit(2))
    (hil.folder / "plan.toml").write_text(f"{PLAN}{slots}\n")
    hil("nightly", "plan.toml", *arguments.split())
    assert told == ["workers"] * prepared + ["plan"]


def test_a_wrong_time_is_refused_before_anything_starts(hil: Command, lab: Lab) -> None:
    """With the form that is wanted."""
    (hil.folder / "plan.toml").write_text(PLAN)
    said = hil("nightly", "plan.toml", "--timeout", "8")
    assert said.code == 2
    assert "--timeout 8: wanted a duration" in said.err


def test_a_night_is_run_and_ends_with_the_code_of_its_gate(hil: Command, lab: Lab) -> None:
    """The second one says what changed."""
    (hil.folder / "plan.toml").write_text(PLAN)
    first = hil("nightly", "plan.toml")
    assert first.code == 0, first.err
    assert first.out.endswith("gate: holds\n")
    lab.told = {"m4-lost": [end(Verdict.FAIL)] * 2}
    second = hil("nightly", "plan.toml")
    assert second.code == 1
    assert "regression     reference/hwsim/sample/m4-lost: PASS → FAIL" in second.out
    again = hil("nightly", "plan.toml", "--last-failed", "--dry-run")
    assert "1 cells, 20 associations" in again.out
    with open_history("runs/history.sqlite") as book:
        assert len(book.nights()) == 2


def test_repetitions_can_be_asked_for(hil: Command, lab: Lab) -> None:
    """In place of the plan's."""
    (hil.folder / "plan.toml").write_text(PLAN)
    assert hil("nightly", "plan.toml", "--repeat", "3", "--fail-fast").code == 0
    assert lab.runner.ran == ["plain", "m4-lost"] * 3
    assert hil("nightly", "plan.toml", "--resume").code == 2
