# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs on a guest's radios: what the guest is told to do."""

from __future__ import annotations

from typing import Any

import pytest

from harness.guests.common.ssh import CommandResult
from harness.lab.kernel_radios import KernelRadios


class Shell:
    """A guest in which hostapd takes a moment to end."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.still = 2

    def run(self, command: str, *, timeout_s: float | None = None) -> CommandResult:
        """Keep a command; hostapd's file with its number is there for a while."""
        self.commands.append(command)
        if command.startswith("test -e"):
            self.still -= 1
            return CommandResult(0 if self.still else 1, "", "")
        return CommandResult(0, "02:00:00:00:01:00" if "address" in command else "", "")


@pytest.fixture
def radios() -> KernelRadios:
    """Two radios in a namespace of a guest."""
    shell: Any = Shell()
    return KernelRadios(shell, "lab")


def test_hostapd(radios: KernelRadios) -> None:
    """In the namespace of the radios, and waited for when it is to end."""
    shell: Any = radios.shell
    with radios.hostapd("ssid=net'work"):
        assert shell.commands[-1].startswith("ip netns exec lab hostapd -B ")
        assert "ssid=net'\"'\"'work" in shell.commands[-2]
    assert shell.commands[-3].startswith("kill ")
    assert shell.still == 0


def test_wpa_supplicant(radios: KernelRadios) -> None:
    """On the second radio; another network takes the place of all that was known."""
    shell: Any = radios.shell
    assert radios.station == "02:00:00:00:01:00"
    with radios.supplicant():
        radios.network("key_mgmt=NONE")
        assert "network={\nkey_mgmt=NONE\n" in shell.commands[-2]
        assert "pmksa_flush; wpa_cli" in shell.commands[-1]
    assert shell.commands[-1].endswith("terminate")
