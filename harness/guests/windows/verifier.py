# SPDX-License-Identifier: GPL-2.0-or-later
"""Windows' Driver Verifier on the adapter's driver and ndis.sys: on request, after a reboot.

Its standard settings, and the NDIS/WIFI rules, which are not among them.

Which of its rules it broke is told by the bug check it ends Windows with.
"""

from __future__ import annotations

from pathlib import PureWindowsPath

from harness.errors import LabFault
from harness.guests.common.ssh import CommandResult, Ssh

STANDARD = 0x000209BB
"""What /standard stands for (devtest, verifier command line)."""
NDIS_WIFI = 0x00200000
FLAGS = STANDARD | NDIS_WIFI

ENABLED_AFTER_REBOOT = 2
"""Exit code of verifier.exe: done, and in force after a reboot (0: in force, or as it was)."""


def turn_on(ssh: Ssh, driver: PureWindowsPath) -> bool:
    """Have `driver` and NDIS verified; whether a reboot is needed for it.

    Raises `LabFault`.
    """
    if is_watching(ssh, driver):
        return False
    done = ssh.run(f"verifier /flags {FLAGS:#x} /driver {driver.name} ndis.sys")
    if done.status not in (0, ENABLED_AFTER_REBOOT):
        raise LabFault(f"Driver Verifier for {driver.name}", 0, _words(done))
    return True


def is_watching(ssh: Ssh, driver: PureWindowsPath) -> bool:
    """Whether it verifies the driver now: ``/query`` names the drivers that are loaded and
    verified, and file names are in no language."""
    said = ssh.run("verifier /query").output.lower()
    return driver.name.lower() in said


def _words(done: CommandResult) -> str:
    said = (done.errors or done.output).strip().splitlines()
    return f"verifier ended with {done.status}: {said[-1] if said else 'no output'}"
