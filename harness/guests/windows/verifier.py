# SPDX-License-Identifier: GPL-2.0-or-later
"""Windows' Driver Verifier on the adapter's driver and ndis.sys: on request, after a reboot.

Its standard settings, and the NDIS/WIFI rules, which are not among them.

Which of its rules it broke is told by the bug check it ends Windows with.
"""

from __future__ import annotations

import re
from pathlib import PureWindowsPath

from harness.errors import LabFault
from harness.guests.common.ssh import CommandResult, Ssh

STANDARD = 0x000209BB
"""What /standard stands for (devtest, verifier command line)."""
NDIS_WIFI = 0x00200000
FLAGS = STANDARD | NDIS_WIFI

ENABLED_AFTER_REBOOT = 2
"""Exit code of verifier.exe: done, and in force after a reboot (0: in force, or as it was)."""


_FILE = re.compile(r"[\w.-]+\.sys\b", re.IGNORECASE | re.ASCII)
_NDIS_WIFI_IS_ON = re.compile(rf"\[X\]\s+{NDIS_WIFI:#010x}\b")


def turn_on(ssh: Ssh, driver: PureWindowsPath) -> bool:
    """Have `driver` and NDIS verified; whether a reboot is needed for it.

    Raises `LabFault`.
    """
    if not _FILE.fullmatch(driver.name):
        raise LabFault("Driver Verifier for the adapter's driver", 0, f"{driver.name!r} is none")
    if is_watching(ssh, driver) and has_ndis_wifi(ssh.run("verifier /querysettings").output):
        return False
    done = ssh.run(f"verifier /flags {FLAGS:#x} /driver {driver.name} ndis.sys")
    if done.status not in (0, ENABLED_AFTER_REBOOT):
        raise LabFault(f"Driver Verifier for {driver.name}", 0, _words(done))
    return True


def is_watching(ssh: Ssh, driver: PureWindowsPath) -> bool:
    """Whether it verifies the driver now: ``/query`` names the drivers that are loaded and
    verified, and file names are in no language."""
    verified = verified_drivers(ssh.run("verifier /query").output)
    return driver.name.casefold() in {one.casefold() for one in verified}


def verified_drivers(said: str) -> tuple[str, ...]:
    """The files that ``/query`` names, each once."""
    return tuple(dict.fromkeys(_FILE.findall(said)))


def has_ndis_wifi(said: str) -> bool:
    """Whether the NDIS/WIFI rules are set, by what ``/querysettings`` prints."""
    return _NDIS_WIFI_IS_ON.search(said) is not None


def _words(done: CommandResult) -> str:
    said = (done.errors or done.output).strip().splitlines()
    return f"verifier ended with {done.status}: {said[-1] if said else 'no output'}"
