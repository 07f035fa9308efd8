# SPDX-License-Identifier: GPL-2.0-or-later
"""The Windows guest's dialogues over SSH, with the reference guest that looks like Windows.

What Windows may do to a harness is done by its face, or to the guest itself by a Linux shell: each
ends in bounds, as a lab fault that names it or as a mistake of the user.
"""

from __future__ import annotations

import contextlib
import io
import json
import shlex
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest

from harness.config.lab import Lab
from harness.console import open_console
from harness.errors import LabFault, PeerGone, TooSlow, UsageError
from harness.guests.common.agent import running_agent
from harness.guests.common.recorder import RECORDER, Setup
from harness.guests.common.ssh import Ssh, connect
from harness.guests.windows import system as windows_system
from harness.guests.windows import verifier
from harness.guests.windows.guest import WindowsGuest
from harness.guests.windows.powershell import PowerShell
from harness.guests.windows.service_control import WindowsServiceControl
from harness.lab.bring_up import RunningGuest, open_guest
from harness.lab.recording import Recording
from harness.lab.session import setup_for
from harness.run.vendor import CommandLineDll
from tests.vm.shell import GuestShell, guest_shell
from tests.vm.standing import standing_lab

LAB = Lab.model_validate({"guest": {"kind": "windows", "image": "rehearsal"}})
TROUBLE = "/run/hil/windows-trouble.json"
KEY = (
    r"HKLM\SYSTEM\CurrentControlSet\Control\Class\{4D36E972-E325-11CE-BFC1-08002BE10318}\0001"
    r"\Ndi\IHVExtensions"
)
FILL = """
import os
free = os.statvfs("/")
with open("/full", "wb") as file:
    os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_bsize)
"""
"""Leaves no room on the guest's disk; nothing is written."""
LIMIT_S = 20.0


@pytest.fixture(scope="module")
def recording() -> Recording:
    """What the air and the guest tell."""
    return Recording(io.BytesIO(), io.BytesIO())


@pytest.fixture(scope="module")
def guest(recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGuest]:
    """A guest that the harness takes for Windows."""
    folder = tmp_path_factory.mktemp("windows")
    with open_console() as console, open_guest(LAB, console, recording, folder) as guest:
        yield guest


@pytest.fixture(scope="module")
def linux(guest: RunningGuest) -> Iterator[GuestShell]:
    """What it is behind its face."""
    with guest_shell(guest) as shell:
        yield shell


@pytest.fixture
def setup(guest: RunningGuest) -> Setup:
    """Agent and recorder before the guest's own DLL."""
    return setup_for(guest.image, None, None, None)


@contextlib.contextmanager
def trouble(linux: GuestShell, **asked: object) -> Iterator[None]:
    """Windows does this to the harness for a while."""
    linux.run(f"echo {shlex.quote(json.dumps(asked))} >{TROUBLE}")
    try:
        yield
    finally:
        linux.run(f"rm -f {TROUBLE} /run/hil/adapter-restarted")


def control(guest: RunningGuest, limit_s: float = LIMIT_S) -> WindowsServiceControl:
    """Its service and clock."""
    return WindowsServiceControl(guest.ssh, limit_s=limit_s)


def test_exit_codes_are_cmds_own(guest: RunningGuest) -> None:
    """Its SSH server says 0 whatever a command ended with, as OpenSSH for Windows has."""
    assert guest.ssh.run("reg query HKLM\\nothing").status == 1
    assert guest.ssh.run('pnputil /restart-device "ROOT\\NONE"').status == 0xE000020B
    assert guest.ssh.run("ver").output.startswith("Microsoft Windows")


def test_a_clock_that_jumped_is_set_again(guest: RunningGuest, linux: GuestShell) -> None:
    """After a restore it lives at the moment it was saved; one that stays wrong is told."""
    linux.run("date -s '2026-01-02 03:04:05'")
    assert control(guest).set_clock() > 86_400
    assert abs(control(guest).set_clock()) < 10
    linux.run("date -s '2026-01-02 03:04:05'")
    with trouble(linux, clock="stuck"), pytest.raises(LabFault, match=r"clock.*s behind"):
        control(guest).set_clock()
    control(guest).set_clock()


