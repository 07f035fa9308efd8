# SPDX-License-Identifier: GPL-2.0-or-later
"""What is to be run on Windows first, in which order, and what each step proves.

Nothing of this has been run on Windows. The steps that concern the guest alone are here; those of
the machine, the image and whole runs are the caller's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from harness.errors import LabFault
from harness.guests.base import ServiceControl
from harness.guests.common.recorder import Setup
from harness.guests.common.ssh import Ssh
from harness.guests.windows.adapters import driver_model, place_of, read_program, the_adapter
from harness.guests.windows.powershell import PowerShell
from harness.guests.windows.system import reboot, system

RUN_ON_WINDOWS: Final = "nothing yet"
"""What of this has been run on Windows."""

UNPROVEN: Final = {
    "anything": "anything at all: no Windows was run",
    "crypto": "hardware encryption of the emulated Realtek chips, which Linux' driver does not use",
    "eeprom": "fields of the adapters' EEPROM that Windows' drivers alone read",
    "registers": "registers that Windows' drivers alone poll",
    "watchdogs": "timing: the watchdogs of the vendors' drivers",
    "power": "power management: selective suspend, D3",
    "dll": "that a Native 802.11 miniport without an IHV service takes a DLL's ciphers and AKMs; "
    "that Windows honours Ndi\\IHVExtensions written after the driver's installation",
    "signing": "signatures of drivers of 2009 under HVCI and Secure Boot",
}
"""What is not known of Windows and the emulated adapters, by a word for each."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is done, what it proves, and what of UNPROVEN it sheds light on."""

    name: str
    does: str
    proves: str
    facts: tuple[str, ...] = ()


STEPS: Final = (
    Step("machine", "looks for all that this machine needs", "the host can run such a guest"),
    Step("image", "opens the image of lab.toml", "an installation went through, and was sealed"),
    Step("start", "boots it and logs in", "Windows boots here, its OpenSSH takes the image's key, "
         "and its driver has put the adapter into operation", ("anything", "eeprom", "registers")),
    Step("shell", "asks for exit codes, and PowerShell for the system",
         "cmd.exe tells exit codes, and PowerShell takes and gives what it should"),
    Step("clock", "sets the clock and reads it back", "times of events can be trusted"),
    Step("adapter", "lists the adapter and its driver", "which driver bound, of which model",
         ("signing",)),
    Step("reboot", "reboots: down, up, another boot", "Driver Verifier and updates can be had, and "
         "the adapter comes back", ("power",)),
    Step("recorder", "puts the recorder before the DLL, restarts the adapter, takes it out again",
         "Windows takes up a DLL that is registered later", ("dll",)),
    Step("handlers", "associates once with the DLL", "Windows calls the DLL's handlers in the "
         "order that its documents say", ("dll", "crypto")),
    Step("series", "associates twenty times", "the lab is steady; what the timing of Windows is",
         ("watchdogs", "crypto")),
)  # fmt: skip
"""In the order in which the first person with a Windows licence should run them."""


@dataclass(slots=True)
class Subject:
    """The guest that is looked at; a reboot changes its connection."""

    ssh: Ssh
    service: ServiceControl
    setup: Setup
    again: Callable[[], tuple[Ssh, ServiceControl]]
    """A new connection to it, after a reboot."""
    limit_s: float
    boot_s: float


def shell(subject: Subject) -> str:
    """An exit code that is not 0 by cmd.exe, and PowerShell's answer."""
    wanted = subject.ssh.run("cmd /c exit 7").status
    if wanted != 7:
        raise LabFault("exit code 7 of `cmd /c exit 7`", 0, f"{wanted} was told")
    told = system(PowerShell(subject.ssh, limit_s=subject.limit_s))
    return f"{told.name}, build {told.build}"


def clock(subject: Subject) -> str:
    """Set, and read back by `ServiceControl.set_clock`."""
    return f"it had been {subject.service.set_clock():.1f} s behind"


def adapter(subject: Subject) -> str:
    """What Windows tells of the adapter, and what its driver's file shows."""
    found = the_adapter(PowerShell(subject.ssh, limit_s=subject.limit_s))
    model = driver_model(read_program(subject.ssh, place_of(found.image)))
    return (
        f"{found.description}, driver {place_of(found.image).name} {found.driver_version} of the "
        f"{model} model (NDIS {found.ndis}), {found.status}, DLL {found.dll or 'none'}"
    )


def restarted(subject: Subject) -> str:
    """Down, up, another boot; the adapter is there again."""

    def again() -> Ssh:
        ssh, subject.service = subject.again()
        return ssh

    limit_s = subject.limit_s
    subject.ssh = reboot(subject.ssh, again, limit_s=subject.boot_s, command_s=limit_s)
    shell = PowerShell(subject.ssh, limit_s=limit_s)
    up_s, found = system(shell).up_s, the_adapter(shell)
    return f"up for {up_s:.0f} s; {found.description} is {found.status}"


def recorder(subject: Subject) -> str:
    """In, seen by netsh when the service has started, and out again."""
    service = subject.service
    installed = service.install(subject.setup)
    try:
        refusal = service.start()
    finally:
        service.uninstall(installed)
    if refusal:
        raise LabFault("start of the WLAN service with the recorder", 0, refusal)
    if not installed.vendor:
        return f"no DLL to be put before: {installed.silent}"
    return f"it stood before {installed.vendor}, and the adapter has again what it had"


GUEST_STEPS: Final[dict[str, Callable[[Subject], str]]] = {
    "shell": shell, "clock": clock, "adapter": adapter, "reboot": restarted, "recorder": recorder,
}  # fmt: skip
"""How the steps that concern the guest alone are done; each tells what was seen."""
