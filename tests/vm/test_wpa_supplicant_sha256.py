# SPDX-License-Identifier: GPL-2.0-or-later
"""Real wpa_supplicant with AKM suite 00-0F-AC:6 (WPA-PSK-SHA256) against our access point."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from harness.local.deadline import Deadline
from harness.scenarios import AirRule, Network
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab
from tests.vm.supplicant import connect, on_network, status

NUMBER = 910_000
"""Association numbers of these tests, away from those of the fixture."""
PASSPHRASE = "of this test alone"


@pytest.fixture(scope="module")
def supplicant(lab: StandingLab, shell: GuestShell) -> Iterator[GuestShell]:
    """A shell with wpa_supplicant, and a network of that AKM in the place of the session's."""
    network = Network(
        ssid="hil-sha256", security="wpa2-psk-sha256", passphrase=SecretStr(PASSPHRASE)
    )
    block = f'psk="{PASSPHRASE}"\nkey_mgmt=WPA-PSK-SHA256'
    with on_network(lab, shell, network, block):
        yield shell


@pytest.mark.parametrize("lost", [None, "M3"])
def test_it_associates_and_passes_data(
    lab: StandingLab, supplicant: GuestShell, lost: str | None
) -> None:
    """It names the AKM itself, the handshake completes, and the echo is answered under its keys."""
    number = NUMBER + (lost is not None)
    rules = [AirRule.model_validate({"message": lost, "action": "drop"})] if lost else []
    connect(lab, supplicant, number, rules)
    assert status(supplicant)["key_mgmt"] == "WPA2-PSK-SHA256"
    echo = lab.session.air.echo(3, limit_s=10)
    assert (echo.answered, echo.arp, echo.protected) == (3, True, True)
    kinds = [frame.kind for frame in lab.session.recording.frames(number)]
    assert {"auth", "assoc-req", "assoc-resp", "M1", "M2", "M3", "M4"} <= set(kinds)
    if lost:
        assert kinds.count(lost) >= 2


def test_it_follows_a_group_rekey(lab: StandingLab, supplicant: GuestShell) -> None:
    """The group handshake ends in G2, and the broadcast ARP under the new key is answered."""
    number = NUMBER + 10
    connect(lab, supplicant, number)
    lab.session.air.rekey_group()
    deadline = Deadline("G2 of wpa_supplicant", 10)

    def answered() -> bool | None:
        frames = lab.session.recording.frames(number)
        return any(frame.kind == "G2" for frame in frames) or None

    deadline.poll(answered)
    assert lab.session.air.echo(1, limit_s=10).arp
