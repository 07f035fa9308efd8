# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab slot as it is in a dask worker's process: proven by the doctor, then running cells.

A worker on the machine of the scheduler writes its runs where they are to be. One that does not
see that folder runs in a folder of its own, and what a run left comes back with its end.
"""

from __future__ import annotations

import contextlib
import io
import platform
import re
import signal
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, final

from distributed import Worker, WorkerPlugin, get_worker

from harness.config.lab import StoreConfig
from harness.console import PlainConsole
from harness.lab.doctor import examine
from harness.nightly.cell_runner import CellEnd, CellRunner, lab_cell_runner
from harness.nightly.matrix import PlannedCell
from harness.run.plan import RunPlan

LAB_SLOT: Final = "lab_slot"
"""The resource of a worker that has a slot; a cell takes one."""

WORKER_SETTINGS: Final = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
}
"""Left to itself dask looks at each cell's stack a hundred times a second, at its own loop fifty
times and at the machine twice: a tenth of a processor that guests have use for."""

OpenRunner = Callable[[Path], AbstractContextManager[CellRunner]]
"""Opens what runs cells, given the folder of the runs; a module's function, since it travels."""


@final
@dataclass(frozen=True, slots=True)
class Proof:
    """What a worker says of itself before it takes work."""

    slot: str
    """Its machine and its name there."""
    lacks: tuple[str, ...]
    """What is missing there, each with its fix; empty: it is fit to run cells."""


@final
@dataclass(frozen=True, slots=True)
class Returned:
    """The end of a cell, and what its run left, if that was not written where it is to be."""

    end: CellEnd
    files: bytes = b""
    """The run's folder as a tar archive."""


@contextlib.contextmanager
def logged_lab_runner(runs: Path) -> Iterator[CellRunner]:
    """A lab whose words go to a file beside the runs."""
    runs.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]", "_", str(get_worker().name))
    with (
        (runs / f"nightly-slot-{name}.log").open("a", encoding="utf-8") as stream,
        PlainConsole(stream) as console,
        lab_cell_runner(console) as runner,
    ):
        yield runner


@final
class LabSlot(WorkerPlugin):  # type: ignore[misc]
    """Keeps a worker's lab open from cell to cell."""

    name = "lab-slot"

    def __init__(self, runs: Path, token: str, open_runner: OpenRunner) -> None:
        self._runs, self._token, self._open = runs, token, open_runner
        self._stack = contextlib.ExitStack()
        self._runner: CellRunner | None = None
        self._own = Path()

    def setup(self, worker: Worker) -> None:
        """See `WorkerPlugin.setup`: nothing is started before the first cell.

        A terminal's Ctrl-C reaches all processes; ending workers is their parent's business.
        """
        with contextlib.suppress(ValueError):  # a worker in a thread of somebody's process
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._stack = contextlib.ExitStack()
        self._runner = None

    def teardown(self, worker: Worker) -> None:
        """See `WorkerPlugin.teardown`: guests are down when the worker is."""
        self._stack.close()

    def run(self, cell: PlannedCell, last: bool) -> Returned:
        """Run a cell, with its runs where they are to be if that folder is seen here."""
        shared = (self._runs / self._token).exists()
        if self._runner is None:
            self._own = self._runs if shared else self._private_folder()
            self._runner = self._stack.enter_context(self._open(self._own))
        end = self._runner.run(replace(cell, run=_placed(cell.run, self._own, shared)), last=last)
        if shared or end.path is None:
            return Returned(end)
        return Returned(end, _packed(end.path))

    def _private_folder(self) -> Path:
        """For runs that go back with their ends; it goes with the worker."""
        own = tempfile.TemporaryDirectory(prefix="hil-slot-")
        return Path(self._stack.enter_context(own))


def prove(open_runner: OpenRunner, dask_worker: Worker) -> Proof:
    """What this worker says of itself; only a real lab needs what the doctor asks for."""
    name = dask_worker.name  # a number in a cluster of this machine
    slot = name if isinstance(name, str) else f"{platform.node()}/{name}"
    lacks = []
    if not dask_worker.state.total_resources.get(LAB_SLOT):
        lacks.append(f"no resource {LAB_SLOT}; fix: begin it with `hil worker`")
    if open_runner is logged_lab_runner:
        missing = (one for one in examine() if one.required and not one.ok)
        lacks += [f"{one.name}: {one.found}; fix: {one.fix}" for one in missing]
    return Proof(slot, tuple(lacks))


def run_cell(cell: PlannedCell, last: bool) -> Returned:
    """Run a cell in the slot of this worker."""
    slot: Any = get_worker().plugins[LabSlot.name]
    assert isinstance(slot, LabSlot)
    return slot.run(cell, last)


def unpacked(returned: Returned, runs: Path) -> CellEnd:
    """The end of a cell whose run came back, with its folder below `runs`.

    What a worker sends is not trusted: nothing outside that folder is written.
    """
    end = returned.end
    if not returned.files or end.path is None or end.result is None:
        return end
    place = runs / Path(end.result.run_id).name
    place.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(returned.files)) as archive:
        archive.extractall(place, filter="data")
    return replace(end, path=place)


def _placed(run: RunPlan, runs: Path, shared: bool) -> RunPlan:
    """The run, kept in this folder; elsewhere also with the history and the cache of that place."""
    store = run.lab.store.model_copy(update={"runs": runs})
    if not shared:
        store = StoreConfig(runs=runs)
    return replace(run, lab=run.lab.model_copy(update={"store": store}))


def _packed(folder: Path) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, arcname=path.name)
    return stream.getvalue()


def all_lacks(proofs: Sequence[Proof]) -> str:
    """What workers lack, in a line."""
    return "; ".join(f"{one.slot}: {', '.join(one.lacks)}" for one in proofs if one.lacks)
