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

from harness.history.model import Night, NightState
from harness.history.sql import open_history
from tests.services.killed_night import check_whole, executions, kept, night, wanted

POINTS = 50
PARTS = 5
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([night.__module__])


def history(folder: Path) -> str:
    """Where the history of a night is."""
    return str(folder / "history.db")


def run(folder: Path, kill_at: int | None) -> bool:
    """Run the night in a process of its own; whether it was killed."""
    process = CONTEXT.Process(target=night, args=(folder, kill_at, history(folder)))
    process.start()
    process.join(30)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0


def ended_attempts(found: Night | None) -> Counter[str]:
    """How many attempts at each scenario came to their end."""
    cells = found.cells if found else ()
    return Counter(one.test.scenario for one in cells for _ in one.judged)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty history."""
    folder = tmp_path_factory.mktemp("fresh")
    with open_history(history(folder)):
        pass
    return folder


@pytest.fixture(scope="module")
def lines(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """So many lines a whole night has."""
    folder = tmp_path_factory.mktemp("whole") / "night"
    shutil.copytree(fresh, folder)
    assert not run(folder, None)
    return int((folder / "lines").read_text())


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
        found = kept(history(folder))
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
        check_whole(history(folder), folder, kills)
