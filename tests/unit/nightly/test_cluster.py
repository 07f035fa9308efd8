# SPDX-License-Identifier: GPL-2.0-or-later
"""Slots of dask workers, without any that dies: those are in `tests/services/test_workers.py`."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.nightly import cluster as cluster_module
from harness.nightly.cluster import open_cluster
from harness.nightly.worker import LAB_SLOT, LabSlot, prove, unpacked
from harness.results import Verdict
from tests.unit.nightly.samples import planned
from tests.unit.nightly.small_runner import small_runner


def test_a_scheduler_that_does_not_answer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the way to one."""
    monkeypatch.setattr(cluster_module, "ANSWER_S", 0.2)
    with (
        pytest.raises(UsageError, match=r"--scheduler tcp://127\.0\.0\.1:1: ") as caught,
        open_cluster(tmp_path, print, scheduler="tcp://127.0.0.1:1", open_runner=small_runner),
    ):
        pass
    assert "dask scheduler" in caught.value.hint


class Worker:
    """What `prove` asks of a dask worker."""

    def __init__(self, **resources: float) -> None:
        self.name = "one"
        self.state = self
        self.total_resources = resources


def test_a_worker_is_proven_before_it_takes_work() -> None:
    """By its resource, and by the doctor."""
    assert prove(small_runner, Worker(**{LAB_SLOT: 1})).lacks == ()
    (lack,) = prove(small_runner, Worker()).lacks
    assert lack == "no resource lab_slot; fix: begin it with `hil worker`"


def test_what_a_run_left_on_another_machine_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder is put where the runs are; there it had one of its own."""
    slot = LabSlot(tmp_path / "not-here", "token", small_runner)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    slot.setup(Worker())
    (cell,) = planned("a")
    returned = slot.run(cell, last=True)
    assert returned.end.path is not None
    assert not returned.end.path.is_relative_to(tmp_path)
    slot.teardown(Worker())
    assert not returned.end.path.exists()
    end = unpacked(returned, tmp_path / "runs")
    assert end.verdict is Verdict.PASS
    assert end.path is not None
    assert end.path.parent == tmp_path / "runs"
    assert (end.path / "result.json").exists()
