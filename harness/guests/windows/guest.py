# SPDX-License-Identifier: GPL-2.0-or-later
"""`Guest` as a Windows guest fills it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from harness.config.lab import REHEARSAL, GuestConfig
from harness.console import Stages
from harness.eap import Credentials
from harness.errors import LabFault, UsageError
from harness.guests.base import GuestImage, ProgramNeed, ServiceControl, Witness
from harness.guests.common.ssh import Login, Ssh
from harness.guests.reference import images
from harness.guests.reference.system_dlls import guest_dlls
from harness.guests.windows import verifier
from harness.guests.windows.adapters import place_of, the_adapter
from harness.guests.windows.powershell import PowerShell
from harness.guests.windows.sealed import SealedImage, folder_of, sealed
from harness.guests.windows.service_control import WindowsServiceControl
from harness.guests.windows.system import reboot, system
from harness.guests.windows.witness import WindowsWitness
from harness.vm.argv import DiskBoot

COMMAND_S = 60.0
"""Bound on one command while a guest is made ready: PowerShell's first start takes seconds."""

REBOOT_S = 600.0
"""Bound on going down, with updates that were put off."""

DISK_ROOM = 32 << 30
"""Bytes of the cache that an image of Windows takes, an overlay of it included."""


class WindowsGuest:
    """See `Guest`."""

    cache_room = DISK_ROOM
    build_room = 0

    def program_needs(self, *when: str) -> Sequence[ProgramNeed]:
        """See `Guest`: QEMU and the compiler of the PE files, as for the reference guest."""
        found: Sequence[ProgramNeed] = images.program_needs(*when)
        return found

    def prepare(self, config: GuestConfig, cache: Path, stages: Stages) -> GuestImage:
        """See `Guest`: an image that `hil image build windows` made, or the rehearsal's."""
        if config.image == REHEARSAL:
            image = images.prepare(cache, stages)
            login = replace(image.login, tells_status=False)
            return replace(image, login=login, reboots=True)
        found = sealed(cache, config.image)
        pe = images.pe_files(cache, stages)
        return image_of(found, folder_of(cache, config.image), pe)

    def system_dlls(self) -> frozenset[str]:
        """See `Guest`: what the reference guest has, Windows has."""
        return guest_dlls()

    def settle(self, config: GuestConfig, ssh: Ssh, again: Callable[[], Ssh]) -> Ssh:
        """See `Guest`: Driver Verifier."""
        if not config.driver_verifier:
            return ssh
        adapter = the_adapter(PowerShell(ssh, limit_s=COMMAND_S))
        driver = place_of(adapter.image)
        if verifier.turn_on(ssh, driver):
            ssh = reboot(ssh, again, limit_s=REBOOT_S, command_s=COMMAND_S)
        if not verifier.is_watching(ssh, driver):
            raise LabFault(f"Driver Verifier for {driver.name}", 0, "it does not verify it")
        return ssh

    def warm_up(self, ssh: Ssh) -> None:
        """See `Guest`: PowerShell, whose first start is the longest."""
        system(PowerShell(ssh, limit_s=COMMAND_S))

    def before_saving(self, ssh: Ssh) -> None:
        """See `Guest`: nothing of Windows can be begun beforehand."""

    def place_certificates(self, ssh: Ssh, credentials: Credentials) -> None:
        """See `Guest`."""
        raise UsageError(
            "802.1X on a Windows guest: its certificate stores are not filled yet",
            hint="take a scenario with a passphrase",
        )

    def witness(self, ssh: Ssh, *, limit_s: float) -> Witness | None:
        """See `Guest`."""
        return WindowsWitness(ssh, limit_s=limit_s)

    def service_control(self, ssh: Ssh, *, limit_s: float) -> ServiceControl:
        """See `Guest`."""
        return WindowsServiceControl(ssh, limit_s=limit_s)


def image_of(found: SealedImage, folder: Path, pe: Path) -> GuestImage:
    """A sealed image in `folder` as it is started, with the PE files that are brought to it."""
    return GuestImage(
        key=found.key,
        disk=folder / found.disk,
        boot=DiskBoot(found.firmware, folder / found.variables, found.secure),
        ready=found.ready.encode(),
        login=Login(found.user, folder / found.login_key, found.host_key, tells_status=False),
        agent=pe / "agent.exe",
        recorder=pe / "recorder.dll",
        cpus=found.cpus,
        disk_bus=found.disk_bus,
        network_card=found.network_card,
        reboots=True,
    )
