# SPDX-License-Identifier: GPL-2.0-or-later
"""What the user gives for an image, read and checked before anything is started.

Every file is untrusted. What cannot be used is a `UsageError` that says what was found.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from harness.errors import UsageError
from harness.guests.common.dll import inspect
from harness.guests.reference.system_dlls import guest_dlls
from winsetup.answer_file import Answers
from winsetup.provisioning import ADAPTER_OUI, LABEL, Ihv, Provisioning, Ssh, hardware_ids
from winsetup.unfit import Unfit
from winsetup.virtio_iso import VirtioDrivers, read_drivers
from winsetup.wim import Edition
from winsetup.windows_iso import WindowsIso, examine

BLOCK: Final = 1 << 20
PACKAGE_MOST: Final = 256 << 20
"""Bytes of a package of OpenSSH, at most; those of Win32-OpenSSH have 6 to 12 millions."""
DRIVER_MOST: Final = 1 << 30
"""Bytes of a driver's folder, at most."""
PACKAGES: Final = (".zip", ".msi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for at the command line."""

    iso: Path
    virtio_win: Path
    openssh: Path
    openssh_sha256: str
    iso_sha256: str | None = None
    edition: str | None = None
    driver: Path | None = None
    dll: Path | None = None
    companions: tuple[Path, ...] = ()
    adapter_oui: int = ADAPTER_OUI
    hardware_ids: tuple[str, ...] = ()
    product_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was given, found good."""

    iso: WindowsIso
    iso_sha256: str
    edition: Edition
    virtio: VirtioDrivers
    virtio_sha256: str
    openssh_name: str
    openssh: bytes = field(repr=False)
    driver: Mapping[str, bytes] = field(repr=False)
    ihv: Ihv | None
    product_key: str | None = field(repr=False)

    def provisioning(self, keys: Keys, companions: Mapping[str, bytes]) -> Provisioning:
        """All that the installation is given, with the keys of one image."""
        return Provisioning(
            answers=Answers(self.edition, keys.password, LABEL, self.product_key),
            virtio=self.virtio.files,
            ssh=Ssh(
                package_name=self.openssh_name, package=self.openssh, host_key=keys.host,
                host_key_pub=keys.host_pub, login_pub=keys.login_pub,
            ),
            driver=self.driver,
            ihv=self.ihv,
            companions=companions,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keys:
    """What lets the harness in, made for one image."""

    password: str
    host: bytes
    host_pub: bytes
    login: bytes
    login_pub: bytes


def check(request: Request) -> Given:
    """Read and check all that was given; raises `UsageError` for the first thing that is unfit."""
    with _told():
        iso = examine(request.iso)
        edition = iso.edition(request.edition)
        virtio = read_drivers(request.virtio_win, edition)
        driver = read_folder(request.driver) if request.driver else {}
        ihv = _ihv(request, driver)
    name, package = _openssh(request.openssh, request.openssh_sha256)
    iso_sha256 = sha256_of(request.iso)
    if request.iso_sha256 is not None:
        _compare(request.iso, iso_sha256, request.iso_sha256, "--iso-sha256")
    return Given(
        iso=iso, iso_sha256=iso_sha256, edition=edition, virtio=virtio,
        virtio_sha256=sha256_of(request.virtio_win), openssh_name=name, openssh=package,
        driver=driver, ihv=ihv, product_key=request.product_key,
    )  # fmt: skip


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except Unfit as error:
        raise UsageError(str(error), hint=error.hint) from None


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hex digits."""
    total = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                total.update(block)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    return total.hexdigest()


def _compare(path: Path, found: str, wanted: str, option: str) -> None:
    if not re.fullmatch("[0-9a-fA-F]{64}", wanted):
        raise UsageError(f"{option} {wanted}: wanted 64 hex digits", hint=f"it is {found}")
    if found != wanted.lower():
        raise UsageError(
            f"{path} has the SHA-256 {found}, and {option} says {wanted.lower()}",
            hint="fetch it again from its maker; a changed file is not installed",
        )


def _openssh(path: Path, wanted: str) -> tuple[str, bytes]:
    suffix = path.suffix.casefold()
    if suffix not in PACKAGES:
        raise UsageError(
            f"--openssh {path}: wanted a package of Win32-OpenSSH, {' or '.join(PACKAGES)}"
        )
    try:
        with path.open("rb") as file:
            content = file.read(PACKAGE_MOST + 1)
    except OSError as error:
        raise UsageError(f"--openssh {path}: {error.strerror or error}") from None
    if len(content) > PACKAGE_MOST:
        raise UsageError(f"--openssh {path}: more than {PACKAGE_MOST} bytes")
    _compare(path, hashlib.sha256(content).hexdigest(), wanted, "--openssh-sha256")
    return f"openssh{suffix}", content  # what was compared, not what is there by now


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files of a driver's folder, by path below it; raises `UsageError` for no driver."""
    found: dict[str, bytes] = {}
    room = DRIVER_MOST
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        room -= path.stat().st_size
        if room < 0:
            raise UsageError(f"--driver {folder}: more than {DRIVER_MOST} bytes")
        found[path.relative_to(folder).as_posix()] = path.read_bytes()
    kinds = {PurePosixPath(one).suffix.casefold() for one in found}
    if ".inf" not in kinds:
        raise UsageError(f"--driver {folder}: no .inf file in it", hint="pnputil adds those")
    return found


def _ihv(request: Request, driver: Mapping[str, bytes]) -> Ihv | None:
    if request.dll is None:
        return None
    known = guest_dlls()
    dll = inspect(request.dll, request.companions, lambda name: name in known)
    ids = request.hardware_ids or hardware_ids(driver)
    if not ids:
        raise UsageError(
            f"--dll {request.dll}: for which adapter is not said",
            hint="--hardware-id 'USB\\VID_0BDA&PID_8187', or --driver with the INF of a network "
            "adapter",
        )
    return Ihv(
        name=dll.path.name,
        files={
            dll.path.name: dll.path.read_bytes(),
            **{one.name: one.path.read_bytes() for one in dll.companions},
        },
        adapter_oui=request.adapter_oui,
        hardware_ids=ids,
    )  # fmt: skip
