# SPDX-License-Identifier: GPL-2.0-or-later
"""The Windows guest as the harness knows it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from harness.config.lab import GuestConfig
from harness.console import Stages
from harness.errors import LabFault, UsageError
from harness.guests.common.ssh import Ssh
from harness.guests.windows import guest as module
from harness.guests.windows.guest import WindowsGuest, image_of
from harness.guests.windows.sealed import sealed
from harness.vm.argv import DiskBoot
from tests.unit.doubles import IMAGES
from tests.unit.guests.windows.face import WindowsFace
from tests.unit.guests.windows.test_sealed import made

STAGES = cast("Stages", None)


def windows(**keys: object) -> GuestConfig:
    """[guest] of lab.toml."""
    return GuestConfig.model_validate({"kind": "windows", "image": "rehearsal", **keys})


def test_a_sealed_image_boots_by_firmware(tmp_path: Path) -> None:
    """Its exit codes are asked of cmd.exe, and it may reboot."""
    folder = made(tmp_path, "w10", cpus=4, network_card="e1000e")
    image = image_of(sealed(tmp_path, "w10"), folder, Path("/pe"))
    assert image.boot == DiskBoot(folder / "code.fd", folder / "vars.fd")
    assert not image.login.tells_status
    machine = image.machine(4096, "kvm", "usb-ehci")
    assert (machine.cpus, machine.network_card, machine.reboots) == (4, "e1000e", True)


def test_the_rehearsal_is_the_reference_guest(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the same saved state, though it may reboot; a result says what it was."""
    monkeypatch.setattr(module.images, "prepare", lambda *_: IMAGES)
    image = WindowsGuest().prepare(windows(), Path("/cache"), STAGES)
    assert (image.key, image.disk) == (IMAGES.key, IMAGES.disk)
    assert (image.reboots, image.login.tells_status) == (True, False)
    assert image.machine(512, "tcg").shape == IMAGES.machine(512, "tcg").shape
    assert windows().system == "reference"
    assert windows(image="w10", radio="rtl8187b").system == "windows"


def test_an_image_that_is_not_there(tmp_path: Path) -> None:
    """Is the user's to make."""
    with pytest.raises(UsageError, match="no such Windows image"):
        WindowsGuest().prepare(windows(image="w10", radio="rtl8187b"), tmp_path, STAGES)


def settled(face: WindowsFace, monkeypatch: pytest.MonkeyPatch, **keys: object) -> list[str]:
    """What was rebooted when the face was settled."""
    done: list[str] = []

    def reboot(ssh: Ssh, *_: object, **__: object) -> Ssh:
        done.append("reboot")
        return ssh

    monkeypatch.setattr(module, "reboot", reboot)
    ssh = cast("Ssh", face)
    assert WindowsGuest().settle(windows(**keys), ssh, lambda: ssh) is ssh
    return done


def test_driver_verifier_takes_a_reboot(face: WindowsFace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where it is asked for, and where it does not watch yet."""
    assert settled(face, monkeypatch) == []
    watching = iter((False, True, True))
    monkeypatch.setattr(module.verifier, "is_watching", lambda *_: next(watching))
    assert settled(face, monkeypatch, driver_verifier=True) == ["reboot"]


def test_a_driver_verifier_that_does_not_watch(
    face: WindowsFace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the reboot that was for it."""
    with pytest.raises(LabFault, match=r"Driver Verifier for hilref\.sys.*does not verify"):
        settled(face, monkeypatch, driver_verifier=True)


def test_what_is_the_same_everywhere(face: WindowsFace) -> None:
    """Programs of the host, DLLs of the guest, and what is not there yet."""
    guest, ssh = WindowsGuest(), cast("Ssh", face)
    assert guest.program_needs("run")
    assert "kernel32.dll" in guest.system_dlls()
    guest.warm_up(ssh)
    guest.before_saving(ssh)
    assert guest.service_control(ssh, limit_s=1)
    with pytest.raises(UsageError, match=r"802\.1X"):
        guest.place_certificates(ssh, cast("object", None))  # type: ignore[arg-type]
