# SPDX-License-Identifier: GPL-2.0-or-later
"""`hil image`: the images guests are started from, built, listed, verified and removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.commands import command_group
from harness.cli.options import LabOption
from harness.cli.signals import interrupt_on_signals
from harness.cli.windows_image import build_windows
from harness.config.lab import GuestConfig, Lab, load_lab
from harness.console import open_console

if TYPE_CHECKING:
    from harness.guests.windows_image.sealed import Image

image = command_group("Build, list, verify and remove the images guests are started from.")
builds = command_group("Build an image.")
image.add_typer(builds, name="build")
builds.command("windows")(build_windows)


NameArgument = Annotated[str, typer.Argument(help="The image's name, as `list` tells it.")]


@image.callback(invoke_without_command=True)
def images(context: typer.Context, lab: LabOption = None) -> None:
    """Without a command: build the guest of lab.toml, if it is not in the cache."""
    if context.invoked_subcommand is None:
        _build_guest(load_lab(lab))


@builds.command("reference")
def reference(lab: LabOption = None) -> None:
    """Build the reference guest's image, if it is not in the cache."""
    _build_guest(load_lab(lab).model_copy(update={"guest": GuestConfig()}))


def _build_guest(lab: Lab) -> None:
    from harness.guests.registry import guest_of

    interrupt_on_signals()
    with open_console() as console:
        built = guest_of(lab.guest.kind).prepare(lab.guest, lab.store.cache, console)
        console.note(f"image {built.key} in {built.disk.parent}")


@image.command("list")
def list_images(lab: LabOption = None) -> None:
    """List the Windows images in the cache, and the reference guest's disks."""
    from harness.guests.windows_image.sealed import images as found

    cache = load_lab(lab).store.cache
    for one in found(cache):
        typer.echo(f"windows    {one.told()}")
    for base in sorted(cache.glob("base-*/image/disk.qcow2")):
        key = base.parents[1].name.removeprefix("base-")[:16]
        typer.echo(f"reference  {key}  {base.stat().st_blocks * 512 / 2**30:.1f} GiB")


@image.command("verify")
def verify(name: NameArgument, lab: LabOption = None) -> None:
    """Read a Windows image whole and compare it with what was sealed."""
    from harness.guests.windows_image.sealed import damage

    found = _found(name, lab)
    wrong = list(damage(found))
    for one in wrong:
        typer.echo(f"DAMAGED  {found.name}: {one}")
    if wrong:
        raise typer.Exit(2)
    typer.echo(f"ok       {found.told()}")


@image.command("remove")
def remove(name: NameArgument, lab: LabOption = None) -> None:
    """Remove a Windows image for good."""
    from harness.guests.windows_image.sealed import remove as take_away

    found = _found(name, lab)
    taken = found.taken
    take_away(found)
    typer.echo(f"removed  {name}: {taken / 2**30:.1f} GiB are free again")


def _found(name: str, lab: Path | None) -> Image:
    from harness.guests.windows_image.sealed import image_named

    return image_named(load_lab(lab).store.cache, name)
