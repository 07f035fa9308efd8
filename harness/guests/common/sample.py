# SPDX-License-Identifier: GPL-2.0-or-later
"""Our sample DLL with a fault of the service (sample.ini beside it) or of another build."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from harness.errors import HarnessError
from harness.faults import Fault
from harness.guests.common.dll import Dll
from harness.guests.common.ssh import Ssh

SETTINGS = "sample.ini"


def settings(fault: Fault) -> bytes:
    """sample.ini for a fault."""
    return f"[sample]\r\nfault={fault.name}\r\n".encode()


def build_of(fault: Fault | None, folder: Path) -> Dll | None:
    """The build of the DLL that has the fault, where it is not the guest's own one."""
    if fault is None or fault.where != "build":
        return None
    path = folder / fault.build
    return Dll(path, hashlib.sha256(path.read_bytes()).hexdigest())


@contextlib.contextmanager
def fault_in_place(ssh: Ssh, fault: Fault | None, sample: str) -> Iterator[None]:
    """sample.ini beside `sample` (the guest's own DLL) when the service starts, if the fault needs
    it, and gone afterwards."""
    if fault is None or fault.where != "service":
        yield
        return
    ssh.write(settings(fault), _place(sample))
    try:
        yield
    finally:
        with contextlib.suppress(HarnessError):  # a guest that is gone takes it along
            take_fault_out(ssh, sample)


def take_fault_out(ssh: Ssh, sample: str) -> None:
    """Have no sample.ini beside `sample`, whatever was left; raises `LabFault` if that fails."""
    ssh.remove(_place(sample))


def _place(sample: str) -> PureWindowsPath:
    return PureWindowsPath(sample).with_name(SETTINGS)
