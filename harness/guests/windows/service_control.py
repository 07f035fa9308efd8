# SPDX-License-Identifier: GPL-2.0-or-later
"""Windows' WLAN service and clock, driven by PowerShell and Windows' own programs over SSH."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import Any, Final

from pydantic import TypeAdapter

from harness.config.limits import LimitsConfig
from harness.errors import LabFault
from harness.guests.common.clock import behind_s
from harness.guests.common.recorder import RECORDER, SERVICE, Installation, Setup
from harness.guests.common.ssh import Ssh
from harness.guests.windows import netsh
from harness.guests.windows.installation import WindowsInstaller
from harness.guests.windows.powershell import PowerShell, ScriptFailed
from harness.local.jsonlines import CallFailed
from harness.scenarios.stimuli import OsParameters, OsStimulus

NOT_SUPPORTED = 50
"""ERROR_NOT_SUPPORTED."""


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """What service.ps1 answers: a ServiceControllerStatus, which is not translated."""

    status: str


@dataclass(frozen=True, slots=True)
class ClockAnswer:
    """What clock.ps1 answers, in milliseconds since 1970."""

    before_ms: int
    after_ms: int


STATUS: Final = TypeAdapter(ServiceStatus)
CLOCK: Final = TypeAdapter(ClockAnswer)


class WindowsServiceControl:
    """`ServiceControl` of the Windows guest."""

    def __init__(self, ssh: Ssh, *, limit_s: float) -> None:
        self._ssh = ssh
        self._limit_s = limit_s
        self._shell = PowerShell(ssh, limit_s=limit_s)
        self._installer = WindowsInstaller(ssh, self._shell, limit_s)

    def set_clock(self) -> float:
        """See `ServiceControl`."""
        asked_s = time.time()
        told = self._shell.ask("clock", CLOCK, now_ms=round(asked_s * 1000))
        answer = {"before_s": told.before_ms / 1000, "after_s": told.after_ms / 1000}
        return behind_s(asked_s, time.time(), answer)

    def install(self, setup: Setup) -> Installation:
        """See `ServiceControl`."""
        self.stop()
        return self._installer.install(setup)

    def uninstall(self, installation: Installation) -> None:
        """See `ServiceControl`."""
        self.stop()
        self._installer.uninstall(installation)

    def start(self) -> str:
        """See `ServiceControl`. Windows has to have the recorder for its adapter then."""
        try:
            status = self._have("Running")
        except ScriptFailed as failed:
            return f"{failed.error} ({failed.error_id})"
        if status != "Running":
            return f"{SERVICE} is {status} after {self._limit_s:g} s"
        self._check_recorder()
        return ""

    def stop(self) -> None:
        """See `ServiceControl`."""
        status = self._have("Stopped")
        if status != "Stopped":
            raise LabFault(f"end of the service {SERVICE}", self._limit_s, f"it is {status}")

    def give(
        self, orders: Sequence[OsStimulus], parameters: OsParameters, passphrase: str = ""
    ) -> None:
        """See `ServiceControl`: Windows obeys none."""
        if orders or not parameters.usual:
            raise CallFailed("Windows", "orders", NOT_SUPPORTED, "its service takes none")

    def collect(self) -> list[dict[str, Any]]:
        """See `ServiceControl`."""
        return []

    def keep_limits(self, limits: LimitsConfig) -> None:
        """See `ServiceControl`: Windows has its own, which cannot be set."""

    def look_first(self, frequencies_mhz: Sequence[int]) -> None:
        """See `ServiceControl`: Windows looks where it likes."""

    def have_adapters(self, count: int) -> None:
        """See `ServiceControl`: it has the one that is plugged in."""
        raise CallFailed("Windows", "adapters", NOT_SUPPORTED, "it has the one that is plugged in")

    def forget(self) -> None:
        """See `ServiceControl`: nobody knows all that Windows keeps of a network."""
        raise CallFailed("Windows", "forget", NOT_SUPPORTED, "each run has a guest of its own")

    def close(self) -> None:
        """See `ServiceControl`."""

    def _have(self, want: str) -> str:
        answer = self._shell.ask("service", STATUS, name=SERVICE, want=want, limit_s=self._limit_s)
        return answer.status

    def _check_recorder(self) -> None:
        """Raise `LabFault` unless the WLAN service has the recorder for an interface: it may not
        look at values that were written after the driver's installation."""
        if not self._installer.in_place:
            return
        done = self._ssh.run(netsh.COMMAND)
        drivers = netsh.shown_drivers(done.output)
        if any(one.dll == RECORDER for one in drivers):
            return
        seen = [f"{one.interface}: {one.dll or 'no DLL'}" for one in drivers]
        raise LabFault(
            f"`{netsh.COMMAND}` with {PureWindowsPath(RECORDER).name} as the IHV service's DLL", 0,
            f"status {done.status}, {'; '.join(seen) or 'no interface'}",
            hint="Windows did not take up Ndi\\IHVExtensions; `hil prove windows` looks closer",
        )  # fmt: skip
