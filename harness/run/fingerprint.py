# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a run took place, and what it left behind.

Figures compare only within equal fingerprints, so all that moves them is named: CPU, accelerator,
versions, the DLL itself.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from harness.config.lab import USUAL_PORT, Lab
from harness.evidence.sources.crash_dumps import DUMPS, dump_files
from harness.guests.common.companions import hashes
from harness.guests.common.dll import Dll
from harness.lab.air import AP_IP, STATION_IP
from harness.lab.session import LabSession
from harness.local.programs import ProgramMissing
from harness.results import Environment, EvidenceFile
from harness.run.measured import NO_HANDLERS
from harness.vm.accel import Choice
from harness.vm.host import host_cpu, qemu_version
from hwsim.capture import CAPTURE_NAME, KEYS_NAME, of_medium
from hwsim.ports.shared import MAX_MEDIA

LIBRARIES = ("scapy", "paramiko", "cryptography", "qemu.qmp", "pydantic")

DESCRIPTIONS = {
    "air.pcapng": "every frame on the air, with radiotap headers",
    "air.keys": "decryption keys of the test network (Wireshark: 80211_keys, the first 64 of it)",
    **{
        of_medium(CAPTURE_NAME, number): f"every frame on medium {number}"
        for number in range(2, MAX_MEDIA + 1)
    },
    **{
        of_medium(KEYS_NAME, number): f"decryption keys of medium {number}"
        for number in range(2, MAX_MEDIA + 1)
    },
    "ihv-trace.jsonl": "every handler and framework call of the DLL",
    "events.jsonl": "frames, WLAN notifications and states as they came",
    "event-log.xml": "the guest's own event log, as exported there",
    "wlan.etl": "ETW trace of Windows' WLAN components, for tools of Windows: not decoded here",
    "serial.log": "the guest's serial console",
    "qmp.jsonl": "events of QEMU",
    "qemu-stderr.log": "what QEMU said",
    "air-stderr.log": "what the air process said",
    "radius.log": "what the RADIUS server said",
    "seal.json": "what the files of evidence were when the run ended",
    "lab.toml": "the lab as it was set up, defaults filled in",
}
"""The files of a run directory and what is in them."""

A_DUMP = "crash dump of the guest: what was in its memory, keys perhaps among it"

SECRET = {of_medium(KEYS_NAME, number) for number in range(1, MAX_MEDIA + 1)}

AT_USB_BORDER = "at the USB border, not in the guest"
"""Where the times of frames are taken if the guest's radio is a USB adapter."""


def of_dll(dll: Dll) -> Environment:
    """What of the fingerprint a vendor's DLL alone tells."""
    return Environment(
        dll_path=str(dll.path),
        dll_sha256=dll.sha256,
        dll_companions=dict(hashes(dll.companions)),
    )


def of_host(
    dll: Dll | None, choice: Choice | None = None, adapter: str | None = None
) -> Environment:
    """What is known before a guest runs: of this machine, of a vendor's DLL, and which emulated USB
    adapter is the guest's radio, if one is."""
    known = Environment() if dll is None else of_dll(dll)
    try:
        qemu = qemu_version()
    except ProgramMissing:
        qemu = None
    return known.model_copy(
        update={
            "qemu": qemu,
            "accelerator": choice.accel if choice else None,
            "accelerator_reason": choice.why if choice else None,
            "kernel": platform.release(),
            "host_cpu": host_cpu(),
            "host_cpus": os.cpu_count(),
            "versions": dict(_versions()),
            "other": _of_radio(adapter),
        }
    )


def _of_radio(adapter: str | None) -> dict[str, str]:
    return {} if adapter is None else {"radio": adapter, "frames timed": AT_USB_BORDER}


@cache
def _versions() -> Mapping[str, str]:
    """Of this program, Python and the libraries: looked up in files once, as they stay."""
    own = {"wlan-hil": version("wlan-hil"), "python": platform.python_version()}
    return own | {name: version(name) for name in LIBRARIES}


def environment(dll: Dll | None, session: LabSession, lab: Lab) -> Environment:
    """The fingerprint of a running lab: of this machine, the DLL under test and the guest.

    The clock's uncertainty is in microseconds, as the air measured it so far. A port that is not
    the usual one is named, as figures of two compare with care, and so is an emulated USB adapter
    that is the guest's radio.
    """
    port, adapter, system = lab.air.port, lab.guest.adapter, lab.guest.system
    clock = session.air.state.clock
    really = " (reference guest)" if system == "reference" else ""
    silent = session.without_handlers
    own = {} if dll else {"dll_path": session.vendor, "dll_sha256": session.vendor_sha256}
    return of_host(dll, session.accel).model_copy(
        update={
            **own,
            "guest_build": f"Windows {session.agent.hello.get('windows', '?')}{really}",
            "clock_uncertainty_us": clock.uncertainty_ns / 1000 if clock else None,
            "other": {
                "image": session.image.key,
                "guest's clock set by": f"{session.clock_set_by_s:.1f} s",
                "agent": str(session.agent.hello.get("agent", "?")),
                "station address": STATION_IP,
                "access point address": AP_IP,
                **({} if port == USUAL_PORT else {"radio port": port}),
                **_of_radio(adapter),
                **({NO_HANDLERS: silent} if silent else {}),
            },
        }
    )


def evidence_files(folder: Path) -> tuple[EvidenceFile, ...]:
    """What is in a run directory, in the order of `DESCRIPTIONS`, and the crash dumps in it; empty
    files are left out."""
    dumps = {f"{DUMPS}/{path.name}": A_DUMP for path in dump_files(folder)}
    return tuple(
        EvidenceFile(
            path=name,
            description=text,
            size_bytes=(folder / name).stat().st_size,
            secret=name in SECRET or name in dumps,
        )
        for name, text in (DESCRIPTIONS | dumps).items()
        if (folder / name).is_file() and (folder / name).stat().st_size
    )