def test_a_station_with_the_recorder_connects(
    guest: RunningGuest, recording: Recording, tmp_path: Path
) -> None:
    """All of a session by the Windows guest's dialogues; netsh has the recorder then."""
    with (
        open_console() as console,
        standing_lab(LAB, guest, recording, tmp_path, CommandLineDll(), console) as lab,
    ):
        assert str(RECORDER) in guest.ssh.run("netsh wlan show drivers").output
        done = lab.associate()
    assert [str(one) for one in (*done.findings, *done.associations[0].missing)] == []
    assert done.verdict == "PASS"
    control(guest).uninstall(guest.installation)
    guest.installation = None
    assert "sample.dll" in guest.ssh.run(f'reg query "{KEY}"').output


@pytest.mark.parametrize(
    ("asked", "fault", "said"),
    [
        ({"powershell": "hung"}, TooSlow, r"powershell\.exe.*running"),
        ({"powershell": "garbage"}, PeerGone, r"answer of service\.ps1"),
        ({"service": "stuck"}, LabFault, "end of the service WlanSvc.*it is StopPending"),
        ({"adapter": "gone"}, LabFault, "WLAN adapter of the Windows guest"),
    ],
)
def test_what_windows_does_is_a_lab_fault(
    guest: RunningGuest,
    linux: GuestShell,
    setup: Setup,
    asked: dict[str, object],
    fault: type[LabFault],
    said: str,
) -> None:
    """With its name, within its bound; nothing of it is left."""
    limit_s = 3.0 if asked == {"powershell": "hung"} else LIMIT_S
    with trouble(linux, **asked), pytest.raises(fault, match=said):
        control(guest, limit_s).install(setup)
    linux.run("pkill -f windows_face")


def test_a_full_disk_is_a_lab_fault(guest: RunningGuest, linux: GuestShell, setup: Setup) -> None:
    """And the adapter has what it had."""
    linux.run(f"rm -f /C:/hil/*; python3 -c {shlex.quote(FILL)}")
    try:
        with pytest.raises(LabFault, match=r"upload of C:\\hil\\agent.exe"):
            control(guest).install(setup)
    finally:
        linux.run("rm /full")
    assert "sample.dll" in guest.ssh.run(f'reg query "{KEY}"').output


def test_an_agent_that_is_blocked_is_a_lab_fault(guest: RunningGuest) -> None:
    """Windows starts no process for it, and says so in its language."""
    blocked = PureWindowsPath(r"C:\hil\blocked.exe")
    with (
        running_agent(guest.ssh, blocked, lambda _: None) as agent,
        pytest.raises(LabFault, match=r"agent\.exe"),
    ):
        agent.greet(timeout_s=LIMIT_S)


def test_a_value_that_is_missing_is_for_the_user(
    guest: RunningGuest, linux: GuestShell, setup: Setup
) -> None:
    """A driver without an IHV Extensions DLL: which one is to be tested?"""
    guest.ssh.run(f'reg delete "{KEY}" /v ExtensibilityDLL /f')
    with pytest.raises(UsageError, match="no IHV Extensions DLL"):
        control(guest).install(setup)
    guest.ssh.run(f'reg add "{KEY}" /v ExtensibilityDLL /d "C:\\drivers\\ihvsample\\sample.dll" /f')


def test_driver_verifier_takes_a_reboot_down_and_up(guest: RunningGuest) -> None:
    """It is over when it is another boot, and the verifier watches then."""
    before = windows_system.system(PowerShell(guest.ssh, limit_s=LIMIT_S))
    config = LAB.guest.model_copy(update={"driver_verifier": True})

    def again() -> Ssh:
        port = guest.machine.ssh_port()
        return connect(guest.image.login, port, limit_s=120, command_s=60, alive=lambda: None)

    with contextlib.closing(WindowsGuest().settle(config, guest.ssh, again)) as ssh:
        after = windows_system.system(PowerShell(ssh, limit_s=LIMIT_S))
        assert not guest.ssh.alive
        assert windows_system.is_another_boot(before, after, 1.0)
        assert verifier.is_watching(ssh, PureWindowsPath("hilref.sys"))
