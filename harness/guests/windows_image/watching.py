# SPDX-License-Identifier: GPL-2.0-or-later
"""Waiting for an installation, stage by stage, with what it tells over the serial port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harness.errors import HarnessError
from harness.local.deadline import Deadline
from harness.vm.machine import Machine
from winsetup.stages import NAMES, SHUTDOWN_S, STAGES, Stage, Told, awaited_after, read_told

POLL_S: Final = 0.2
AT_ONCE: Final = 1 << 20
"""Bytes of the console that are read at a time."""
LONGEST_LINE: Final = 4096
"""Bytes of a line; what is longer is no line of ours."""


class InstallationFailed(HarnessError):
    """The installation said that a part of it failed."""


@dataclass(slots=True)
class StageLog:
    """The serial console of an installation, read as it grows."""

    path: Path
    told: Told = field(default_factory=Told)
    _read: int = 0
    _rest: bytes = b""

    def read_on(self) -> Told:
        """What it says by now. Stages never go back, and the first failure stays."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._read)
                fresh = file.read(AT_ONCE)
        except OSError:
            return self.told
        self._read += len(fresh)
        whole, newline, self._rest = (self._rest + fresh).rpartition(b"\n")
        self._rest = self._rest[-LONGEST_LINE:]
        new = read_told(whole + newline)
        stage = max(self.told.stage, new.stage, key=_place)
        self.told = Told(stage, self.told.failed or new.failed)
        return self.told


def await_sealed(
    machine: Machine, log: Path, patience: float, tell: Callable[[float, str], None]
) -> None:
    """Wait until the installation has come to its end and the machine is off.

    Each stage has its own bound, times `patience`. Raises `TooSlow` or `PeerGone`, which tell the
    last stage seen, and `InstallationFailed`.
    """
    console = StageLog(log)
    while (awaited := awaited_after(console.told.stage)) is not None:
        _await(machine, console, awaited, awaited.limit_s * patience)
        stage = console.told.stage
        tell(_place(stage) / len(STAGES), stage)
    deadline = Deadline("shutdown of the installed system", SHUTDOWN_S * patience)
    deadline.state = f"stage {console.told.stage}"
    deadline.poll(lambda: None if machine.alive else True, every_s=POLL_S)
    if machine.process.returncode != 0:
        deadline.state = machine.state()
        raise deadline.gone()


def _await(machine: Machine, console: StageLog, awaited: Stage, limit_s: float) -> None:
    before = console.told.stage
    deadline = Deadline(f"stage {awaited.name} of the installation ({awaited.meaning})", limit_s)
    last = f"stage {before}" if before else "no stage yet"

    def moved() -> bool | None:
        alive = machine.alive  # before the log is read, which then has all it said
        told = console.read_on()
        if told.failed:
            raise InstallationFailed(f"the installation failed in stage {told.failed}")
        if told.stage != before:
            return True
        deadline.state = last if alive else f"{last}; {machine.state()}"
        if not alive:
            raise deadline.gone()
        return None

    deadline.poll(moved, every_s=POLL_S)


def _place(stage: str) -> int:
    """How many stages have begun."""
    return NAMES.index(stage) + 1 if stage else 0
