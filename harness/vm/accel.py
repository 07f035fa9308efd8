# SPDX-License-Identifier: GPL-2.0-or-later
"""Which accelerator can really be used.

/dev/kvm can open and answer its version and still hang a guest at boot, so KVM counts only after a
guest has executed code under it within a bound.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.config import Accel
from harness.vm.argv import BINARY

PROBE_S = 10
"""Bound on the probe; firmware under a working KVM needs well under a second."""

EXIT_CODE = 0x2A
"""Written to the debug-exit port by the probe; QEMU then ends with ``(code << 1) | 1``."""

PROBE_SECTOR = (
    b"\xb0" + bytes([EXIT_CODE])  # mov al, EXIT_CODE
    + b"\xe6\xf4"                 # out 0xf4, al
    + b"\xf4\xeb\xfd"             # hlt; jmp -1
).ljust(510, b"\0") + b"\x55\xaa"  # fmt: skip
"""A boot sector that ends QEMU through its isa-debug-exit device."""


DISK_SIZE = 1 << 20
"""SeaBIOS boots no disk of a single sector."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The accelerator to use, and one line that says why."""

    accel: Accel
    why: str


def choose(wanted: Literal["auto", "kvm", "tcg"], *, device: Path = Path("/dev/kvm")) -> Choice:
    """The accelerator for `wanted`; `kvm` is taken at its word, `auto` is proven by a boot."""
    if wanted != "auto":
        return Choice(wanted, "asked for in lab.toml")
    if not device.exists():
        return Choice("tcg", f"{device} does not exist")
    if not os.access(device, os.R_OK | os.W_OK):
        return Choice("tcg", f"{device} is not accessible to this user (group kvm?)")
    problem = _probe()
    return Choice("tcg", problem) if problem else Choice("kvm", "a probe guest ran under KVM")


def _probe() -> str:
    """Boot one sector under KVM; empty if it ran, else why not."""
    with tempfile.TemporaryDirectory(prefix="hil-probe-") as folder:  # also takes a core dump
        disk = Path(folder) / "probe.raw"
        disk.write_bytes(PROBE_SECTOR.ljust(DISK_SIZE, b"\0"))
        argv = [
            BINARY,
            *("-machine", "q35,accel=kvm", "-cpu", "host", "-m", "64M"),
            *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
            *("-device", "isa-debug-exit,iobase=0xf4,iosize=1"),
            *("-drive", f"if=ide,format=raw,file={disk}"),
        ]
        try:
            done = subprocess.run(
                argv, check=False, cwd=folder, capture_output=True, timeout=PROBE_S
            )
        except subprocess.TimeoutExpired:
            return f"a probe guest under KVM hung for {PROBE_S} s"
        except OSError as error:
            return f"{BINARY} cannot be started: {error.strerror}"
    if done.returncode == (EXIT_CODE << 1) | 1:
        return ""
    said = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return f"a probe guest under KVM failed: {said[-1] if said else f'status {done.returncode}'}"
