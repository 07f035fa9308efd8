# SPDX-License-Identifier: GPL-2.0-or-later
"""How an image is built: every command line and file, before any of it is done. Pure."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.config.lab import Accel
from harness.guests.windows_image.given import Given
from harness.vm.argv import Disc, DiskBoot, MachineSpec, Wiring, qemu_argv
from harness.vm.tpm import tpm_argv
from winsetup.answer_file import NAME, answer_file, masked
from winsetup.boot_catalog import SECTOR
from winsetup.provisioning import SECRET, Provisioning
from winsetup.stages import STAGES

Tell = Callable[[float, str], None]

CPUS: Final = 2
MEMORY_MIB: Final = 4096
"""Windows 11's least; the image's guest has the same."""
DISK_GIB: Final = 64
"""Windows 11's least. Of qcow2 only what is written takes room."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the files of one build lie: what stays in `folder`, what does not in `work`."""

    folder: Path
    work: Path

    @property
    def disk(self) -> Path:
        """The disk that Windows is installed on."""
        return self.folder / "disk.qcow2"

    @property
    def variables(self) -> Path:
        """This machine's own store of firmware variables."""
        return self.folder / "variables.fd"

    @property
    def setup_disc(self) -> Path:
        """The user's ISO with the catalogue that does not wait for a key laid over it."""
        return self.work / "setup.qcow2"

    @property
    def catalog(self) -> Path:
        """That catalogue."""
        return self.work / "catalog"

    @property
    def provisioning_disc(self) -> Path:
        """The provisioning CD."""
        return self.work / "provision.iso"

    @property
    def serial_log(self) -> Path:
        """What the guest says on its first serial port."""
        return self.work / "serial.log"

    @property
    def tpm_socket(self) -> Path:
        """Where swtpm listens."""
        return self.work / "tpm.sock"

    @property
    def tpm_state(self) -> Path:
        """What the TPM keeps."""
        return self.work / "tpm"


def machine(boot: DiskBoot, accel: Accel) -> MachineSpec:
    """The machine that Windows is installed in, as it will run in."""
    return MachineSpec(MEMORY_MIB, accel, boot, cpus=CPUS, tpm=True, reboots=True)


def wiring(places: Places, radio: Path) -> Wiring:
    """What it is connected to; nobody is at the `radio`."""
    return Wiring(
        "hil-windows-setup", places.disk, -1, radio, places.serial_log,
        firmware_variables=places.variables, tpm_socket=places.tpm_socket,
        discs=(Disc(places.setup_disc, "qcow2"), Disc(places.provisioning_disc)),
    )  # fmt: skip


def disc_commands(iso: Path, catalog_at: int, places: Places) -> list[list[str]]:
    """Lay the changed boot catalogue over the ISO, which itself stays as it is."""
    write = f"write -q -s {places.catalog} {catalog_at} {SECTOR}"
    return [
        ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", str(iso.resolve()),
         str(places.setup_disc)],
        ["qemu-io", "-f", "qcow2", "-c", write, str(places.setup_disc)],
    ]  # fmt: skip


def disk_command(places: Places) -> list[str]:
    """Make the empty disk."""
    return ["qemu-img", "create", "-q", "-f", "qcow2", str(places.disk), f"{DISK_GIB}G"]


def check_command(places: Places) -> list[str]:
    """Check the disk once the machine is off."""
    return ["qemu-img", "check", "-q", str(places.disk)]


def told(
    given: Given, spec: MachineSpec, provisioning: Provisioning, files: Mapping[str, bytes]
) -> Iterator[str]:
    """The whole plan, for a person to read; what is secret is not in it."""
    places = Places(Path("IMAGE"), Path("WORK"))
    boot = spec.boot
    assert isinstance(boot, DiskBoot)
    yield from findings(given)
    yield "\n# files of the provisioning CD: SHA-256, bytes, path"
    for path, data in sorted(files.items()):
        known = "(made for one image alone)" if path in SECRET else hashlib.sha256(data).hexdigest()
        yield f"{known:64} {len(data):>10} {path}"
    yield f"\n# {NAME}, its passwords and product key masked"
    yield answer_file(masked(provisioning.answers)).decode()
    yield "# commands; IMAGE is the image's folder in the cache, WORK one for temporary files"
    commands = [
        ["cp", str(boot.variables), str(places.variables)],
        *disc_commands(given.iso.path, given.iso.catalog_at, places),
        disk_command(places),
        tpm_argv(places.tpm_state, places.tpm_socket),
        qemu_argv(spec, wiring(places, places.work / "radio")),
        check_command(places),
    ]
    yield from (shlex.join(one) for one in commands)
    yield "\n# stages told over the serial port, and how long each may be awaited"
    yield from (f"{one.limit_s:>5} s  {one.name:<15} {one.meaning}" for one in STAGES)


def findings(given: Given) -> Iterator[str]:
    """What the given files are, by what they say of themselves."""
    iso, virtio, edition = given.iso, given.virtio, given.edition
    yield f"ISO         {iso.path} (label {iso.label})"
    yield f"            SHA-256 {given.iso_sha256}"
    yield f"edition     {edition}, {edition.edition_id}, {edition.language}"
    yield f"virtio-win  {virtio.path} (label {virtio.label}): drivers for {virtio.system}"
    yield f"            SHA-256 {given.virtio_sha256}"
    yield f"OpenSSH     {given.openssh_name}, SHA-256 {hashlib.sha256(given.openssh).hexdigest()}"
    yield f"driver      {len(given.driver)} files" if given.driver else "driver      Windows' own"
    if given.ihv is not None:
        yield f"IHV DLL     {given.ihv.name}, AdapterOUI 0x{given.ihv.adapter_oui:08X}, for"
        yield from (f"            {one}" for one in given.ihv.hardware_ids)
