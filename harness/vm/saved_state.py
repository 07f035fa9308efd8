# SPDX-License-Identifier: GPL-2.0-or-later
"""Boot once, save the machine, start later runs from there.

A saved state is a folder: `memory` (QEMU's migration stream) and `disk.qcow2` (what the boot
wrote, over the image's disk). Every run puts its own overlay on that disk, so a state is never
written to and any number of runs share it. Its key covers all that shapes the machine: images,
specification, QEMU's version and the host's CPU.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.config.lab import Accel, Lab
from harness.console import Stages
from harness.local.cache import digest, entry
from harness.local.deadline import Deadline
from harness.local.workspace import work_folder
from harness.vm.argv import MachineSpec, Wiring
from harness.vm.boot import Bootable, watch
from harness.vm.disk import overlay
from harness.vm.host import host_cpu, migrates_to_files, qemu_version
from harness.vm.machine import Machine, running

FORMAT = "1"
"""Raised when the way a state is made changes."""

Tell = Callable[[float | None, str], None]


@dataclass(frozen=True, slots=True)
class SavedState:
    """A machine at rest."""

    memory: Path
    disk: Path


def saved_state(
    lab: Lab,
    image: Bootable,
    spec: MachineSpec,
    stages: Stages,
    warm_up: Callable[[Machine], None],
    logs: Path,
) -> SavedState:
    """The saved state of `spec`, made by one boot if there is none yet.

    `warm_up` uses the booted machine once, so that what it loads is in the saved page cache. The
    folder `logs` gets serial console, QMP events and QEMU's words of a boot that failed.
    """

    def build(folder: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        with stages.stage("boot once and save the guest's state") as stage:
            _make(lab, image, spec, folder, stage.update, warm_up, logs)
        shutil.rmtree(logs, ignore_errors=True)

    key = digest(
        FORMAT, image.key, spec.shape,
        qemu_version(), host_cpu(),
    )  # fmt: skip
    place = entry(lab.store.cache, "state", key, build, room=spec.memory_mib << 20)
    return SavedState(place / "memory", place / "disk.qcow2")


def _make(
    lab: Lab,
    image: Bootable,
    spec: MachineSpec,
    folder: Path,
    update: Tell,
    warm_up: Callable[[Machine], None],
    logs: Path,
) -> None:
    disk = overlay(image.disk, folder / "disk.qcow2")
    with work_folder() as work, silent_radio(work / "radio") as radio:
        wiring = Wiring("hil-state", disk, -1, radio, logs / "serial.log")
        with running(spec, wiring, logs) as machine:
            _await_ready(machine, image.ready, spec.accel, lab.limits.boot_s, update)
            warm_up(machine)
            update(0.9, "saving memory")
            _save(machine, folder / "memory", lab.limits.boot_s)


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
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # memory is private
    try:
        if not migrates_to_files():
            machine.qmp.send_fd("state", descriptor)
    finally:
        os.close(descriptor)
    machine.qmp.execute(
        "migrate-set-parameters", {"max-bandwidth": 1 << 40}
    )  # the default throttles to 128 MiB/s
    uri = f"file:{place.resolve()}" if migrates_to_files() else "fd:state"
    machine.qmp.execute("migrate", {"uri": uri})
    deadline = Deadline("saving of the guest's memory", limit_s)

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
