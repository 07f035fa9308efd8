# SPDX-License-Identifier: GPL-2.0-or-later
"""Which accelerator can really be used.

/dev/kvm can open, answer its version, even run a boot sector, and still hang or stop a kernel
(nested and paravirtual hosts). So KVM counts only once the guest's own kernel has come to the first
line of its console under it. What came of that is kept with what it depends on: kernel, QEMU and
host. A good answer is kept until one of these changes, a bad one for a day.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from harness.config.lab import Accel
from harness.errors import HarnessError, LabFault, UsageError
from harness.local.cache import digest
from harness.local.deadline import Deadline
from harness.local.workspace import work_folder
from harness.vm.argv import MachineSpec, Wiring
from harness.vm.boot import BootWatch
from harness.vm.disk import overlay
from harness.vm.host import host_cpu, qemu_version
from harness.vm.machine import Machine, running
from harness.vm.saved_state import silent_radio

KVM: Final = Path(os.environ.get("HIL_KVM", "/dev/kvm"))
"""The device; tests name another file in its place."""

FORCE: Final = "HIL_ACCEL"
"""Environment variable that stands in for lab.toml's ``[guest] accel = "auto"``: for tests."""

PROBE_S: Final = 8.0
"""Bound on the first line of the guest's console; under a working KVM it takes about a second."""

DOUBT_S: Final = 24 * 3600.0
"""How long a KVM that failed is not tried again: it may have been put right."""

RECORD: Final = "accelerator.json"
"""File in the cache that keeps what KVM was seen to do."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The accelerator to use, and one line that says why."""

    accel: Accel
    why: str


def choose(
    wanted: Literal["auto", "kvm", "tcg"],
    spec: MachineSpec,
    disk: Path,
    cache: Path,
    logs: Path,
    *,
    device: Path = KVM,
) -> Choice:
    """The accelerator for `wanted`; `kvm` is taken at its word, `auto` is proven by a boot.

    `spec` and `disk` are the guest to prove it with; `logs` keeps what a failed proof said.
    """
    if wanted != "auto":
        return Choice(wanted, "asked for in lab.toml")
    forced = forced_accel()
    if forced is not None:
        return Choice(forced, f"asked for by {FORCE}")
    refused = unusable(device)
    if refused:
        return Choice("tcg", refused)
    spec = replace(spec, accel="kvm")
    known = recall(cache, spec)
    if known is not None:
        return known
    trouble = probe(spec, disk, logs)
    found = Choice("tcg", trouble) if trouble else Choice("kvm", "the guest's kernel ran under KVM")
    remember(cache, spec, found)
    return found


def forced_accel() -> Accel | None:
    """What the environment asks for; raises `UsageError` for what is no accelerator."""
    match os.environ.get(FORCE, "auto"):
        case "" | "auto":
            return None
        case "kvm":
            return "kvm"
        case "tcg":
            return "tcg"
        case other:
            raise UsageError(f"{FORCE}={other}: unknown accelerator", hint="kvm, tcg or auto")


def unusable(device: Path = KVM) -> str:
    """Why KVM cannot even be tried, in words; empty if it can."""
    if not device.exists():
        return f"{device} does not exist"
    if not os.access(device, os.R_OK | os.W_OK):
        return f"{device} is not accessible to this user (group kvm?)"
    return ""


def probe(spec: MachineSpec, disk: Path, logs: Path) -> str:
    """Boot the guest to the first line of its console; empty if it came, else why not.

    Its logs are in `logs` then, a folder that is not made otherwise.
    """
    with work_folder() as work, silent_radio(work / "radio") as radio:
        try:
            over = overlay(disk, work / "disk.qcow2")
            wiring = Wiring("hil-probe", over, -1, radio, work / "serial.log")
            with running(spec, wiring, work) as machine:
                _await_first_line(machine)
        except LabFault as fault:
            keep_logs(work, logs)
            return f"the guest's kernel does not run under KVM: {fault.last_state}"
    return ""


def keep_logs(source: Path, target: Path) -> None:
    """Move the logs of a machine that failed to the folder `target`; a full disk is told later."""
    with contextlib.suppress(OSError):
        target.mkdir(parents=True, exist_ok=True)
        for name in ("serial.log", "qmp.jsonl", "qemu-stderr.log"):
            if (source / name).exists():
                (target / name).write_bytes((source / name).read_bytes())
                (source / name).unlink()


def _await_first_line(machine: Machine) -> None:
    deadline = Deadline("first line of the guest's console", PROBE_S)
    watched = BootWatch(machine)

    def spoke() -> bool | None:
        with contextlib.suppress(OSError):
            if b"\n" in machine.serial_log.read_bytes():
                return True
        trouble = watched.trouble()
        deadline.state = trouble or f"silent for {deadline.waited_s:.0f} s"
        if trouble:
            raise deadline.gone()
        return None

    deadline.poll(spoke)


def recall(cache: Path, spec: MachineSpec) -> Choice | None:
    """What is known of KVM with this kernel, QEMU and host; None if nothing is, or not any more."""
    found = _records(cache).get(_identity(spec))
    if not isinstance(found, dict):
        return None
    accel, why, at_s = (found.get(name) for name in ("accel", "why", "at_s"))
    if not isinstance(why, str) or not isinstance(at_s, int | float):
        return None
    if accel == "kvm":
        return Choice("kvm", why)
    if accel == "tcg" and 0 <= time.time() - at_s < DOUBT_S:
        day = time.strftime("%Y-%m-%d %H:%M", time.localtime(at_s))
        return Choice("tcg", f"{why} (seen {day}; `hil doctor --deep` tries again)")
    return None


def remember(cache: Path, spec: MachineSpec, found: Choice) -> None:
    """Keep what KVM was seen to do with this kernel, QEMU and host; a read-only cache is fine."""
    records = _records(cache)
    records[_identity(spec)] = {"accel": found.accel, "why": found.why, "at_s": time.time()}
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        fresh = cache / f".{RECORD}.{os.getpid()}"
        fresh.write_text(json.dumps(records, indent=1))
        fresh.replace(cache / RECORD)


def forget(cache: Path) -> None:
    """Let KVM be tried anew."""
    with contextlib.suppress(OSError):
        (cache / RECORD).unlink()


def _records(cache: Path) -> dict[str, object]:
    try:
        found = json.loads((cache / RECORD).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _identity(spec: MachineSpec) -> str:
    """What the answer depends on: the guest's kernel, how it is started, QEMU and the host."""
    try:
        program = spec.boot.program.read_bytes()
    except OSError:
        program = b""
    try:
        qemu = qemu_version()
    except HarnessError:
        qemu = "none"
    host = (host_cpu(), platform.release(), platform.node())
    return digest(program, spec.cpu, spec.boot.words, qemu, *host)
