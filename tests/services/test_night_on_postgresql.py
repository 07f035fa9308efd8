# SPDX-License-Identifier: GPL-2.0-or-later
"""A night whose history is in PostgreSQL, and a server that goes away in the midst of it."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from harness.cli.ends import exit_code_of
from harness.console import PlainConsole
from harness.history.model import NightState
from harness.history.sql import database, open_history
from harness.nightly.matrix import PlannedCell
from harness.nightly.night import NightOptions, run_night
from harness.nightly.slots import OwnSlot, Slots
from tests.services.killed_night import (
    CELLS,
    PLAN,
    SmallRunner,
    check_whole,
    executions,
    kept,
    night,
    wanted,
)
from tests.services.postgresql import Server

RESTARTS = 4
"""So many nights, in each of which the server dies at a line of its own."""

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([night.__module__])


@pytest.mark.timeout(180)
def test_a_night_waits_for_a_server_that_is_killed_and_started_again(
    postgresql: Server, tmp_path: Path
) -> None:
    """By SIGKILL, or as `pg_ctl stop -m immediate` does: nothing is run twice, nothing is lost."""
    lines = 0  # so many the first takes, which is left alone: waiting takes more
    for number in range(RESTARTS + 1):
        folder, place = tmp_path / str(number), postgresql.new_database()
        folder.mkdir()
        with open_history(place):
            pass
        how = signal.SIGQUIT if number % 2 else signal.SIGKILL
        kill_at = Random(number).randrange(1, lines) if lines else None
        process = CONTEXT.Process(target=night, args=(folder, kill_at, place, postgresql.pid, how))
        process.start()
        if kill_at:
            postgresql.wait_for_end(60)
            postgresql.start()
        process.join(100)
        assert process.exitcode == 0, (folder / "told").read_text()
        check_whole(place, folder, 0)
        assert all(count == wanted(name) for name, count in executions(folder).items())
        lines = lines or int((folder / "lines").read_text()) * 9 // 10


class KillingRunner(SmallRunner):
    """In mid-cell of the first the server is gone."""

    def __init__(self, log: Path, server: Server) -> None:
        super().__init__(log)
        self._server = server

    def run(self, cell: PlannedCell, *, last: bool) -> object:  # type: ignore[override]
        """See `CellRunner.run`."""
        if cell is CELLS[1]:
            self._server.kill()
        return super().run(cell, last=last)


@pytest.mark.timeout(120)
def test_a_server_that_stays_away_ends_the_night_which_goes_on_later(
    postgresql: Server, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 3, after a bounded wait: the lab broke, not the driver and not the plan."""
    monkeypatch.setattr(database, "RETRY_S", 0.5)

    def one_night(runner: SmallRunner) -> None:
        @contextlib.contextmanager
        def slots() -> Iterator[Slots]:
            yield OwnSlot(runner)

        with (
            open_history(place) as book,
            (tmp_path / "told").open("a") as told,
            PlainConsole(told) as console,
        ):
            run_night(PLAN, CELLS, book, tmp_path, slots, console, NightOptions())

    log = tmp_path / "ran"
    try:
        assert exit_code_of(lambda: one_night(KillingRunner(log, postgresql))) == 3
    finally:
        postgresql.start()
    left = kept(place)
    assert left is not None
    assert left.state is NightState.RUNNING
    assert exit_code_of(lambda: one_night(SmallRunner(log))) == 0
    check_whole(place, tmp_path, 1)
    assert "resumes night" in (tmp_path / "told").read_text()
