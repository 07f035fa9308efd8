# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests on the real thing: QEMU, the guest's kernel and radio, Wine, SSH. One guest a session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.config.lab import SIMULATED, Lab
from harness.console import open_console
from harness.guests.base import GuestImage
from harness.guests.registry import guest_of
from harness.lab.bring_up import RunningGuest
from harness.lab.recording import Recording
from harness.run.vendor import CommandLineDll
from tests.vm.shell import GuestShell, guest_shell
from tests.vm.standing import StandingLab, standing_lab
from tests.vm.user import Command, command_in

HERE = Path(__file__).parent
RADIO = os.environ.get("HIL_TEST_RADIO", SIMULATED)
"""The radio of the session's guest; by hand another one, as for the fault matrix of an adapter."""
TEST_TIMEOUT_S = 600
"""Of a test alone: set-up has its own bounds."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test in this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.vm)
            item.add_marker(pytest.mark.timeout(TEST_TIMEOUT_S, func_only=True))


@pytest.fixture(scope="session")
def hil_config() -> Lab:
    """The defaults, with shorter limits where a fault is meant to run into them."""
    limits = {"post_associate_s": 6, "handler_s": 3}
    return Lab.model_validate({"limits": limits, "guest": {"radio": RADIO}})


@pytest.fixture(scope="session")
def image(hil_config: Lab) -> GuestImage:
    """The reference guest, built."""
    with open_console() as console:
        guest = hil_config.guest
        return guest_of(guest.kind).prepare(guest, hil_config.store.cache, console)


@pytest.fixture
def command(tmp_path: Path, image: GuestImage) -> Iterator[Command]:
    """`hil run` as a user starts it, in a process of its own, with its own folders."""
    with command_in(tmp_path, image) as command:
        yield command


@pytest.fixture(scope="session")
def lab(
    hil_config: Lab, hil_guest: RunningGuest, _hil_recording: tuple[Recording, Path]
) -> Iterator[StandingLab]:
    """The session's guest with our sample DLL in it, in one process unless it ends by itself."""
    recording, folder = _hil_recording
    with (
        open_console() as console,
        standing_lab(hil_config, hil_guest, recording, folder, CommandLineDll(), console) as lab,
    ):
        yield lab


@pytest.fixture(scope="session")
def shell(guest: object) -> Iterator[GuestShell]:
    """A Linux shell in the session's guest: for what only the lab itself may do there."""
    with guest_shell(guest) as shell:
        yield shell
