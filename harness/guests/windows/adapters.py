# SPDX-License-Identifier: GPL-2.0-or-later
"""The WLAN adapter of a Windows guest: which one, of which driver model, and its restart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from harness.errors import LabFault
from harness.guests.common import pe
from harness.guests.common.ssh import Ssh
from harness.guests.windows.powershell import PowerShell
from harness.local.deadline import Deadline

DriverModel = Literal["Native 802.11", "WDI", "WiFiCx", "unknown"]

ValueKind = Literal["String", "ExpandString"]
"""RegistryValueKind of .NET: REG_SZ, REG_EXPAND_SZ."""

WINDOWS = PureWindowsPath(r"C:\Windows")

REBOOT_NEEDED = 3010
"""ERROR_SUCCESS_REBOOT_REQUIRED, with which pnputil ends."""

LARGEST = 64 << 20
"""Bytes of a driver or DLL, at most."""

CAME_BACK = ("Up", "Disconnected")
"""What adapters.ps1 makes of the two statuses of an adapter that is in operation."""


@dataclass(frozen=True, slots=True)
class WlanAdapter:
    """An adapter of native 802.11, as Windows tells of it. Untrusted: what becomes part of a
    command line has a form that ends no quote."""

    name: str
    description: str
    guid: str
    instance: Annotated[str, Field(pattern=r"^[A-Za-z0-9_&\\.#{}()+-]{1,200}$")]
    """Its device instance."""
    driver_key: Annotated[str, Field(pattern=r"^\{[0-9A-Fa-f-]{36}\}\\[0-9]{4}$")]
    """Below Control\\Class in the registry."""
    image: str
    """Path of its driver, as the driver's service has it."""
    driver_version: str
    ndis: str
    status: str
    dll: str | None
    dll_kind: ValueKind
    oui: int | None


@dataclass(frozen=True, slots=True)
class Adapters:
    """What adapters.ps1 answers."""

    adapters: tuple[WlanAdapter, ...]


FORM: Final = TypeAdapter(Adapters)


def the_adapter(shell: PowerShell) -> WlanAdapter:
    """The guest's WLAN adapter: the first in operation, if there are several. Raises `LabFault`."""
    found = shell.ask("adapters", FORM).adapters
    if not found:
        raise LabFault(
            "the WLAN adapter of the Windows guest", 0, "Windows lists none",
            hint="has Windows a driver for [guest] radio (`hil radios`), and is it installed?",
        )  # fmt: skip
    working = [one for one in found if one.status in CAME_BACK]
    return (working or list(found))[0]


def restart(ssh: Ssh, shell: PowerShell, adapter: WlanAdapter, *, limit_s: float) -> None:
    """Restart the device, as a driver's update does, and see it come back; raises `LabFault`."""
    awaited = f"restart of the adapter {adapter.description}"
    done = ssh.run(f'pnputil /restart-device "{adapter.instance}"')
    if done.status not in (0, REBOOT_NEEDED):
        said = (done.errors or done.output).strip().splitlines()
        raise LabFault(
            awaited, 0, f"pnputil ended with {done.status}: {said[-1] if said else 'no output'}",
            hint="pnputil knows /restart-device since Windows 10 2004",
        )  # fmt: skip
    if done.status == REBOOT_NEEDED:
        raise LabFault(awaited, 0, "Windows wants a reboot first", hint="seal it anew after one")
    deadline = Deadline(awaited, limit_s)

    def back() -> bool | None:
        listed = shell.ask("adapters", FORM).adapters
        mine = [one.status for one in listed if one.instance == adapter.instance]
        deadline.state = f"it is {mine[0]}" if mine else "Windows does not list it any more"
        return (bool(mine) and mine[0] in CAME_BACK) or None

    deadline.poll(back, every_s=1.0)


def place_of(image: str) -> PureWindowsPath:
    r"""A driver's file from its service's ImagePath: ``\SystemRoot\…``, ``System32\…`` or whole."""
    text = re.sub(r"^\\SystemRoot\\|^%SystemRoot%\\", "", image, flags=re.IGNORECASE)
    text = text.removeprefix("\\??\\")
    path = PureWindowsPath(text)
    return path if path.drive else WINDOWS / text.lstrip("\\")


def dll_place(value: str) -> PureWindowsPath:
    """A DLL's file from its registry value, which may have %SystemRoot%, or a name alone."""
    text = re.sub(r"^%(SystemRoot|windir)%", lambda _: str(WINDOWS), value, flags=re.IGNORECASE)
    path = PureWindowsPath(text)
    return path if path.drive else WINDOWS / "System32" / text.lstrip("\\")


def read_program(ssh: Ssh, place: PureWindowsPath) -> bytes:
    """A driver or DLL of the guest's, whole; empty if there is none. Raises `LabFault` for what is
    larger than any is: what else the guest would go on sending."""
    content = ssh.read_from(place, 0, LARGEST + 1)
    if len(content) > LARGEST:
        raise LabFault(f"reading {place}", 0, f"it has more than {LARGEST} bytes")
    return content


def driver_model(image: bytes) -> DriverModel:
    """Of a driver's file, by what it is linked to.

    Derived, not run on Windows: a WDI driver registers by wdiwifi.sys, and one of WiFiCx binds to
    the class extension of that name, which stands in it as UTF-16.
    """
    try:
        imports = pe.read(image).imports
    except pe.NotPe:
        return "unknown"
    if "wdiwifi.sys" in imports:
        return "WDI"
    if "wificx".encode("utf-16-le") in image.lower() or "wificx.sys" in imports:
        return "WiFiCx"
    return "Native 802.11" if "ndis.sys" in imports else "unknown"
