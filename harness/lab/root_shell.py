# SPDX-License-Identifier: GPL-2.0-or-later
"""A root shell of a guest, for measurements that need more of it than a run does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from harness.guests.common.ssh import Ssh, connect
from harness.lab.bring_up import RunningGuest


@contextlib.contextmanager
def root_shell(guest: RunningGuest) -> Iterator[Ssh]:
    """Another connection to the guest, as root; it ends with the context."""
    login = replace(guest.image.login, user="root")
    port = guest.machine.ssh_port()
    with contextlib.closing(
        connect(login, port, limit_s=30, command_s=60, alive=lambda: None)
    ) as shell:
        yield shell
