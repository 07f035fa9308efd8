# SPDX-License-Identifier: GPL-2.0-or-later
"""Drivers of a virtio-win ISO for one Windows: ``DRIVER/SYSTEM/amd64/…``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from .disc import Disc, open_disc
from .unfit import Unfit
from .wim import Edition

DRIVERS: Final = {"viostor": "disk", "NetKVM": "network", "vioserial": "serial ports"}
"""Which are taken, and what for."""

LARGEST: Final = 32 << 20
"""Bytes beyond which a file is no driver's: the largest, with its symbols, has two millions."""

CLIENTS: Final = ((22000, "w11"), (10240, "w10"))
SERVERS: Final = ((26100, "2k25"), (20348, "2k22"), (17763, "2k19"), (14393, "2k16"))
"""First build, and the name that virtio-win has for the system."""


@dataclass(frozen=True, slots=True)
class VirtioDrivers:
    """The files of the drivers, by their path below a folder for drivers."""

    path: Path
    label: str
    system: str
    files: Mapping[str, bytes]


def system_names(edition: Edition) -> list[str]:
    """virtio-win's names for a system, the fitting one first and then the next older."""
    table = SERVERS if edition.server else CLIENTS
    return [name for first, name in table if edition.build >= first]


def read_drivers(path: Path, edition: Edition) -> VirtioDrivers:
    """The drivers for a system; raises `Unfit` unless all of them are there."""
    with open_disc(path) as disc:
        folders = {_folder(one) for one in disc.files}
        for system in system_names(edition):
            wanted = {name: f"{name}/{system}/{edition.architecture}" for name in DRIVERS}
            if all(one.casefold() in folders for one in wanted.values()):
                files = {k: v for name, one in wanted.items() for k, v in _files(disc, name, one)}
                _check_whole(path, files)
                return VirtioDrivers(path, disc.label, system, files)
        raise Unfit(
            f"{path} (label {disc.label!r}) has not all of the drivers {', '.join(DRIVERS)} for "
            f"{edition.name} (build {edition.build}, {edition.architecture})",
            hint="wanted the ISO of virtio-win, with folders such as viostor/w11/amd64",
        )


def _folder(path: str) -> str:
    return PurePosixPath(path).parent.as_posix().casefold()


def _files(disc: Disc, name: str, folder: str) -> list[tuple[str, bytes]]:
    """Files that install: their symbols (.pdb) are left where they are."""
    return [
        (f"{name}/{PurePosixPath(one).name}", disc.read(one, most=LARGEST))
        for one in disc.files
        if _folder(one) == folder.casefold() and not one.casefold().endswith(".pdb")
    ]


def _check_whole(path: Path, files: Mapping[str, bytes]) -> None:
    for name in DRIVERS:
        kinds = {PurePosixPath(one).suffix.casefold() for one in files if one.startswith(name)}
        if lacking := {".inf", ".sys", ".cat"} - kinds:
            raise Unfit(f"{path}: driver {name} has no {', '.join(sorted(lacking))} file")
