# SPDX-License-Identifier: GPL-2.0-or-later
"""Slots that are dask.distributed workers: several on this machine, or on others.

A cell is pinned to the worker whose name the history has for its attempt. Losing that worker loses
the attempt: the cell is run again elsewhere by who counts its attempts, not by dask.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, final

import dask
from distributed import Client, Future, LocalCluster, Security, wait

from harness.errors import PeerGone, StoreError, UsageError
from harness.local.deadline import Deadline
from harness.nightly.cell_runner import CellEnd
from harness.nightly.matrix import PlannedCell
from harness.nightly.slots import Ended, Slots
from harness.nightly.worker import (
    LAB_SLOT,
    WORKER_SETTINGS,
    LabSlot,
    OpenRunner,
    Proof,
    all_lacks,
    logged_lab_runner,
    prove,
    run_cell,
    unpacked,
)
from harness.nightly.worker_processes import METHOD, not_interrupted
from harness.results import Verdict

LOOK_EVERY_S: Final = 1.0
"""How often it is looked whether the workers are all there."""

NEW_WORKER_S: Final = 120.0
"""How long a night without any worker waits for one; a nanny begins another in seconds."""

ANSWER_S: Final = 10.0
"""How long a scheduler may take to answer."""

SETTINGS: Final = {
    "distributed.scheduler.allowed-failures": 0,  # attempts are counted in the history
    "distributed.worker.multiprocessing-method": METHOD,
    **WORKER_SETTINGS,
}

Note = Callable[[str], None]


@dataclass(slots=True)
class _Busy:
    cell: PlannedCell
    address: str
    future: Future


@final
@dataclass(slots=True)
class ClusterSlots:
    """The fit workers of a cluster."""

    client: Client
    runs: Path
    note: Note
    open_runner: OpenRunner = logged_lab_runner
    _proofs: dict[str, Proof] = field(default_factory=dict)
    """What each worker said of itself, by its address."""
    _busy: dict[str, _Busy] = field(default_factory=dict)

    def idle(self) -> list[str]:
        """See `Slots.idle`; without any worker at all it waits for one."""
        deadline = Deadline("a worker for the cells of the night", NEW_WORKER_S)

        def look() -> list[str] | None:
            there = self._fit()
            deadline.state = all_lacks(list(self._proofs.values())) or "no worker"
            idle = [slot for slot in there if slot not in self._busy]
            return idle if there or self._busy else None

        return deadline.poll(look, every_s=LOOK_EVERY_S)

    def start(self, slot: str, cell: PlannedCell, *, last: bool) -> None:
        """See `Slots.start`."""
        address = self._fit()[slot]
        future = self.client.submit(
            run_cell, cell, last,
            workers=[address], allow_other_workers=False, resources={LAB_SLOT: 1}, pure=False,
        )  # fmt: skip
        self._busy[slot] = _Busy(cell, address, future)

    def wait(self) -> Ended:
        """See `Slots.wait`."""
        while True:
            for slot, busy in self._busy.items():
                if busy.future.done():
                    return self._done(slot)
            there = self._addresses()
            for slot, busy in self._busy.items():
                if busy.address not in there and not busy.future.done():
                    return self._lost(slot)
            with contextlib.suppress(TimeoutError, CancelledError, asyncio.CancelledError):
                futures = [one.future for one in self._busy.values()]
                wait(futures, timeout=LOOK_EVERY_S, return_when="FIRST_COMPLETED")

    def _done(self, slot: str) -> Ended:
        """What came of a cell whose future has its end."""
        there = self._addresses()  # all is cancelled where the scheduler has gone
        if self._busy[slot].future.status == "cancelled" or self._killed(slot, there):
            return self._lost(slot)
        future = self._busy.pop(slot).future
        if future.status == "error":
            error = future.exception()
            if isinstance(error, StoreError):  # no run can be kept there: the night's business
                raise error
            return Ended(slot, CellEnd(Verdict.MISS, f"{type(error).__name__}: {error}"))
        return Ended(slot, unpacked(future.result(), self.runs))

    def _killed(self, slot: str, there: frozenset[str]) -> bool:
        return self._busy[slot].address not in there and (
            self._busy[slot].future.status != "finished"
        )

    def _lost(self, slot: str) -> Ended:
        busy = self._busy.pop(slot)
        busy.future.cancel()
        return Ended(slot, None, f"worker {slot} went away")

    def _addresses(self) -> frozenset[str]:
        """The workers that are there. Raises `PeerGone` where the scheduler is not, which blames no
        cell."""
        try:
            if self.client.status == "running":
                return frozenset(self.client.nthreads())
        except (OSError, CancelledError) as error:
            said = str(error)
        else:
            said = "the connection is lost"
        raise PeerGone(
            "the dask scheduler", 0, said, hint="begin it again; the night can then be resumed"
        )

    def _fit(self) -> dict[str, str]:
        """The workers that are there and fit to run cells: slot → address."""
        there = self._addresses()
        new = there - self._proofs.keys()
        answers = (
            self.client.run(prove, self.open_runner, workers=list(new), on_error="return")
            if new
            else {}
        )
        for address in new:
            said = answers.get(address)
            if not isinstance(said, Proof):  # another version of this program, or none
                said = Proof(address, (f"cannot be asked: {type(said).__name__}: {said}",))
            self._proofs[address] = said
            if said.lacks:
                self.note(f"no cell is run on {said.slot}: {', '.join(said.lacks)}")
        self._proofs = {address: said for address, said in self._proofs.items() if address in there}
        return {said.slot: address for address, said in self._proofs.items() if not said.lacks}


@contextlib.contextmanager
def open_cluster(
    runs: Path,
    note: Note,
    *,
    slots: int = 1,
    scheduler: str | None = None,
    open_runner: OpenRunner = logged_lab_runner,
) -> Iterator[Slots]:
    """`slots` workers on this machine, or those of the scheduler at an address.

    Raises `UsageError` where no scheduler answers there.
    """
    runs = runs.absolute()
    runs.mkdir(parents=True, exist_ok=True)
    token = f".nightly-{secrets.token_hex(8)}"
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(_client(stack, slots, scheduler))
        stack.callback((runs / token).unlink, missing_ok=True)
        (runs / token).touch()
        client.register_plugin(LabSlot(runs, token, open_runner))
        yield ClusterSlots(client, runs, note, open_runner)


def _client(stack: contextlib.ExitStack, slots: int, scheduler: str | None) -> Client:
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it says, we say ourselves
    stack.enter_context(dask.config.set(SETTINGS))
    if scheduler is None:
        with not_interrupted():  # half a cluster cannot be closed
            cluster = LocalCluster(
                n_workers=slots, threads_per_worker=1, processes=True, resources={LAB_SLOT: 1},
                memory_limit=0, dashboard_address=None, security=Security.temporary(),
                silence_logs=logging.CRITICAL,
            )  # fmt: skip
            stack.enter_context(cluster)
        return Client(cluster)
    try:
        return Client(scheduler, timeout=ANSWER_S)
    except (OSError, ValueError, TypeError, PeerGone) as error:  # TypeError: TLS is not set up
        raise UsageError(
            f"--scheduler {scheduler}: {error or 'no answer'}",
            hint="begin one with `dask scheduler`, or leave --scheduler out",
        ) from None
