# SPDX-License-Identifier: GPL-2.0-or-later
"""What the lab needs of this machine, found or missing, each with the exact fix."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.config.lab import DEFAULT_GUEST, Lab
from harness.console import Stages
from harness.errors import UsageError
from harness.guests.base import ProgramNeed
from harness.guests.registry import guest_of, sealed
from harness.lab.bring_up import open_guest
from harness.lab.recording import open_recording
from harness.local.folders import user_name
from harness.local.programs import ProgramMissing
from harness.local.storage import free_bytes
from harness.vm.accel import KVM, forget, unusable
from harness.vm.firmware import FirmwareMissing, find_firmware
from harness.vm.host import NEWER_QEMU, vhost_user_misfit
from harness.vm.kept_states import STATES_ROOM, taken_by_states
from harness.vm.tpm import BINARY as SWTPM
from harness.vm.tpm import NO_TPM

APT = "apt-get install --no-install-recommends"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing the lab needs."""

    name: str
    ok: bool
    found: str
    fix: str = ""
    required: bool = True


def examine() -> list[Need]:
    """Every need, in the order in which a person fixes them."""
    programs = guest_of(DEFAULT_GUEST).program_needs("run", "build", "test")
    return [
        _python(),
        *(_program(one, required=one.when != "test") for one in programs if not one.is_file),
        *(_file(one, required=one.when != "test") for one in programs if one.is_file),
        *_namespaces(),
        *_spaces(),
        _accelerator(),
        _vhost_user(),
    ]


def examine_windows(lab: Lab) -> list[Need]:
    """What the Windows guest of lab.toml needs besides, which in a rehearsal is nothing."""
    guest = lab.guest
    needed = guest.system == "windows"
    return [_firmware(needed), _swtpm(), _windows_image(lab)]


def _firmware(required: bool) -> Need:
    try:
        found = str(find_firmware(secure_boot=True).firmware)
    except FirmwareMissing as error:
        return Need("UEFI firmware", False, error.message, error.hint, required)
    return Need("UEFI firmware", True, found, required=required)


def _swtpm() -> Need:
    path = shutil.which(SWTPM)
    found = path or "not found (the TPM that Windows 11's Setup asks for)"
    return Need(SWTPM, path is not None, found, NO_TPM, required=False)


def _windows_image(lab: Lab) -> Need:
    guest, name = lab.guest, "image of Windows"
    if guest.kind != "windows":
        fix = '[guest] kind = "windows" and image = "…"; `hil image build windows` makes one'
        return Need(name, False, "lab.toml has the reference guest", fix, required=False)
    if guest.system != "windows":
        return Need(name, True, "a rehearsal on the reference guest; nothing of it is Windows")
    try:
        found = sealed(lab.store.cache, guest.image)
    except UsageError as error:
        return Need(name, False, error.message, error.hint)
    return Need(name, True, f"{guest.image}: {found.windows or 'of an unknown edition'}")


def _python() -> Need:
    version = ".".join(map(str, sys.version_info[:3]))
    return Need(
        "python ≥ 3.11", sys.version_info >= (3, 11), version, f"{APT} python3 python3-venv"
    )


def _program(need: ProgramNeed, *, required: bool = True) -> Need:
    name = need.program
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/lib/wine")
    found = path or f"not found ({need.use})"
    return Need(name, path is not None, found, f"{APT} {' '.join(need.packages)}", required)


def _file(need: ProgramNeed, *, required: bool = True) -> Need:
    ok = Path(need.program).exists()
    found = need.program if ok else "not found"
    return Need(need.use, ok, found, f"{APT} {' '.join(need.packages)}", required)


def _namespaces() -> Iterator[Need]:
    """What mmdebstrap's unshare mode needs; root does without."""
    if os.geteuid() == 0:
        yield Need("user namespaces", True, "not needed by root")
        return
    user = user_name()
    for file in ("/etc/subuid", "/etc/subgid"):
        ok = _listed(Path(file), user)
        option = "uids" if file.endswith("uid") else "gids"
        yield Need(f"{user} in {file}", ok, "listed" if ok else "not listed",
                   f"usermod --add-sub{option} 100000-165535 {user}")  # fmt: skip
    for need in guest_of(DEFAULT_GUEST).program_needs("user"):
        yield _program(need)
    done = _succeeds(["unshare", "--user", "--map-root-user", "true"])
    yield Need("user namespaces", done, "usable" if done else "refused by the kernel",
               "sysctl kernel.unprivileged_userns_clone=1")  # fmt: skip


def _listed(file: Path, user: str) -> bool:
    try:
        return any(line.startswith(f"{user}:") for line in file.read_text().splitlines())
    except OSError:
        return False


def _succeeds(argv: list[str]) -> bool:
    try:
        return subprocess.run(argv, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _spaces() -> Iterator[Need]:
    """Room for what is built, and for the tree it is built from."""
    guest = guest_of(DEFAULT_GUEST)
    try:
        cache = Lab().store.cache
    except UsageError as error:
        yield Need("folder for the cache", False, error.message, error.hint)
    else:
        yield _space(cache, guest.cache_room, "[store] cache in lab.toml")
        yield _states(cache)
    yield _space(Path(tempfile.gettempdir()), guest.build_room, "TMPDIR")


def _states(cache: Path) -> Need:
    """What saved states take of the cache: the ones used longest ago go by themselves."""
    count, taken = taken_by_states(cache)
    found = f"{count}, {taken / 2**30:.1f} GiB; beyond {STATES_ROOM >> 30} GiB the oldest go"
    return Need("saved states of guests", True, found, required=False)


def _space(place: Path, needed: int, setting: str) -> Need:
    free = free_bytes(place)
    return Need(f"free disk for {place}", free >= needed, f"{free / 2**30:.1f} GiB",
                f"free {needed >> 30} GiB there, or set {setting}")  # fmt: skip


def _accelerator() -> Need:
    """What is known of KVM without starting a guest: that it opens proves nothing."""
    refused = unusable()
    if refused:
        fix = "usermod --append --groups kvm $USER" if KVM.exists() else ""
        return Need("KVM", False, f"TCG is used: {refused}", fix, required=False)
    return Need("KVM", True, f"{KVM} opens; whether it runs the guest is shown by a run or by "
                "`hil doctor --deep`", required=False)  # fmt: skip


def _vhost_user() -> Need:
    """Whether QEMU has the device of the port `vhost_user`."""
    try:
        wrong = vhost_user_misfit()
    except ProgramMissing:
        wrong = "no QEMU"
    return Need("port vhost_user", wrong is None, wrong or "QEMU has the device", NEWER_QEMU,
                required=False)  # fmt: skip


def examine_deeply(lab: Lab, stages: Stages) -> Iterator[Need]:
    """Build the guest if need be, prove the accelerator anew and boot the guest with it.

    Raises `HarnessError` if it does not come up; what it said is kept then, and named.
    """
    forget(lab.store.cache)
    lab = lab.model_copy(update={"guest": lab.guest.model_copy(update={"saved_state": False})})
    folder = Path(tempfile.mkdtemp(prefix="hil-doctor-"))
    started_s = time.monotonic()
    with open_recording(folder) as recording, open_guest(lab, stages, recording, folder) as guest:
        accel, boot_s = guest.accel, time.monotonic() - started_s
        said = guest.ssh.run("ver").output.strip()
    shutil.rmtree(folder)
    yield Need("accelerator", True, f"{accel.accel}: {accel.why}")
    yield Need("guest", True, f"booted and reached by SSH in {boot_s:.0f} s: {said}")
