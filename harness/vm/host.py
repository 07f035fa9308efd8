# SPDX-License-Identifier: GPL-2.0-or-later
"""What this machine brings to a virtual one: its QEMU and its processor."""

from __future__ import annotations

import contextlib
import functools
import platform
import re
import shutil
from pathlib import Path

from harness.local import programs
from harness.vm.argv import BINARY

FILE_MIGRATION = (8, 2)
"""First QEMU that migrates to and from a file by name (docs/about/removed-features: `fd:` with a
plain file ended with QEMU 11; before 8.2 there was nothing else)."""

GENERIC_DEVICE = (10, 2)
"""First QEMU with a `vhost-user-test-device` that a user may make (hw/virtio)."""
NEWER_QEMU = (
    "Debian 13: apt-get install -t trixie-backports qemu-system-x86; port = 'virtio_serial' does "
    "with any QEMU"
)
"""How to come by a newer one."""


def qemu_version() -> str:
    """QEMU's version, as it says it of itself; raises `ProgramMissing`.

    A run asks for it at several places, and the program is started once for them all.
    """
    place = shutil.which(BINARY) or BINARY
    with contextlib.suppress(OSError):
        return _version_of(place, Path(place).stat().st_mtime_ns)
    return _version_of(place, 0)


@functools.cache
def _version_of(place: str, _changed_ns: int) -> str:
    said = programs.run([place, "--version"]).stdout.splitlines()
    return said[0].removeprefix("QEMU emulator version ") if said else "unknown"


def qemu_release(version: str) -> tuple[int, int]:
    """Major and minor number of a version as `qemu_version` gives it; (0, 0) where it has none."""
    found = re.match(r"(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def migrates_to_files() -> bool:
    """Whether this QEMU takes `file:` addresses for the state of a machine."""
    return qemu_release(qemu_version()) >= FILE_MIGRATION


def vhost_user_misfit() -> str | None:
    """Why this QEMU has no device for the port `vhost_user`; None if it has."""
    version = qemu_version()
    if qemu_release(version) >= GENERIC_DEVICE:
        return None
    return f"QEMU {version}: its device for any vhost-user back-end came with QEMU 10.2"


def host_cpu() -> str:
    """The host's CPU model, as /proc/cpuinfo names it."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
