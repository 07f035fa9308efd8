# SPDX-License-Identifier: GPL-2.0-or-later
"""A Linux root shell in the reference guest: breaks the lab on purpose, runs other clients."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from harness.guests.common.ssh import Login, Ssh, connect
from harness.lab.bring_up import RunningGuest

GuestShell = Ssh


@contextlib.contextmanager
def guest_shell(guest: RunningGuest) -> Iterator[GuestShell]:
    """A shell in the guest of a lab of this process."""
    with shell_at(guest.machine.ssh_port(), guest.image.login) as shell:
        yield shell


@contextlib.contextmanager
def shell_at(port: int, login: Login) -> Iterator[GuestShell]:
    """A shell in the guest behind a forwarded port."""
    ssh = connect(
        replace(login, user="root", tells_status=True),
        port,
        limit_s=30,
        command_s=60,
        alive=lambda: None,
    )
    with contextlib.closing(ssh):
        yield ssh
