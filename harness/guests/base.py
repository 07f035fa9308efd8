# SPDX-License-Identifier: GPL-2.0-or-later
"""What the lab asks of a guest, whichever system runs in it.

`Guest` is a kind of guest: what it can do, how its image is come by, and the few things that are
done otherwise on each system. `GuestImage` is one that is ready to be started. All else (SSH,
agent, recorder, profile, the DLL) is the same for every guest and lives in `guests.common`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.config.lab import Accel
from harness.guests.common.ssh import Login
from harness.vm.argv import DiskBoot, KernelBoot, MachineSpec


@dataclass(frozen=True, slots=True)
class GuestImage:
    """A guest that can be started, and what the harness brings to it."""

    key: str
    """Changes with anything that changes the guest."""
    disk: Path
    boot: KernelBoot | DiskBoot
    ready: bytes
    """What it writes to the serial console when all services are up."""
    login: Login
    agent: Path
    recorder: Path

    def machine(self, memory_mib: int, accel: Accel) -> MachineSpec:
        """The machine that boots this image."""
        return MachineSpec(memory_mib, accel, self.boot)
