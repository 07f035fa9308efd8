# SPDX-License-Identifier: GPL-2.0-or-later
"""Nights on dask workers: real ones, in processes of their own, that die in mid-cell."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from harness.cli.worker import command
from harness.errors import PeerGone, StoreError
from harness.history.model import CellState, NightState
from harness.history.sql import SqlHistory
from harness.local.deadline import Deadline
from harness.nightly.cluster import open_cluster
from harness.nightly.scheduler import Scheduler
from tests.unit.nightly.samples import planned
from tests.unit.nightly.small_runner import (
    CTRL_C,
    FULL,
    KILLS,
    KILLS_ONCE,
    RAISES,
    WAITS,
    small_runner,
)
from tests.unit.nightly.test_scheduler import Told, ledger_of, verdicts


@pytest.mark.timeout(180)
def test_a_night_outlives_its_workers(book: SqlHistory, tmp_path: Path) -> None:
    """The cell of a lost worker is run elsewhere; one that kills three is a finding of its own.

    The artefacts of each run are in the store's folder. Ctrl-C is for the scheduler alone.
    """
    cells = planned("a", KILLS_ONCE, KILLS, RAISES, CTRL_C)
    ledger, told, runs = ledger_of(book, cells), Told(), tmp_path / "runs"
    with open_cluster(runs, told.lines.append, slots=2, open_runner=small_runner) as slots:
        assert len(slots.idle()) == 2
        assert Scheduler(ledger, slots, told).run() is NightState.COMPLETE
    assert verdicts(ledger) == {
        "a": ["PASS"],
        KILLS_ONCE: ["None", "PASS"],
        KILLS: ["None", "None", "MISS"],
        RAISES: ["MISS", "MISS"],
        CTRL_C: ["PASS"],
    }
    night = ledger.night()
    assert [one.state for one in night.cells if one.test.scenario == KILLS] == [CellState.KILLED]
    assert "RuntimeError: a bug" in night.cells[3].attempts[0].reason
    kept = book.runs([one.run_id or "" for cell in night.cells for one in cell.judged])
    for run in kept:
        assert json.loads((Path(run.path) / "result.json").read_text())["run_id"] == run.id
        assert Path(run.path).parent == runs
    assert len(kept) == 3
    assert sum("went away" in line for line in told.lines) == 4


@pytest.mark.timeout(120)
def test_a_worker_that_cannot_keep_runs_ends_the_night_and_blames_no_cell(
    book: SqlHistory, tmp_path: Path
) -> None:
    """As a slot without workers does: it would take cell after cell, and lose each."""
    ledger, told = ledger_of(book, planned("a", FULL, "b")), Told()
    with (
        open_cluster(tmp_path, told.lines.append, open_runner=small_runner) as slots,
        pytest.raises(StoreError, match="the disk is full") as caught,
    ):
        Scheduler(ledger, slots, told).run()
    assert caught.value.hint == "free disk space and run again"
    assert verdicts(ledger) == {"a": ["PASS"], FULL: ["SKIP"], "b": []}


@contextlib.contextmanager
def lent(address: str, folder: Path) -> Iterator[None]:
    """A slot that `hil worker` lends to a scheduler, while this lasts."""
    with (folder / "worker.log").open("w") as log:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        process = subprocess.Popen(
            command(address, 1), cwd=folder, stderr=log, env=environment
        )  # fmt: skip
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


@pytest.mark.timeout(120)
def test_a_scheduler_elsewhere_has_the_slots_that_are_lent_to_it(
    book: SqlHistory, tmp_path: Path
) -> None:
    """By its address."""
    ledger, told = ledger_of(book, planned("a")), Told()
    local: dict[str, Any] = {"threads_per_worker": 1, "dashboard_address": None, "memory_limit": 0}
    with (
        LocalCluster(n_workers=0, **local) as cluster,
        lent(cluster.scheduler_address, tmp_path),
        open_cluster(
            tmp_path, told.lines.append,
            scheduler=cluster.scheduler_address, open_runner=small_runner,
        ) as slots,
    ):  # fmt: skip
        assert Scheduler(ledger, slots, told).run() is NightState.COMPLETE
    assert verdicts(ledger) == {"a": ["PASS"]}
    assert ledger.night().cells[0].attempts[0].shard == f"{platform.node()}-slot"


@pytest.mark.timeout(120)
def test_a_scheduler_that_goes_away_ends_the_night_and_blames_no_cell(
    book: SqlHistory, tmp_path: Path
) -> None:
    """The cell that ran is taken back: it killed no worker."""
    ledger, told = ledger_of(book, planned(WAITS, "a")), Told()
    local: dict[str, Any] = {"threads_per_worker": 1, "dashboard_address": None, "memory_limit": 0}
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(LocalCluster(n_workers=0, **local))
        stack.enter_context(lent(cluster.scheduler_address, tmp_path))

        def close() -> None:
            Deadline("the cell", 60).poll(lambda: (tmp_path / "waits").exists() or None)
            cluster.close()

        stack.callback((tmp_path / "goes-on").touch)
        closing = threading.Thread(target=close)
        closing.start()
        stack.callback(closing.join)
        slots = stack.enter_context(
            open_cluster(
                tmp_path, told.lines.append,
                scheduler=cluster.scheduler_address, open_runner=small_runner,
            )
        )  # fmt: skip
        with pytest.raises(PeerGone, match="the dask scheduler"):
            Scheduler(ledger, slots, told).run()
    assert verdicts(ledger) == {WAITS: ["SKIP"], "a": []}
