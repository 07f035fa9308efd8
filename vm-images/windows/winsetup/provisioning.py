# SPDX-License-Identifier: GPL-2.0-or-later
"""What is on the provisioning CD: the answer file, drivers, keys, scripts. Pure.

Setup finds the answer file and ``$WinPEDriver$`` at its root by their names, and the scripts find
the CD by its label: no drive letter is assumed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from .answer_file import NAME, Answers, answer_file
from .inf import LARGEST, read_inf
from .unfit import Unfit

LABEL: Final = "HIL_PROVISION"
DRIVERS: Final = "$WinPEDriver$"
FOLDER: Final = "provision"
SUMS: Final = "SHA256SUMS"
SCRIPTS: Final = Path(__file__).parent / "scripts"
ADAPTER_OUI: Final = 0x00010001
"""As Broadcom's INF has it, for a DLL whose OUI is not said."""
CERTIFICATES: Final = (".cer", ".crt")
SECRET: Final = frozenset({NAME, f"{FOLDER}/ssh/ssh_host_ed25519_key"})
"""What is never shown as it is."""

Files = dict[str, bytes]
"""Content by path on the CD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ssh:
    """OpenSSH's package, and the keys of the image."""

    package_name: str
    package: bytes = field(repr=False)
    host_key: bytes = field(repr=False)
    host_key_pub: bytes
    login_pub: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ihv:
    """An IHV Extensions DLL, and the adapters it is for."""

    name: str
    files: Mapping[str, bytes] = field(repr=False)
    """The DLL and what comes with it, by path below its folder."""
    adapter_oui: int
    hardware_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioning:
    """All that an installation is given."""

    answers: Answers
    virtio: Mapping[str, bytes]
    ssh: Ssh
    driver: Mapping[str, bytes]
    """The vendor's driver, by path below its folder; empty: Windows has its own."""
    ihv: Ihv | None
    companions: Mapping[str, bytes]
    """Recorder and agent."""


def disc_files(given: Provisioning) -> Files:
    """Every file of the CD; raises `Unfit` for two that Windows could not tell apart."""
    files = {
        NAME: answer_file(given.answers),
        **{f"{DRIVERS}/{path}": data for path, data in given.virtio.items()},
        **{f"{FOLDER}/{one.name}": one.read_bytes() for one in sorted(SCRIPTS.glob("*.ps1"))},
        f"{FOLDER}/given.json": json.dumps(said(given), indent=1).encode() + b"\n",
        f"{FOLDER}/{given.ssh.package_name}": given.ssh.package,
        f"{FOLDER}/ssh/administrators_authorized_keys": given.ssh.login_pub,
        f"{FOLDER}/ssh/ssh_host_ed25519_key": given.ssh.host_key,
        f"{FOLDER}/ssh/ssh_host_ed25519_key.pub": given.ssh.host_key_pub,
        **{f"{FOLDER}/companions/{name}": data for name, data in given.companions.items()},
    }
    for path, data in given.driver.items():
        files[f"{FOLDER}/driver/{path}"] = data
        if path.casefold().endswith(CERTIFICATES):
            files[f"{FOLDER}/certificates/{path.rpartition('/')[2]}"] = data
    if given.ihv is not None:
        files |= {f"{FOLDER}/ihv/{path}": data for path, data in given.ihv.files.items()}
    _check_names(files)
    files[SUMS] = sums(files)
    return files


def said(given: Provisioning) -> dict[str, object]:
    """What the scripts are told (given.json)."""
    ihv = given.ihv
    return {
        "openssh": given.ssh.package_name,
        "openssh_sha256": hashlib.sha256(given.ssh.package).hexdigest().upper(),
        "ihv": None
        if ihv is None
        else {
            "dll": ihv.name,
            "adapter_oui": ihv.adapter_oui,
            "hardware_ids": list(ihv.hardware_ids),
        },
    }


def sums(files: Mapping[str, bytes]) -> bytes:
    """A SHA-256 a file, as sha256sum(1) reads them."""
    lines = [f"{hashlib.sha256(data).hexdigest()}  {path}" for path, data in sorted(files.items())]
    return ("\n".join(lines) + "\n").encode()


def hardware_ids(driver: Mapping[str, bytes]) -> tuple[str, ...]:
    """Those of the network adapters that the INF files of a driver are for."""
    found: dict[str, None] = {}
    for path, data in sorted(driver.items()):
        if path.casefold().endswith(".inf"):
            if len(data) > LARGEST:
                raise Unfit(f"{path}: an INF file of {len(data)} bytes")
            inf = read_inf(data)
            if inf.device_class.casefold() == "net":
                found.update(dict.fromkeys(inf.hardware_ids))
    return tuple(found)


def _check_names(files: Files) -> None:
    seen: dict[str, str] = {}
    for path in files:
        other = seen.setdefault(path.casefold(), path)
        if other != path:
            raise Unfit(f"{other} and {path} are one file to Windows")
