# SPDX-License-Identifier: GPL-2.0-or-later
"""From what the user asked for to an image, or to the plan of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harness.config.lab import Accel, Lab
from harness.console import Stages
from harness.errors import UsageError
from harness.guests.reference import images as reference
from harness.guests.windows.sealed import PREFIX
from harness.guests.windows_image import plan
from harness.guests.windows_image.build import ROOM, build
from harness.guests.windows_image.given import Keys, Request, check
from harness.vm.accel import choose, forced_accel, unusable
from harness.vm.firmware import find_firmware
from winsetup.provisioning import disc_files

COMPANIONS: Final = ("agent.exe", "recorder.dll")
SHOWN_KEYS: Final = Keys(password="", host=b"", host_pub=b"", login=b"", login_pub=b"")


def dry_run(request: Request, lab: Lab) -> Iterator[str]:
    """The plan, line by line; nothing is made, compiled or started. Raises `UsageError`."""
    given = check(request)
    spec = plan.machine(find_firmware(secure_boot=True), likely(lab))
    provisioning = given.provisioning(SHOWN_KEYS, dict.fromkeys(COMPANIONS, b""))
    yield from plan.told(given, spec, provisioning, disc_files(provisioning))


def build_image(
    request: Request, name: str, lab: Lab, stages: Stages, *, patience: float, room: int = ROOM
) -> Path:
    """Build the image `name`; its folder. Raises `HarnessError`."""
    cache = lab.store.cache.resolve()
    if (cache / f"{PREFIX}{name}").exists():
        raise UsageError(
            f"there is a Windows image {name} already", hint="--name, or `hil image remove` it"
        )
    with stages.stage("read and check what was given"):
        given = check(request)
    for line in plan.findings(given):
        stages.note(line)
    boot = find_firmware(secure_boot=True)
    pe = reference.pe_files(cache, stages)
    companions = {one: (pe / one).read_bytes() for one in COMPANIONS}
    accel = _accelerator(lab, cache, stages)
    return build(given, companions, boot, accel, name, cache, stages, patience=patience, room=room)


def likely(lab: Lab) -> Accel:
    """The accelerator as far as it is known without starting a guest."""
    if lab.guest.accel != "auto":
        return lab.guest.accel
    return forced_accel() or ("tcg" if unusable() else "kvm")


def _accelerator(lab: Lab, cache: Path, stages: Stages) -> Accel:
    """The accelerator, proven by the reference guest where that is our own choice."""
    if likely(lab) == "tcg" or lab.guest.accel != "auto" or forced_accel():
        return likely(lab)
    image = reference.prepare(cache, stages)
    spec = image.machine(lab.guest.memory_mib, "kvm")
    choice = choose("auto", spec, image.disk, cache, cache / "failed-kvm-probe")
    stages.note(f"accelerator {choice.accel}: {choice.why}")
    return choice.accel
