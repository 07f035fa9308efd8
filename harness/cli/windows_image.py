# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil image build windows`: a Windows guest's image from the user's own ISO."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli.options import LabOption
from harness.cli.signals import interrupt_on_signals
from harness.config.lab import load_lab
from harness.console import open_console
from harness.errors import UsageError


def _file(help_text: str) -> Any:
    """An option that names a file which is there."""
    return typer.Option(
        exists=True, dir_okay=False, resolve_path=True, readable=True, help=help_text
    )


Iso = Annotated[Path, _file("Windows 10, 11 or Server, x64: the ISO of its maker.")]
VirtioWin = Annotated[Path, _file("The ISO of virtio-win, with its drivers.")]
OpenSsh = Annotated[Path, _file("A package of Win32-OpenSSH: .zip or .msi.")]
OpenSshHash = Annotated[str, typer.Option(help="Its SHA-256, as its maker tells it.")]
Name = Annotated[str, typer.Option(help="Name of the image.")]
IsoHash = Annotated[str | None, typer.Option(help="SHA-256 that the ISO has to have.")]
Edition = Annotated[
    str | None, typer.Option(help="Name, edition id or index, if the ISO has several.")
]
Driver = Annotated[
    Path | None,
    typer.Option(
        exists=True, file_okay=False, resolve_path=True,
        help="Folder of the WLAN driver: .inf, .sys, .cat, and .cer for its test signature.",
    ),
]  # fmt: skip
DllFile = Annotated[Path | None, _file("IHV Extensions DLL for the adapter.")]
With = Annotated[
    list[Path] | None,
    typer.Option("--with", exists=True, resolve_path=True, help="A file the DLL needs."),
]
AdapterOui = Annotated[str, typer.Option(help="AdapterOUI of the DLL, in hex.")]
HardwareId = Annotated[
    list[str] | None,
    typer.Option(help="Of the adapter the DLL is for; else those of the driver's INF."),
]
ProductKey = Annotated[
    str | None,
    typer.Option(envvar="HIL_PRODUCT_KEY", help="Where the ISO asks for one."),
]
Patience = Annotated[
    float, typer.Option(min=0.01, max=100, help="How often each stage's bound may pass.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print every command and file, and do nothing.")
]


def build_windows(
    iso: Iso,
    virtio_win: VirtioWin,
    openssh: OpenSsh,
    openssh_sha256: OpenSshHash,
    name: Name = "windows",
    iso_sha256: IsoHash = None,
    edition: Edition = None,
    driver: Driver = None,
    dll: DllFile = None,
    companions: With = None,
    adapter_oui: AdapterOui = "00010001",
    hardware_id: HardwareId = None,
    product_key: ProductKey = None,
    patience: Patience = 1.0,
    dry_run: DryRun = False,
    lab: LabOption = None,
) -> None:
    """Install Windows from your ISO into an image, unattended. Not run on real Windows yet."""
    from harness.guests.windows_image import building
    from harness.guests.windows_image.given import Request

    request = Request(
        iso=iso, virtio_win=virtio_win, openssh=openssh, openssh_sha256=openssh_sha256,
        iso_sha256=iso_sha256, edition=edition, driver=driver, dll=dll,
        companions=tuple(companions or ()), adapter_oui=_oui(adapter_oui),
        hardware_ids=tuple(hardware_id or ()), product_key=product_key,
    )  # fmt: skip
    name = _name(name)
    interrupt_on_signals()
    found = load_lab(lab)
    if dry_run:
        for line in building.dry_run(request, found):
            typer.echo(line)
        return
    with open_console() as console:
        folder = building.build_image(request, name, found, console, patience=patience)
        console.note(f"image {name} in {folder}")


def _oui(text: str) -> int:
    if not re.fullmatch("(0x)?[0-9A-Fa-f]{1,8}", text):
        raise UsageError(f"--adapter-oui {text}: wanted up to 8 hex digits, such as 00123456")
    return int(text, 16)


def _name(text: str) -> str:
    if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text):
        raise UsageError(f"--name {text}: wanted letters, digits, '.', '_' and '-', at most 64")
    return text
