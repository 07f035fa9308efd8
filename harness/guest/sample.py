# SPDX-License-Identifier: GPL-2.0-or-later
"""Telling our sample DLL of a fault that lasts as long as the service: sample.ini beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import PureWindowsPath

from harness.errors import HarnessError
from harness.faults import Fault
from harness.guest.recorder import registered
from harness.guest.ssh import Ssh

SETTINGS = "sample.ini"


def settings(fault: Fault) -> bytes:
    """sample.ini for a fault."""
    return f"[sample]\r\nfault={fault.name}\r\n".encode()


@contextlib.contextmanager
def told(ssh: Ssh, fault: Fault | None) -> Iterator[None]:
    """The file there when the service starts, if the fault needs it, and gone before it ends."""
    if fault is None or fault.where != "service":
        yield
        return
    place = PureWindowsPath(registered(ssh).dll).with_name(SETTINGS)
    ssh.write(settings(fault), place)
    try:
        yield
    finally:
        with contextlib.suppress(HarnessError):  # a guest that is gone takes it along
            ssh.remove(place)
