# SPDX-License-Identifier: GPL-2.0-or-later
"""Watching a machine that starts: what shows early that it never will be up.

A wait for SSH or for the last line of a boot only ends at its limit. QEMU knows much sooner that a
guest has stopped (KVM's internal errors, a panic), and a console that says nothing under KVM is a
guest that does not run.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from harness.config.lab import Accel
from harness.vm.machine import Machine

KVM_SILENCE_S = 12.0
"""Longest silence of the console during a boot under KVM. The guest speaks at each stage; the
longest between two is 1 to 2 s there, and 5 to 10 s under TCG, for which there is no such bound."""


class Bootable(Protocol):
    """An image that a machine boots from, whatever guest is on it."""

    @property
    def key(self) -> str:
        """Changes with anything that changes the guest."""

    @property
    def disk(self) -> Path:
        """Its disk, which is never written to."""

    @property
    def ready(self) -> bytes:
        """What the guest writes to the serial console once all its services are up."""


@dataclass(slots=True)
class BootWatch:
    """Says why a boot cannot succeed any more, as soon as that shows."""

    machine: Machine
    silence_s: float | None = None
    """Longest silence of the serial console, in seconds; None: it may be silent."""
    _heard: int = 0
    _heard_at_s: float = field(default_factory=time.monotonic)

    def trouble(self) -> str:
        """Why the guest will not come up, in words; empty while it still may."""
        stopped = self.machine.trouble()
        if stopped:
            return stopped
        heard, now_s = self._console_bytes(), time.monotonic()
        if heard != self._heard:
            self._heard, self._heard_at_s = heard, now_s
        quiet_s = now_s - self._heard_at_s
        if self.silence_s is not None and quiet_s > self.silence_s:
            return f"the guest does not go on: {self.machine.state()} for {quiet_s:.0f} s"
        return ""

    def _console_bytes(self) -> int:
        with contextlib.suppress(OSError):
            return self.machine.serial_log.stat().st_size
        return 0


def watch(machine: Machine, accel: Accel) -> BootWatch:
    """A watch with the bound on silence that fits an accelerator."""
    return BootWatch(machine, KVM_SILENCE_S if accel == "kvm" else None)
