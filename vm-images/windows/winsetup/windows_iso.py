# SPDX-License-Identifier: GPL-2.0-or-later
"""What a Windows ISO is, by what it says of itself: which systems, and how firmware boots it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .boot_catalog import booting, efi_entry
from .disc import SECTOR, open_disc
from .unfit import Unfit
from .wim import UNKNOWN_BUILD, Edition, read_editions

IMAGES: Final = ("sources/install.wim", "sources/install.esd", "sources/install.swm")
NO_PROMPT: Final = "efi/microsoft/boot/efisys_noprompt.bin"
OLDEST_BUILD: Final = 10240
"""Windows 10 1507: the oldest that virtio-win has drivers for and this installation is written
for. IHV Extensions DLLs are 64-bit here, so is Windows."""
ARCHITECTURE: Final = "amd64"


@dataclass(frozen=True, slots=True)
class WindowsIso:
    """A Windows ISO that can be installed from."""

    path: Path
    label: str
    editions: tuple[Edition, ...]
    catalog_at: int
    """Byte of the file at which its boot catalogue begins."""
    catalog: bytes
    """The boot catalogue that does not ask for a key: one sector."""

    def edition(self, wanted: str | None) -> Edition:
        """The system to install: by name, edition id or index; the only one if none is named.

        Raises `Unfit` for one that is not there, of another architecture or too old.
        """
        found = _chosen(self.path, self.editions, wanted)
        if found.architecture != ARCHITECTURE:
            raise Unfit(
                f"{self.path}: {found.name} is for {found.architecture}; wanted {ARCHITECTURE}",
                hint="IHV Extensions DLLs are 64-bit here: take the x64 ISO",
            )
        if found.build < OLDEST_BUILD:
            build = "an unknown build" if found.build == UNKNOWN_BUILD else f"build {found.build}"
            raise Unfit(f"{self.path}: {found.name} is {build}; wanted {OLDEST_BUILD} or later")
        return found


def examine(path: Path) -> WindowsIso:
    """Read what a Windows ISO says of itself; raises `Unfit` for what is none."""
    with open_disc(path) as disc:
        image = next((name for name in IMAGES if disc.has(name)), None)
        if image is None:
            raise Unfit(
                f"{path} (label {disc.label!r}) is no Windows ISO: it has none of "
                f"{', '.join(IMAGES)}"
            )
        try:
            with disc.open(image) as file:
                editions = read_editions(file)
        except Unfit as error:
            raise Unfit(f"{path}: {image}: {error}") from None
        catalog_at, catalog = _without_prompt(path, disc.catalog_sector, *disc.extent(NO_PROMPT))
        return WindowsIso(path, disc.label, editions, catalog_at, catalog)


def _without_prompt(path: Path, at: int | None, sector: int, length: int) -> tuple[int, bytes]:
    if at is None:
        raise Unfit(f"{path} has no boot catalogue: firmware cannot boot it")
    with path.open("rb") as file:
        file.seek(at * SECTOR)
        catalog = file.read(SECTOR)
    try:
        efi_entry(catalog)
        return at * SECTOR, booting(catalog, sector, length)
    except Unfit as error:
        raise Unfit(f"{path}: {error}") from None


def _chosen(path: Path, editions: tuple[Edition, ...], wanted: str | None) -> Edition:
    listed = "; ".join(map(str, editions))
    if wanted is None:
        if len(editions) == 1:
            return editions[0]
        raise Unfit(
            f"{path} has {len(editions)} editions", hint=f"--edition takes one of: {listed}"
        )
    for one in editions:
        if wanted.casefold() in (one.name.casefold(), one.edition_id.casefold(), str(one.index)):
            return one
    raise Unfit(f"{path} has no edition {wanted!r}", hint=f"it has: {listed}")
