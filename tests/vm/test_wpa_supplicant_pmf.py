# SPDX-License-Identifier: GPL-2.0-or-later
"""Real wpa_supplicant with management frame protection against our access point."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from harness.local.deadline import Deadline
from harness.scenarios import Network
from hwsim.records import FrameRecord
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab
from tests.vm.supplicant import connect, on_network, status

NUMBER = 920_000
"""Association numbers of these tests, away from those of the fixture."""
PASSPHRASE = "of this test alone"


@pytest.fixture(scope="module")
def supplicant(lab: StandingLab, shell: GuestShell) -> Iterator[GuestShell]:
    """A shell with wpa_supplicant that requires protection, as the network does."""
    network = Network(ssid="hil-pmf", pmf="required", passphrase=SecretStr(PASSPHRASE))
    block = f'psk="{PASSPHRASE}"\nkey_mgmt=WPA-PSK\nieee80211w=2'
    with on_network(lab, shell, network, block):
        yield shell


def awaited(lab: StandingLab, number: int, kind: str, action: str = "") -> FrameRecord:
    """The first such frame of an association, when it has come."""
    deadline = Deadline(f"{kind} {action}", 15)

    def come() -> FrameRecord | None:
        frames = lab.session.recording.frames(number)
        deadline.state = ", ".join(frame.kind for frame in frames[-5:])
        fitting = (f for f in frames if f.kind == kind and f.detail.get("action", "") == action)
        return next(fitting, None)

    return deadline.poll(come)


def partings(shell: GuestShell) -> int:
    """How often wpa_supplicant has lost an association by reason 3 of the access point."""
    told = shell.run("grep -c 'CTRL-EVENT-DISCONNECTED.* reason=3$' /run/wpa.log").output
    return int(told.split()[0])


def test_it_protects_management_frames(lab: StandingLab, supplicant: GuestShell) -> None:
    """It says so itself (pmf=2: required), its group cipher for them is BIP; a rekey works."""
    connect(lab, supplicant, NUMBER)
    told = status(supplicant)
    assert (told["pmf"], told["mgmt_group_cipher"]) == ("2", "BIP")
    lab.session.air.rekey_group()
    echo = lab.session.air.echo(3, limit_s=10)
    assert (echo.answered, echo.arp, echo.protected) == (3, True, True)


def test_a_forged_deauthentication_does_not_part_it(
    lab: StandingLab, supplicant: GuestShell
) -> None:
    """Reason 7 makes it ask by SA Query whether its keys are good; answered, it stays."""
    number = NUMBER + 1
    connect(lab, supplicant, number)
    lab.session.air.deauthenticate(7, forged=True)
    assert awaited(lab, number, "action", "SA Query request").direction == "up"
    answer = awaited(lab, number, "action", "SA Query response")
    assert (answer.direction, answer.protected) == ("down", True)
    assert status(supplicant)["wpa_state"] == "COMPLETED"
    assert lab.session.air.echo(1, limit_s=10).answered == 1


@pytest.mark.parametrize("broadcast", [False, True])
def test_a_protected_deauthentication_does(
    lab: StandingLab, supplicant: GuestShell, broadcast: bool
) -> None:
    """Under its pairwise key, or to all with a code of the integrity group key."""
    connect(lab, supplicant, NUMBER + 2 + broadcast)
    before = partings(supplicant)
    lab.session.air.deauthenticate(3, broadcast=broadcast)
    deadline = Deadline("the end of wpa_supplicant's association", 15)

    def parted() -> bool | None:
        deadline.state = status(supplicant).get("wpa_state", "unknown")
        return partings(supplicant) > before or None

    deadline.poll(parted, every_s=0.2)


def test_it_leaves_by_a_protected_deauthentication(
    lab: StandingLab, supplicant: GuestShell
) -> None:
    """Which the access point believes."""
    number = NUMBER + 4
    connect(lab, supplicant, number)
    supplicant.run("wpa_cli -i wlan0 disconnect")
    parted = awaited(lab, number, "deauth")
    assert (parted.direction, parted.protected) == ("up", True)
    assert "ignored" not in parted.detail
