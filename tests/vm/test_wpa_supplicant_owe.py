# SPDX-License-Identifier: GPL-2.0-or-later
"""Real wpa_supplicant with OWE against our access point."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.scenarios import AirRule, Network
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab
from tests.vm.supplicant import change_network, connect, on_network, status

NUMBER = 940_000
"""Association numbers of these tests, away from those of the fixture."""
NETWORK = Network(ssid="hil-owe", security="owe")


@pytest.fixture(scope="module")
def supplicant(lab: StandingLab, shell: GuestShell) -> Iterator[GuestShell]:
    """A shell with wpa_supplicant for an OWE network."""
    with on_network(lab, shell, NETWORK, "key_mgmt=OWE\nieee80211w=2"):
        yield shell


@pytest.mark.parametrize("group", [19, 20, 21])
def test_each_group(lab: StandingLab, supplicant: GuestShell, group: int) -> None:
    """Its keys and MICs have lengths of their own; M3 is lost once, the group is rekeyed."""
    change_network(lab, NETWORK, supplicant)
    supplicant.run(
        f"wpa_cli -i wlan0 pmksa_flush; wpa_cli -i wlan0 set_network 0 owe_group {group}"
    )
    lost = AirRule.model_validate({"message": "M3", "action": "drop"})
    connect(lab, supplicant, NUMBER + group, [lost])
    assert (status(supplicant)["key_mgmt"], status(supplicant)["pmf"]) == ("OWE", "2")
    lab.session.air.rekey_group()
    echo = lab.session.air.echo(2, limit_s=10)
    assert (echo.answered, echo.arp, echo.protected) == (2, True, True)


def test_a_kept_pmk(lab: StandingLab, supplicant: GuestShell) -> None:
    """The second association names the PMK of the first, and no keys are exchanged."""
    number = NUMBER + 40
    change_network(lab, NETWORK, supplicant)
    supplicant.run("wpa_cli -i wlan0 pmksa_flush; wpa_cli -i wlan0 set_network 0 owe_group 19")
    connect(lab, supplicant, number)
    connect(lab, supplicant, number + 1)
    frames = lab.session.recording.frames(number + 1)
    told = [frame.detail for frame in frames if frame.kind == "assoc-resp"]
    assert told == [{"status": 0, "pmk": "kept"}]
    assert lab.session.air.echo(1, limit_s=10).protected


def test_a_group_that_is_refused(lab: StandingLab, supplicant: GuestShell) -> None:
    """Status 77 makes it try the next group."""
    number = NUMBER + 30
    change_network(lab, NETWORK.model_copy(update={"owe_groups": (20,)}), supplicant)
    supplicant.run("wpa_cli -i wlan0 pmksa_flush; wpa_cli -i wlan0 set_network 0 owe_group 0")
    connect(lab, supplicant, number)
    frames = lab.session.recording.frames(number)
    statuses = [frame.detail["status"] for frame in frames if frame.kind == "assoc-resp"]
    assert statuses == [77, 0]


def test_an_open_network_in_transition(lab: StandingLab, supplicant: GuestShell) -> None:
    """It knows the open network alone, whose beacon leads it to the hidden one with OWE."""
    change_network(lab, Network(ssid="hil-owe", security="open", owe_transition=True), supplicant)
    supplicant.run("wpa_cli -i wlan0 pmksa_flush; wpa_cli -i wlan0 set_network 0 owe_group 0")
    connect(lab, supplicant, NUMBER + 40)
    told = status(supplicant)
    assert (told["key_mgmt"], told["bssid"]) == ("OWE", "02:48:49:cc:00:01")
    lab.session.air.rekey_group()
    echo = lab.session.air.echo(2, limit_s=10)
    assert (echo.answered, echo.arp, echo.protected) == (2, True, True)
