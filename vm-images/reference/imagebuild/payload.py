# SPDX-License-Identifier: GPL-2.0-or-later
"""The initramfs: what mounts the disk, and the project's own files that go onto it at each boot.

The base disk takes minutes and changes when packages or hooks do; everything of ours that changes
daily (services, boot script, PE files, keys) is here and takes a second.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import cpio
from .files import replaced
from .firmware import firmware_files
from .modules import read_modules

GUEST_FOLDER = "opt/hil"
"""Where the project's own files live in the guest."""
DRIVE_C = "var/lib/wine/drive_c"
"""Where ``C:\\`` lives in the guest."""
_PROGRAMS = ("boot", "service", "ready", "wine", "wlansvc", "winshell")
_DATA = ("wine.env", "sshd_config", "relay.py", "relay_netlink.py", "windows_face.py")
_WINDOWS_FOLDERS = {
    "ihvhost.exe": "hilref",
    "wlanapi.dll": "windows/system32",
    "sample.dll": "drivers/ihvsample",
}


@dataclass(frozen=True)
class Payload:
    """Inputs of the initramfs.

    ``base`` is a folder made by :func:`imagebuild.build_base`. ``host_key`` is the guest's SSH host
    key as OpenSSH private-key text (ed25519), ``authorized_key`` the one public-key line that may
    log in. ``pe_files`` maps the PE files' names (ihvhost.exe, wlanapi.dll, sample.dll) to where
    they were built; ``packages`` are folders of Python packages for the guest: the WLAN service,
    and what it shares with the host. ``extra`` adds files by their path in the guest.
    """

    base: Path
    host_key: bytes = field(repr=False)
    authorized_key: str
    pe_files: Mapping[str, Path] = field(default_factory=dict)
    packages: tuple[Path, ...] = ()
    extra: Mapping[str, bytes] = field(default_factory=dict)


def build_payload(payload: Payload, guest: Path, target: Path) -> Path:
    """Write the initramfs to ``target`` (atomically) and return it; ``guest`` holds our files.

    Raises OSError when an input cannot be read, ModuleMissingError when the kernel lacks one and
    ValueError for a PE file this guest has no place for.
    """
    data = cpio.archive(cpio.with_parents(payload_entries(payload, guest)))
    with replaced(target) as temporary:
        # Level 1: the emulated processor unpacks stored data no faster, but reads less of it.
        temporary.write_bytes(gzip.compress(data, compresslevel=1, mtime=0))
    return target


def payload_entries(payload: Payload, guest: Path) -> Iterator[cpio.Entry]:
    """Yield everything of the initramfs."""
    yield cpio.directory("dev")
    yield cpio.character_device("dev/console", 5, 1)
    for name in ("proc", "sys", "disk", "modules"):
        yield cpio.directory(name)
    yield cpio.file("bin/busybox", (payload.base / "busybox").read_bytes(), executable=True)
    yield cpio.file("init", (guest / "init").read_bytes(), executable=True)
    modules = read_modules(payload.base / "modules.tar")
    for module in modules:
        yield cpio.file(f"modules/{module.file_name}", module.content)
    order = "".join(f"{module.file_name}\n" for module in modules)
    yield cpio.file("modules/order", order.encode())
    for entry in _disk_entries(payload, guest):
        yield cpio.Entry(f"payload/{entry.path}", entry.mode, entry.data)


def _disk_entries(payload: Payload, guest: Path) -> Iterator[cpio.Entry]:
    """Yield what is copied onto the disk, by its path there."""
    here = GUEST_FOLDER
    yield cpio.directory(here)
    yield cpio.link(f"{here}/bin/init", "/bin/busybox")
    for name in _PROGRAMS:
        yield cpio.file(f"{here}/bin/{name}", (guest / name).read_bytes(), executable=True)
    for name in _DATA:
        yield cpio.file(f"{here}/{name}", (guest / name).read_bytes())
    yield cpio.file("etc/inittab", (guest / "inittab").read_bytes())
    yield cpio.file(f"{here}/ssh_host_ed25519_key", payload.host_key, mode=0o600)
    authorized = payload.authorized_key.strip() + "\n"
    yield cpio.file(f"{here}/authorized_keys", authorized.encode(), mode=0o600)
    for package in payload.packages:
        for source in sorted(package.rglob("*.py")):
            relative = source.relative_to(package.parent).as_posix()
            yield cpio.file(f"{here}/{relative}", source.read_bytes())
    for name, source in sorted(payload.pe_files.items()):
        if name not in _WINDOWS_FOLDERS:
            raise ValueError(f"no place in the reference guest for the PE file {name}")
        folder = f"{DRIVE_C}/{_WINDOWS_FOLDERS[name]}"
        yield cpio.file(f"{folder}/{name}", source.read_bytes(), executable=True)
    for path, content in sorted({**firmware_files(), **payload.extra}.items()):
        yield cpio.file(path.lstrip("/"), content)
