# SPDX-License-Identifier: GPL-2.0-or-later
"""UEFI firmware of this machine, found by QEMU's own descriptors.

Distributions say in JSON files which firmware they have, where and what it can do
(docs/interop/firmware.json of QEMU). The order of their names is the order of preference, and a
file in a folder of the administrator's or user's masks the distribution's of the same name; an
empty one takes it away.
"""

from __future__ import annotations

import fnmatch
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from harness.errors import HarnessError
from harness.local.folders import home
from harness.vm.argv import DiskBoot

MACHINE: Final = "pc-q35-7.2"
"""A name that QEMU's q35 machines have, for descriptors to match."""

NO_FIRMWARE: Final = "apt-get install --no-install-recommends ovmf"

Descriptor = dict[str, Any]


class FirmwareMissing(HarnessError):
    """No firmware of this machine does what a guest needs."""


def find_firmware(*, secure_boot: bool, folders: Sequence[Path] | None = None) -> DiskBoot:
    """The preferred UEFI firmware for a q35 machine, with no keys enrolled.

    `secure_boot` wants one that has Secure Boot; as no keys are enrolled it is off. Windows 11
    looks for it, and a system that signs for tests has to have it off. Raises `FirmwareMissing`.
    """
    found = descriptors(folders if folders is not None else descriptor_folders())
    chosen = next((one for one in found if _fits(one, secure_boot=secure_boot)), None)
    if chosen is None:
        wanted = "with Secure Boot and without keys" if secure_boot else "without Secure Boot"
        raise FirmwareMissing(
            f"no UEFI firmware {wanted} for a q35 machine among the {len(found)} that QEMU's "
            "firmware descriptors name",
            hint=NO_FIRMWARE,
        )
    mapping = chosen["mapping"]
    code, variables = (Path(mapping[one]["filename"]) for one in ("executable", "nvram-template"))
    for file in (code, variables):
        if not file.is_file():
            raise FirmwareMissing(f"{file}: a firmware descriptor names it", hint=NO_FIRMWARE)
    return DiskBoot(code, variables, secure="requires-smm" in chosen["features"])


def descriptor_folders() -> tuple[Path, ...]:
    """Where descriptors are looked for; what is in an earlier one masks what is in a later one."""
    user = home()
    settings = os.environ.get("XDG_CONFIG_HOME") or (user / ".config" if user else None)
    own = (Path(settings) / "qemu" / "firmware",) if settings else ()
    return (*own, Path("/etc/qemu/firmware"), Path("/usr/share/qemu/firmware"))


def descriptors(folders: Iterable[Path]) -> list[Descriptor]:
    """The descriptors in force, the preferred one first; what is none is left out."""
    files: dict[str, Path] = {}
    for folder in folders:
        for path in folder.glob("*.json"):
            files.setdefault(path.name, path)
    return [one for _, path in sorted(files.items()) if (one := _read(path)) is not None]


def _read(path: Path) -> Descriptor | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # empty ones, which mask, among them
        return None
    return found if isinstance(found, dict) else None


def _fits(one: Descriptor, *, secure_boot: bool) -> bool:
    """Whether a descriptor is of UEFI flash images for q35; one of another form fits nothing."""
    try:
        mapping, features = one["mapping"], one["features"]
        flashes = [mapping["executable"], mapping["nvram-template"]]
        return (
            "uefi" in one["interface-types"]
            and mapping["device"] == "flash"
            and all(flash["format"] == "raw" and flash["filename"] for flash in flashes)
            and any(_for_q35(target) for target in one["targets"])
            and ("secure-boot" in features) == secure_boot
            and "enrolled-keys" not in features
        )
    except (KeyError, TypeError):
        return False


def _for_q35(target: Descriptor) -> bool:
    return target["architecture"] == "x86_64" and any(
        fnmatch.fnmatchcase(MACHINE, machine) for machine in target["machines"]
    )
