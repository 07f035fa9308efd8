# SPDX-License-Identifier: GPL-2.0-or-later
"""The build carried out: discs made, the machine run until Windows says it is done, all sealed."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from harness.config.lab import Accel
from harness.console import Stages
from harness.errors import HarnessError, LabFault
from harness.guests.common.key_pair import fresh_key_pair
from harness.guests.windows.sealed import PREFIX
from harness.guests.windows_image import plan
from harness.guests.windows_image.given import Given, Keys, sha256_of
from harness.guests.windows_image.plan import Places
from harness.guests.windows_image.sealed import seal
from harness.guests.windows_image.watching import await_sealed
from harness.local import programs
from harness.local.cache import digest, entry
from harness.local.workspace import work_folder
from harness.vm.argv import DiskBoot
from harness.vm.machine import Machine, running
from harness.vm.qmp import QmpRefused
from harness.vm.saved_state import silent_radio
from harness.vm.tpm import running_tpm
from winsetup.answer_file import USER
from winsetup.disc_writer import write_disc
from winsetup.provisioning import LABEL, disc_files

ROOM: Final = 24 << 30
"""Bytes that an installed Windows takes of the disk, with its temporary files."""
LOGS: Final = ("serial.log", "qmp.jsonl", "qemu-stderr.log", "tpm.log")
SCREEN: Final = "screen.png"


def fresh_keys() -> Keys:
    """Keys and a password that nobody else has."""
    host, host_pub = fresh_key_pair()
    login, login_pub = fresh_key_pair()
    # Of each kind that Windows' password policy may ask for
    password = f"{secrets.token_urlsafe(24)}aA1!"
    return Keys(password=password, host=host, host_pub=host_pub, login=login, login_pub=login_pub)


def build(
    given: Given,
    companions: Mapping[str, bytes],
    boot: DiskBoot,
    accel: Accel,
    name: str,
    cache: Path,
    stages: Stages,
    *,
    patience: float,
    room: int = ROOM,
) -> Path:
    """The folder of the image ``windows-NAME`` in the cache, which is there whole or not at all.

    Raises `HarnessError`; what the machine said is kept beside it then, and named.
    """
    key, _, rest = f"{PREFIX}{name}".partition("-")

    def make(folder: Path) -> None:
        keys = fresh_keys()
        with work_folder() as work:
            places = Places(folder, work)
            with stages.stage("make the disc that Windows is provisioned from"):
                _discs(given, keys, companions, places)
                _disk(boot, places)
            try:
                with stages.stage("install Windows") as stage:
                    _install(boot, accel, places, patience, stage.update)
            except HarnessError as error:
                raise _kept(error, places, cache / f"failed-{PREFIX}{name}") from None
        _run(plan.check_command(places))
        _keep_keys(folder, keys)
        with stages.stage("seal the image"):
            seal(folder, about(given, boot, keys))

    return entry(cache, key, rest, make, room=room)


def about(given: Given, boot: DiskBoot, keys: Keys) -> dict[str, object]:
    """What ``image.json`` says of an image."""
    edition = given.edition
    return {
        "key": digest(given.iso_sha256, given.virtio_sha256, keys.host_pub),
        "windows": f"{edition.name}, build {edition.build}, {edition.architecture}",
        "edition_id": edition.edition_id,
        "build": edition.build,
        "language": edition.language,
        "iso_sha256": given.iso_sha256,
        "virtio_win_sha256": given.virtio_sha256,
        "disk": "disk.qcow2",
        "firmware": str(boot.firmware),
        "firmware_sha256": sha256_of(boot.firmware),
        "variables": "variables.fd",
        "secure": boot.secure,
        "cpus": plan.CPUS,
        "disk_bus": "virtio",
        "network_card": "virtio-net-pci",
        "user": USER,
        "host_key": keys.host_pub.decode().strip(),
        "login_key": "login",
        "ready": "",
    }


def _discs(given: Given, keys: Keys, companions: Mapping[str, bytes], places: Places) -> None:
    files = disc_files(given.provisioning(keys, companions))
    write_disc(files, LABEL, places.provisioning_disc)
    places.catalog.write_bytes(given.iso.catalog)
    for command in plan.disc_commands(given.iso.path, given.iso.catalog_at, places):
        _run(command)


def _disk(boot: DiskBoot, places: Places) -> None:
    shutil.copyfile(boot.variables, places.variables)
    _run(plan.disk_command(places))


def _run(argv: list[str]) -> None:
    done = programs.run(argv)
    if done.returncode != 0:
        said = " ".join(f"{done.stdout} {done.stderr}".split())
        raise LabFault(f"{argv[0]} {argv[1]}", 0, said or f"status {done.returncode}")


def _install(
    boot: DiskBoot, accel: Accel, places: Places, patience: float, tell: plan.Tell
) -> None:
    with contextlib.ExitStack() as stack:
        stack.enter_context(
            running_tpm(places.tpm_state, places.tpm_socket, places.work / "tpm.log")
        )
        radio = stack.enter_context(silent_radio(places.work / "radio"))
        spec = plan.machine(boot, accel)
        machine = stack.enter_context(running(spec, plan.wiring(places, radio), places.work))
        try:
            await_sealed(machine, places.serial_log, patience, tell)
        except HarnessError:
            _photograph(machine, places.work / SCREEN)
            raise


def _photograph(machine: Machine, place: Path) -> None:
    """Keep what the screen shows, where Setup says what it waits for; a help, so it may fail."""
    with contextlib.suppress(LabFault, QmpRefused):
        machine.qmp.execute("screendump", {"filename": str(place), "format": "png"})


def _kept(error: HarnessError, places: Places, logs: Path) -> HarnessError:
    """The error of a build, its hint naming where what the machine said is."""
    shutil.rmtree(logs, ignore_errors=True)
    with contextlib.suppress(OSError):
        logs.mkdir(parents=True)
        for name in (*LOGS, SCREEN):
            if (places.work / name).exists():
                shutil.copyfile(places.work / name, logs / name)
    where = f"what the machine said, and its last screen, are in {logs}"
    error.hint = f"{error.hint}; {where}" if error.hint else where
    return error


def _keep_keys(folder: Path, keys: Keys) -> None:
    kept = {
        "login": keys.login, "login.pub": keys.login_pub, "host.pub": keys.host_pub,
        "password": keys.password.encode() + b"\n",
    }  # fmt: skip
    for name, data in kept.items():
        (folder / name).touch(0o600)
        (folder / name).write_bytes(data)
