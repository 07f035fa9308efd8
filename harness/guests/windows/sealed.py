# SPDX-License-Identifier: GPL-2.0-or-later
"""A sealed Windows image: a folder of the cache, and what its `image.json` says of it.

`hil image build windows` writes it; nothing here changes it. Each start has an overlay of the disk
and a copy of the firmware's variables.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.errors import UsageError

MANIFEST = "image.json"
PREFIX = "windows-"


class SealedImage(BaseModel):
    """What `image.json` says. Paths without a folder are beside it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    format: Literal[1]
    key: Annotated[str, Field(min_length=8)]
    """Changes with anything that was put into it."""
    disk: str
    """qcow2, never written to."""
    firmware: Path
    """OVMF's code, as it was installed with."""
    variables: str
    """The firmware's variables as the installation left them."""
    secure: bool = False
    user: str = "Administrator"
    host_key: str
    """One OpenSSH line."""
    login_key: str
    """File of the private key."""
    ready: str = ""
    """What it writes to the first serial port once it is up; empty: nothing, SSH tells."""
    cpus: Annotated[int, Field(ge=1, le=64)] = 2
    disk_bus: Literal["virtio", "ide"] = "virtio"
    network_card: Literal["virtio-net-pci", "e1000e"] = "virtio-net-pci"
    windows: str = ""
    """Edition and build, in words."""


def sealed_images(cache: Path) -> tuple[str, ...]:
    """The names of the images in the cache."""
    found = cache.glob(f"{PREFIX}*/{MANIFEST}")
    return tuple(sorted(one.parent.name.removeprefix(PREFIX) for one in found))


def folder_of(cache: Path, name: str) -> Path:
    """Where the image of a name lies, or would lie."""
    return cache / f"{PREFIX}{name}"


def sealed(cache: Path, name: str) -> SealedImage:
    """The image of that name; raises `UsageError` if there is none that can be used."""
    folder = folder_of(cache, name)
    try:
        found = SealedImage.model_validate_json((folder / MANIFEST).read_bytes())
    except OSError:
        known = ", ".join(sealed_images(cache)) or "none"
        raise UsageError(
            f"[guest] image = '{name}': no such Windows image in {cache}; there is {known}",
            hint="`hil image build windows` makes one of your ISO",
        ) from None
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(map(str, wrong["loc"])) or "the file"
        raise UsageError(
            f"{folder / MANIFEST}: {where}: {wrong['msg']}", hint="build the image anew"
        ) from None
    for what in (folder / found.disk, found.firmware, folder / found.variables):
        if not what.is_file():
            raise UsageError(f"[guest] image = '{name}': {what} is gone", hint="build it anew")
    return found
