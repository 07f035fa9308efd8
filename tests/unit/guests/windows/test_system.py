# SPDX-License-Identifier: GPL-2.0-or-later
"""A reboot is over when it is another boot: not when SSH answers, nor when the clock has moved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.errors import LabFault
from harness.guests.windows import system as module
from harness.guests.windows.powershell import PowerShell
from harness.guests.windows.system import System, is_another_boot, reboot, system
from tests.unit.guests.windows.face import WindowsFace

BEFORE = System(boot_ms=1_000_000, up_s=100.0, now_ms=1_100_000, name="", build="")


def test_another_boot() -> None:
    """Its time is another, and its counter began anew."""
    assert is_another_boot(BEFORE, replace(BEFORE, boot_ms=1_130_000, up_s=20), 50)
    assert not is_another_boot(BEFORE, replace(BEFORE, up_s=150), 50)


def test_a_clock_that_jumped_is_no_boot() -> None:
    """Windows' boot time moves along with it."""
    assert not is_another_boot(BEFORE, replace(BEFORE, boot_ms=9_000_000, up_s=150), 50)


def test_which_windows(shell: PowerShell) -> None:
    """And since when."""
    assert system(shell).build == "19043"


def rebooted(face: WindowsFace, monkeypatch: pytest.MonkeyPatch, after: System) -> object:
    """A reboot of the face, which then is `after`."""
    told = [BEFORE, after]
    monkeypatch.setattr(module, "system", lambda _: told.pop(0))
    face.alive = False
    return reboot(face, lambda: face, limit_s=0.01, command_s=1)  # type: ignore[arg-type,return-value]


def test_down_up_and_another_boot(face: WindowsFace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then there is a connection to go on with."""
    after = replace(BEFORE, boot_ms=1_200_000, up_s=5)
    assert rebooted(face, monkeypatch, after) is face
    assert "sleep 1; busybox reboot" in face.asked


def test_a_windows_that_comes_up_as_it_was(
    face: WindowsFace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its SSH server alone has been restarted."""
    with pytest.raises(LabFault, match="it has not rebooted"):
        rebooted(face, monkeypatch, replace(BEFORE, up_s=101))


def test_a_windows_that_does_not_go_down(face: WindowsFace) -> None:
    """Is not taken for one that has come up."""
    face.trouble["shutdown"] = "deaf"
    with pytest.raises(LabFault, match=r"going down for its reboot.*connection stands"):
        reboot(face, lambda: face, limit_s=0.01, command_s=1)  # type: ignore[arg-type,return-value]


def test_a_shutdown_that_is_refused(face: WindowsFace) -> None:
    """With its exit code."""
    face.trouble["shutdown"] = 5
    with pytest.raises(LabFault, match="shutdown ended with 5"):
        reboot(face, lambda: face, limit_s=0.01, command_s=1)  # type: ignore[arg-type,return-value]
