# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 at any line of a night: it goes on, nothing is lost, nothing doubled, nothing half."""

from __future__ import annotations

import multiprocessing
import shutil
import signal
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from harness.history.model import CellState, Night, NightState
from harness.history.sql import open_history
from harness.results import Verdict
from tests.services.killed_night import CELLS, FAILS, night

POINTS = 50
PARTS = 5
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([night.__module__])


def run(folder: Path, kill_at: int | None) -> bool:
    """Run the night in a process of its own; whether it was killed."""
    process = CONTEXT.Process(target=night, args=(folder, kill_at))
    process.start()
    process.join(30)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0


def kept(folder: Path) -> Night | None:
    """The one night there is, which shows nothing half as whole."""
    with open_history(str(folder / "history.db")) as book:
        nights = book.nights()
        assert len(nights) <= 1
        runs = {one.id for one in book.runs()}
    for cell in nights[0].cells if nights else ():
        ended = [one for one in cell.attempts if one.ended_at is not None]
        assert all(one.run_id in runs and one.verdict for one in ended)
        assert len({one.run_id for one in ended}) == len(ended)
        if cell.state is CellState.DONE:
            wanted = [Verdict.FAIL] * 2 if cell.test.scenario == FAILS else [Verdict.PASS]
            assert [one.verdict for one in cell.judged] == wanted
    return nights[0] if nights else None


def ended_attempts(found: Night | None) -> Counter[str]:
    """How many attempts at each scenario came to their end."""
    cells = found.cells if found else ()
    return Counter(one.test.scenario for one in cells for _ in one.judged)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty history."""
    folder = tmp_path_factory.mktemp("fresh")
    with open_history(str(folder / "history.db")):
        pass
    return folder


@pytest.fixture(scope="module")
def lines(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """So many lines a whole night has."""
    folder = tmp_path_factory.mktemp("whole") / "night"
    shutil.copytree(fresh, folder)
    assert not run(folder, None)
    return int((folder / "lines").read_text())


def wanted(scenario: str) -> int:
    """How many attempts a cell takes that nobody kills."""
    return 2 if scenario == FAILS else 1


def executions(folder: Path) -> Counter[str]:
    """How often each cell was run to its end."""
    log = folder / "ran"
    return Counter(log.read_text().split() if log.exists() else ())


def killed_and_resumed(folder: Path, random: Random, lines: int) -> int:
    """Run the night, killed at most twice, until it has its end; the number of kills."""
    most = random.randint(1, 2)
    finished, ran = Counter[str](), Counter[str]()
    for kills in range(most + 1):
        if not run(folder, random.randrange(1, lines) if kills < most else None):
            return kills
        now = executions(folder)
        again = [one for one in finished if finished[one] == wanted(one) and now[one] > ran[one]]
        assert again == []  # what was finished is not run again
        found = kept(folder)
        finished, ran = ended_attempts(found), now
        if found and found.state is NightState.COMPLETE:  # killed when all was done
            return kills + 1
    raise AssertionError("a night that nobody kills was killed")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("part", range(PARTS))
def test_a_night_survives_a_kill_at_any_line(
    fresh: Path, lines: int, tmp_path: Path, part: int
) -> None:
    """Killed once or twice, then left alone: each cell has its verdict, and no kill more."""
    for seed in range(part, POINTS, PARTS):
        folder = tmp_path / str(seed)
        shutil.copytree(fresh, folder)
        kills = killed_and_resumed(folder, Random(seed), lines)
        found = kept(folder)
        assert found is not None, seed
        assert found.state is NightState.COMPLETE, seed
        assert [one.test for one in found.cells] == [one.test for one in CELLS]
        assert {one.state for one in found.cells} == {CellState.DONE}, seed
        cut_off = sum(one.verdict is None for cell in found.cells for one in cell.attempts)
        assert cut_off <= kills, seed
        ran = executions(folder)
        more = {name: ran[name] - wanted(name) for name in ran}
        assert min(more.values()) >= 0, seed
        assert sum(more.values()) <= kills, seed
