# SPDX-License-Identifier: GPL-2.0-or-later
"""What the lab asks of a guest, whichever system runs in it.

`Guest` is a kind of guest: what it can do, how its image is come by, and the few things that are
done otherwise on each system. `GuestImage` is one that is ready to be started. All else (SSH,
agent, recorder, profile, the DLL) is the same for every guest and lives in `guests.common`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from harness.config.lab import Accel, GuestConfig
from harness.config.limits import LimitsConfig
from harness.console import Stages
from harness.eap import Credentials
from harness.evidence import DriverVerifier, WallClock
from harness.guests.common.recorder import Installation, Setup
from harness.guests.common.ssh import Login, Ssh
from harness.scenarios.stimuli import OsParameters, OsStimulus
from harness.vm.argv import DiskBoot, KernelBoot, MachineSpec, UsbHost


@dataclass(frozen=True, slots=True, kw_only=True)
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
    cpus: int = 1
    disk_bus: Literal["virtio", "ide"] = "virtio"
    network_card: Literal["virtio-net-pci", "e1000e"] = "virtio-net-pci"
    reboots: bool = False
    """Its guest is rebooted on purpose."""

    def machine(self, memory_mib: int, accel: Accel, usb: UsbHost | None = None) -> MachineSpec:
        """What QEMU is to be, to boot this image with so much memory, and with a USB host if a USB
        adapter is to be plugged in."""
        return MachineSpec(
            memory_mib, accel, self.boot, cpus=self.cpus, disk_bus=self.disk_bus,
            network_card=self.network_card, usb=usb, reboots=self.reboots,
        )  # fmt: skip


class ServiceControl(Protocol):
    """A guest's WLAN service and clock, driven beyond what the WLAN API of Windows can ask.

    Every call raises `CallFailed` if the guest does not know what is asked, and `LabFault` if it
    does not answer.
    """

    def set_clock(self) -> float:
        """Set the guest's calendar clock to the host's; the seconds by which it had been behind.

        The first thing that is asked. Raises `LabFault` if the guest does not tell the right time
        afterwards.
        """

    def install(self, setup: Setup) -> Installation:
        """Put agent, recorder and DLL into the guest, the recorder in the DLL's place; the service
        is stopped then. Raises `LabFault`, and `UsageError` if there is no DLL to be tested."""

    def uninstall(self, installation: Installation) -> None:
        """Undo `install`: what follows must not find what came with it. Raises `LabFault`."""

    def start(self) -> str:
        """Start the service, which is stopped, and with it the DLL; empty, or why it did not come
        up."""

    def stop(self) -> None:
        """Stop the service, which unloads the DLL; one that is stopped stays so.

        Raises `LabFault` if it does not answer.
        """

    def give(
        self, orders: Sequence[OsStimulus], parameters: OsParameters, passphrase: str = ""
    ) -> None:
        """The stimuli of the associations from now on. `passphrase` is the network's."""

    def collect(self) -> list[dict[str, Any]]:
        """What was done of the stimuli given last, once none of it is in progress any more."""

    def keep_limits(self, limits: LimitsConfig) -> None:
        """What the service is to bound from now on, the load of the next DLL included."""

    def look_first(self, frequencies_mhz: Sequence[int]) -> None:
        """On which channels the service may expect access points, in their order: a network never
        seen is sought there first, so that it is the first of them that is found."""

    def have_adapters(self, count: int) -> None:
        """Give the guest as many WLAN adapters as that, if it has fewer."""

    def forget(self) -> None:
        """Let the service, which is stopped, be as it was when the guest had started: no profile,
        certificate, order, limit or network is known any more.

        Raises `CallFailed` where that cannot be: adapters that were added stay.
        """

    def close(self) -> None:
        """Let go of the service; never raises."""


class Witness(Protocol):
    """What tells of a run in a guest beside the trace. Every call raises `LabFault` if the guest
    does not tell."""

    def reading(self) -> WallClock:
        """The guest's calendar and its clock, read together."""

    def verifier(self) -> DriverVerifier:
        """The adapter's driver, and whether it is being verified."""

    def fetch(self, folder: Path, since_utc_ns: int) -> tuple[str, ...]:
        """Put the guest's event log since then, by its calendar, and new crash dumps into `folder`;
        what could not be had."""


class ProgramNeed(Protocol):
    """A program (or a file, by its path) that this machine has to have for a guest."""

    @property
    def program(self) -> str:
        """Its name, or the file's path."""

    @property
    def packages(self) -> tuple[str, ...]:
        """The Debian packages that bring it."""

    @property
    def when(self) -> str:
        """`run`, `build`, `user` (to build without being root) or `test`."""

    @property
    def use(self) -> str:
        """What it does for us, in words; of a file, what it is."""

    @property
    def is_file(self) -> bool:
        """Whether it is a file that has to be there, not a program to be found."""


class Guest(Protocol):
    """A kind of guest: how its image is come by, and what is done otherwise in each system.

    What it can do is data (`harness.guests.abilities`); which kinds there are says
    `harness.guests.registry`. ``cache_room`` and ``build_room`` are the bytes that its image takes
    in the cache, and its making in the folder of temporary files.
    """

    cache_room: int
    build_room: int

    def program_needs(self, *when: str) -> Sequence[ProgramNeed]:
        """What it needs of this machine for these occasions; for all of them without any."""

    def prepare(self, config: GuestConfig, cache: Path, stages: Stages) -> GuestImage:
        """The image that lab.toml names, built if the cache does not have it and it can be built
        without being asked for; raises `HarnessError`."""

    def system_dlls(self) -> frozenset[str]:
        """Names, in lower case, of what a vendor's DLL may import there."""

    def settle(self, config: GuestConfig, ssh: Ssh, again: Callable[[], Ssh]) -> Ssh:
        """Have in force what lab.toml asks of the system, rebooted if that takes it; the connection
        to go on with. `again` waits for a new one. Raises `LabFault`."""

    def warm_up(self, ssh: Ssh) -> None:
        """Use once what every run will use, so that a saved state has it in memory."""

    def before_saving(self, ssh: Ssh) -> None:
        """Begin, with its WLAN service stopped, what each start of that begins with and what
        depends on no DLL and no setting, so that a saved state has it done.

        Raises `CallFailed` or `LabFault`.
        """

    def place_certificates(self, ssh: Ssh, credentials: Credentials) -> None:
        """Put the trusted root and the user's certificate and key where its 802.1X looks."""

    def witness(self, ssh: Ssh, *, limit_s: float) -> Witness | None:
        """What tells of a run there beside the trace; None if nothing does."""

    def service_control(self, ssh: Ssh, *, limit_s: float) -> ServiceControl:
        """Its WLAN service; nothing is started before the first call needs it."""
