# SPDX-License-Identifier: GPL-2.0-or-later
"""An independent client: real wpa_supplicant on the guest's radio, against our access point.

What hostap's own supplicant accepts, frame by frame, is no accident of our DLL's.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.local.deadline import Deadline
from harness.scenarios import AirRule
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab
from tests.vm.supplicant import connect, running_supplicant

NUMBER = 900_000
"""Association numbers of these tests, away from those of the fixture."""


@pytest.fixture(scope="module")
def supplicant(lab: StandingLab, shell: GuestShell) -> Iterator[GuestShell]:
    """A shell in which wpa_supplicant drives the radio in the WLAN service's place."""
    network = f'ssid="hil"\npsk="{lab.passphrase}"\nkey_mgmt=WPA-PSK'
    with running_supplicant(lab, shell, network):
        yield shell


@pytest.mark.parametrize("lost", [None, "M1", "M2", "M3", "M4"])
def test_it_associates_and_passes_data(
    lab: StandingLab, supplicant: GuestShell, lost: str | None
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


def test_it_follows_a_group_rekey(lab: StandingLab, supplicant: GuestShell) -> None:
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


def test_it_follows_a_pairwise_rekey(lab: StandingLab, supplicant: GuestShell) -> None:
    """M1 to M4 come again under the old key, and the echo goes under the new one."""
    number = NUMBER + 11
    connect(lab, supplicant, number, ())
    lab.session.air.rekey_pairwise()
    echo = lab.session.air.echo(1, limit_s=10)
    assert (echo.answered, echo.protected) == (1, True)
    asked = [frame for frame in lab.session.recording.frames(number) if frame.kind == "M1"]
    assert [frame.protected for frame in asked] == [False, True]


def test_it_follows_a_channel_switch(lab: StandingLab, supplicant: GuestShell) -> None:
    """To another channel with its keys, and back."""
    air = lab.session.air
    connect(lab, supplicant, NUMBER + 12, ())
    for channel in (6, 1):
        air.order("switch-channel", channel=channel, count=2, announce=["csa", "ecsa-action"])
        deadline = Deadline(f"echo on channel {channel}", 10)
        deadline.poll(lambda: air.echo(1, limit_s=2).answered or None)
    assert air.status()["stations"][0]["state"] == "authorized"
