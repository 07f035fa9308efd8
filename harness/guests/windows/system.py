# SPDX-License-Identifier: GPL-2.0-or-later
"""Windows as a whole: since when it runs, and its reboot, which is over when it is another boot."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from harness.errors import LabFault
from harness.guests.common.ssh import Ssh
from harness.guests.windows.powershell import PowerShell
from harness.local.deadline import Deadline

COMMAND = "shutdown /r /t 0 /f"


@dataclass(frozen=True, slots=True)
class System:
    """What system.ps1 answers."""

    boot_ms: int
    """When it began, in milliseconds since 1970; it moves along when the clock is set."""
    up_s: float
    """Since when its performance counter runs, which no setting of the clock moves."""
    now_ms: int
    name: str
    build: str


FORM: Final = TypeAdapter(System)


def system(shell: PowerShell) -> System:
    """Which Windows it is, and its times. Raises `LabFault`."""
    return shell.ask("system", FORM)


def is_another_boot(before: System, after: System, between_s: float) -> bool:
    """Whether Windows has booted anew in between, `between_s` after it was asked `before`.

    Both its boot time has changed, and its counter has run for a shorter time than if it had gone
    on: a clock that is set moves the first, and alone that would look like a boot.
    """
    return after.boot_ms != before.boot_ms and after.up_s < before.up_s + between_s / 2


def reboot(ssh: Ssh, again: Callable[[], Ssh], *, limit_s: float, command_s: float) -> Ssh:
    """Reboot Windows: wait until it is down, until it is up, and see that it is another boot.

    Its connection ends, and is closed; the one to go on with. Raises `LabFault`: a Windows that
    does not go down within `limit_s` is told so, and is not taken for one that has come up.
    """
    before, asked_s = system(PowerShell(ssh, limit_s=command_s)), time.monotonic()
    done = ssh.run(COMMAND)
    if done.status != 0:
        said = (done.errors or done.output).strip().splitlines()
        raise LabFault(
            "reboot of Windows", 0,
            f"shutdown ended with {done.status}: {said[-1] if said else 'no output'}",
        )  # fmt: skip
    deadline = Deadline("Windows going down for its reboot", limit_s)
    deadline.state = "its SSH connection stands"
    deadline.poll(lambda: True if not ssh.alive else None, every_s=0.2)
    ssh.close()
    fresh = again()
    after = system(PowerShell(fresh, limit_s=command_s))
    if not is_another_boot(before, after, time.monotonic() - asked_s):
        fresh.close()
        raise LabFault(
            "reboot of Windows", time.monotonic() - asked_s,
            f"SSH answers, and it runs for {after.up_s:.0f} s, as before: it has not rebooted",
        )  # fmt: skip
    return fresh
