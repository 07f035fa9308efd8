# SPDX-License-Identifier: GPL-2.0-or-later
"""`Guest` as the reference guest fills it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from harness.config.lab import GuestConfig
from harness.console import Stages
from harness.eap import Credentials
from harness.guests.base import GuestImage, ProgramNeed, ServiceControl, Witness
from harness.guests.common.recorder import FOLDER
from harness.guests.common.ssh import Ssh
from harness.guests.reference import certificates, images, system_dlls
from harness.guests.reference.service_control import ReferenceServiceControl

PREPARE_S = 60.0
"""Bound on the start of a Windows program in a guest at rest."""

WARM_UP = r"reg query HKCU\Environment"
"""The first Windows program in a guest starts Wine's server and fills the page cache."""


class ReferenceGuest:
    """See `Guest`."""

    cache_room = images.CACHE_ROOM
    build_room = images.TREE_ROOM

    def program_needs(self, *when: str) -> Sequence[ProgramNeed]:
        """See `Guest`."""
        found: Sequence[ProgramNeed] = images.program_needs(*when)
        return found

    def prepare(self, config: GuestConfig, cache: Path, stages: Stages) -> GuestImage:
        """See `Guest`."""
        return images.prepare(cache, stages)

    def system_dlls(self) -> frozenset[str]:
        """See `Guest`."""
        return system_dlls.guest_dlls()

    def settle(self, config: GuestConfig, ssh: Ssh, again: Callable[[], Ssh]) -> Ssh:
        """See `Guest`: nothing is asked of it."""
        return ssh

    def warm_up(self, ssh: Ssh) -> None:
        """See `Guest`: SSH, SFTP and a Windows program."""
        ssh.mkdir(FOLDER)
        ssh.run(WARM_UP)

    def before_saving(self, ssh: Ssh) -> None:
        """See `Guest`: a process of the IHV host that waits for the service's start."""
        with contextlib.closing(ReferenceServiceControl(ssh, limit_s=PREPARE_S)) as service:
            service.prepare_start()

    def place_certificates(self, ssh: Ssh, credentials: Credentials) -> None:
        """See `Guest`."""
        certificates.place_certificates(ssh, credentials)

    def witness(self, ssh: Ssh, *, limit_s: float) -> Witness | None:
        """See `Guest`: all that it tells is in the trace and the events."""
        return None

    def service_control(self, ssh: Ssh, *, limit_s: float) -> ServiceControl:
        """See `Guest`."""
        return ReferenceServiceControl(ssh, limit_s=limit_s)
