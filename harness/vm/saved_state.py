# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot once, save the machine, start later runs from there.

A saved state is a folder: `memory` (the guest's memory as it was), `devices` (QEMU's migration
stream, with all else), `disk.qcow2` (what was written so far, over the image's disk) and
`state.json`. Every run maps the memory as its own copy and puts its own overlay on the disk, so a
state is never written to, any number of runs share it, and what a run does not touch is not read.

There are two of them. The *booted* state holds what does not depend on what is tested; its key
covers all that shapes the machine: images, specification, QEMU's version and the host's CPU. A
*prepared* state goes on from there: files and settings of one test are in place, for the price of
an installation, which is paid when they are used a second time.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness.config.lab import Accel, Lab
from harness.console import Stages
from harness.errors import HarnessError
from harness.local.cache import digest, entry
from harness.local.deadline import Deadline
from harness.local.workspace import work_folder
from harness.vm.argv import MachineSpec, Wiring
from harness.vm.boot import Bootable, watch
from harness.vm.disk import copy_sparse, overlay
from harness.vm.host import host_cpu, qemu_version
from harness.vm.kept_states import (
    ContentCheck,
    NotRestored,
    discard,
    prune,
    read_note,
    wanted_before,
    write_manifest,
)
from harness.vm.machine import Machine, leave_memory_out, running, stream_address

FORMAT = "3"
"""Raised when the way a state is made changes."""

MEMORY, DEVICES, DISK = "memory", "devices", "disk.qcow2"
"""The files of a state besides its manifest."""

DISK_ROOM = 64 << 20
"""Bytes that a state takes besides the guest's memory, at most."""

Tell = Callable[[float | None, str], None]


@dataclass(frozen=True, slots=True)
class SavedState:
    """A machine at rest, in a folder of the cache."""

    folder: Path
    note: dict[str, object] = field(compare=False)
    """What its maker wants to know of it again."""

    @property
    def name(self) -> str:
        """Kind and key: what it was made from."""
        return self.folder.name

    @property
    def memory(self) -> Path:
        """The guest's memory, as long as that is."""
        return self.folder / MEMORY

    @property
    def devices(self) -> Path:
        """QEMU's migration stream, which has all but the memory."""
        return self.folder / DEVICES

    @property
    def disk(self) -> Path:
        """What the guest had written to its disk."""
        return self.folder / DISK

    def memory_to_map(self, work: Path) -> Path:
        """The memory's file, or a copy of it in `work` if this user may not write to it: QEMU
        opens for writing whatever it maps."""
        if os.access(self.memory, os.W_OK):
            return self.memory
        return copy_sparse(self.memory, work / MEMORY)


def saved_state(
    lab: Lab,
    image: Bootable,
    spec: MachineSpec,
    stages: Stages,
    warm_up: Callable[[Machine], None],
    logs: Path,
) -> SavedState:
    """The booted state of `spec`, made by one boot if there is none yet.

    `warm_up` uses the booted machine once, so that what it loads is in the saved page cache. The
    folder `logs` gets serial console, QMP events and QEMU's words of a boot that failed.
    """

    def make(folder: Path) -> dict[str, object]:
        with stages.stage("boot once and save the guest's state") as stage:
            _boot(lab, image, spec, folder, stage.update, warm_up, logs)
        return {}

    key = digest(
        FORMAT, image.key, spec.shape,
        qemu_version(), host_cpu(),
    )  # fmt: skip
    return _kept(lab, spec, f"state-{key}", stages, make, logs)


def prepared_state(
    lab: Lab,
    spec: MachineSpec,
    booted: SavedState,
    key: str,
    stages: Stages,
    prepare: Callable[[Machine], dict[str, object]],
    logs: Path,
) -> SavedState | None:
    """The state of `booted` once `prepare` has been done to it, or None if there is none.

    `key` names all that `prepare` brings in; what it returns is the state's note. To make it costs
    as much as two later runs gain by it, so it is made when it is wanted a second time: a DLL that
    is built anew for each run pays nothing. If `prepare` fails there is no state, which is told,
    and the run does it all itself.
    """

    def make(folder: Path) -> dict[str, object]:
        with stages.stage("save the guest with this DLL in place (once)"):
            return _go_on(lab, spec, booted, folder, prepare, logs)

    cache, name = lab.store.cache, f"prepared-{digest(booted.name, key)}"
    if not (cache / name).is_dir() and not wanted_before(cache, name):
        return None
    try:
        return _kept(lab, spec, name, stages, make, logs)
    except HarnessError as error:
        stages.note(f"no saved state with this DLL: {error.message}")
        return None


def _kept(
    lab: Lab,
    spec: MachineSpec,
    name: str,
    stages: Stages,
    make: Callable[[Path], dict[str, object]],
    logs: Path,
) -> SavedState:
    """The state `name`, made if there is none, or none that is whole."""

    def build(folder: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        note = make(folder)
        shutil.rmtree(logs, ignore_errors=True)
        write_manifest(folder, name, note)

    def found() -> SavedState:
        place = entry(cache, kind, key, build, room=(spec.memory_mib << 20) + DISK_ROOM)
        return SavedState(place, read_note(place))

    cache, (kind, _, key) = lab.store.cache.resolve(), name.partition("-")
    before = (cache / name).is_dir()
    try:
        state = found()
    except NotRestored as flaw:
        stages.note(f"saved state {name} is not used: {flaw.last_state}; it is made anew")
        discard(cache / name)
        before, state = False, found()
    if not before:
        prune(cache)
    return state


def _boot(
    lab: Lab,
    image: Bootable,
    spec: MachineSpec,
    folder: Path,
    update: Tell,
    warm_up: Callable[[Machine], None],
    logs: Path,
) -> None:
    overlay(image.disk, folder / DISK)
    with _machine(spec, folder, logs) as machine:
        _await_ready(machine, image.ready, spec.accel, lab.limits.boot_s, update)
        warm_up(machine)
        update(0.9, "saving")
        _save(machine, folder / DEVICES, lab.limits.boot_s)


def _go_on(
    lab: Lab,
    spec: MachineSpec,
    booted: SavedState,
    folder: Path,
    prepare: Callable[[Machine], dict[str, object]],
    logs: Path,
) -> dict[str, object]:
    for name in (DISK, MEMORY):  # its own, so that neither state needs the other
        copy_sparse(booted.folder / name, folder / name)
    ContentCheck(booted.folder).finish()  # damage would not be seen any more in the new one
    with _machine(spec, folder, logs, state=booted.devices) as machine:
        note = prepare(machine)
        _save(machine, folder / DEVICES, lab.limits.boot_s)
    return note


@contextlib.contextmanager
def _machine(
    spec: MachineSpec, folder: Path, logs: Path, *, state: Path | None = None
) -> Iterator[Machine]:
    """A machine that is to be saved in `folder`, where its disk and its memory are already: nothing
    is connected to its radio."""
    memory = folder / MEMORY
    memory.touch(0o600)  # memory is private
    os.truncate(memory, spec.memory_mib << 20)
    with work_folder() as work, silent_radio(work / "radio") as radio:
        wiring = Wiring(
            "hil-state", folder / DISK, -1, radio, logs / "serial.log",
            memory=memory, keeps_memory=True,
        )  # fmt: skip
        with running(spec, wiring, logs, state=state) as machine:
            yield machine


def _await_ready(machine: Machine, line: bytes, accel: Accel, limit_s: float, update: Tell) -> None:
    """Wait for the line by which the guest's init says that all services are up."""
    deadline = Deadline("boot of the guest", limit_s)
    watched = watch(machine, accel)

    def ready() -> bool | None:
        deadline.state = machine.state()
        update(min(0.85, deadline.waited_s / 60), deadline.state)
        with contextlib.suppress(OSError):
            if line in machine.serial_log.read_bytes():
                return True
        trouble = watched.trouble()
        if trouble:
            deadline.state = trouble
            raise deadline.gone()
        return None

    deadline.poll(ready, every_s=0.2)


def _save(machine: Machine, place: Path, limit_s: float) -> None:
    machine.qmp.execute("stop")
    leave_memory_out(machine)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # so are devices
    try:
        uri = stream_address(machine, place, descriptor)
    finally:
        os.close(descriptor)
    machine.qmp.execute("migrate", {"uri": uri})
    deadline = Deadline("saving of the guest's state", limit_s)

    def saved() -> bool | None:
        deadline.state = str(machine.qmp.execute("query-migrate").get("status"))
        if deadline.state == "failed":
            raise deadline.gone()
        return deadline.state == "completed" or None

    deadline.poll(saved)


@contextlib.contextmanager
def silent_radio(path: Path) -> Iterator[Path]:
    """A radio port nobody serves: the guest's relay waits on it, as it will when restored."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(1)
        yield path
