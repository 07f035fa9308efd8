# SPDX-License-Identifier: GPL-2.0-or-later
"""An independent client: real wpa_supplicant on the guest's radio, against our access point.

What hostap's own supplicant accepts, frame by frame, is no accident of our DLL's.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest

from harness.local.deadline import Deadline
from harness.pytest_plugin import RunningLab
from harness.scenarios import AirRule
from tests.vm.shell import GuestShell

NUMBER = 900_000
"""Association numbers of these tests, away from those of the fixture."""


@pytest.fixture(scope="module")
def supplicant(lab: RunningLab, shell: GuestShell) -> Iterator[GuestShell]:
    """A shell in which wpa_supplicant drives the radio in the WLAN service's place."""
    assert lab.session.ssh.run("net stop WlanSvc").status == 0
    config = f'network={{\nssid="hil"\npsk="{lab.passphrase}"\nkey_mgmt=WPA-PSK\n}}\n'
    shell.run(f"printf %s {shlex.quote(config)} > /run/w.conf")
    started = shell.run(
        "ip link set wlan0 up; printf 'ctrl_interface=/run/wpa_supplicant\\n' | "
        "cat - /run/w.conf > /run/wpa.conf; "
        "wpa_supplicant -B -i wlan0 -c /run/wpa.conf -D nl80211 -f /run/wpa.log"
    )
    assert started.status == 0, started
    yield shell
    shell.run("wpa_cli -i wlan0 terminate; rm -f /run/w.conf /run/wpa.conf")
    assert lab.session.ssh.run("net start WlanSvc").status == 0


def state(shell: GuestShell) -> str:
    """wpa_supplicant's own word on the connection."""
    for line in shell.run("wpa_cli -i wlan0 status").output.splitlines():
        if line.startswith("wpa_state="):
            return line.partition("=")[2]
    return "unknown"


def connect(lab: RunningLab, shell: GuestShell, number: int, rules: tuple[AirRule, ...]) -> None:
    """One association by wpa_supplicant, with these rules armed."""
    shell.run("wpa_cli -i wlan0 disconnect")
    lab.session.air.begin(number, rules)
    shell.run("wpa_cli -i wlan0 reconnect")
    deadline = Deadline("wpa_supplicant's association", 30)

    def completed() -> bool | None:
        deadline.state = state(shell)
        return deadline.state == "COMPLETED" or None

    deadline.poll(completed, every_s=0.2)


@pytest.mark.parametrize("lost", [None, "M1", "M2", "M3", "M4"])
def test_it_associates_and_passes_data(
    lab: RunningLab, supplicant: GuestShell, lost: str | None
) -> None:
    """The 4-way handshake completes, also with one message lost, and the echo is answered."""
    number = NUMBER + ["", "M1", "M2", "M3", "M4"].index(lost or "")
    rule = AirRule.model_validate({"message": lost, "action": "drop"}) if lost else None
    connect(lab, supplicant, number, (rule,) if rule else ())
    echo = lab.session.air.echo(3, limit_s=10)
    assert (echo.answered, echo.arp, echo.protected) == (3, True, True)
    frames = lab.session.recording.frames(number)
    kinds = [frame.kind for frame in frames]
    assert {"auth", "assoc-req", "assoc-resp", "M1", "M2", "M3", "M4"} <= set(kinds)
    if lost:
        assert kinds.count(lost) >= 2


def test_it_follows_a_group_rekey(lab: RunningLab, supplicant: GuestShell) -> None:
    """The group handshake ends in G2, and the broadcast ARP under the new key is answered."""
    number = NUMBER + 10
    connect(lab, supplicant, number, ())
    lab.session.air.rekey_group()
    deadline = Deadline("G2 of wpa_supplicant", 10)

    def answered() -> bool | None:
        frames = lab.session.recording.frames(number)
        return any(frame.kind == "G2" for frame in frames) or None

    deadline.poll(answered)
    assert lab.session.air.echo(1, limit_s=10).arp
