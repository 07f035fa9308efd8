# SPDX-License-Identifier: GPL-2.0-or-later
"""Real wpa_supplicant and the guest's kernel in 6 GHz against our access point."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from harness.scenarios import Network
from tests.vm.shell import GuestShell
from tests.vm.six_ghz import six_ghz_radio
from tests.vm.standing import StandingLab
from tests.vm.supplicant import change_network, connect, on_network, status
from tests.vm.test_wpa_supplicant_sae import passes_data, statuses

NUMBER = 990_000
"""Association numbers of these tests, away from those of the fixture."""
PASSPHRASE = "of this test alone"
PREFERRED, OTHER = 5975, 6115
"""A preferred scanning channel, and one that a station finds because it is told of it."""


def network(security: str = "wpa3-sae", **more: Any) -> Network:
    """The network of these tests."""
    secret = SecretStr(PASSPHRASE)
    return Network(
        ssid="hil-6ghz", security=security, passphrase=secret, beacon_interval_tu=50, **more
    )


@pytest.fixture(scope="module")
def station(lab: StandingLab, shell: GuestShell) -> Iterator[str]:
    """The interface of a radio that has 6 GHz, with wpa_supplicant on it.

    It listens for beacons: the 30 ms that a probe leaves for an answer are over before an emulated
    guest hears it, and the next scan begins seconds later.
    """
    block = (
        f'psk="{PASSPHRASE}"\nkey_mgmt=SAE\nieee80211w=2\n'
        f"scan_freq=2412 {PREFERRED} {OTHER}\nfreq_list={PREFERRED} {OTHER}"
    )
    with (
        six_ghz_radio(lab, shell) as interface,
        on_network(lab, shell, network(channel=PREFERRED), block, interface),
    ):
        for setting in ("passive_scan 1", "sae_pwe 1"):
            shell.run(f"wpa_cli -i {interface} set {setting}")
        yield interface


def test_it_associates_by_hash_to_element(
    lab: StandingLab, shell: GuestShell, station: str
) -> None:
    """With HE, protected management frames, and data with QoS. By itself wpa_supplicant 2.10 hunts
    and pecks, which nobody answers in 6 GHz: its sae_pwe says how it is to be."""
    connect(lab, shell, NUMBER, interface=station)
    told = status(shell, station)
    assert (told["freq"], told["key_mgmt"], told["pmf"]) == (str(PREFERRED), "SAE", "2")
    assert statuses(lab, NUMBER) == [126, 0]
    lab.session.air.rekey_group()
    passes_data(lab)


def test_a_network_in_transition_has_sae_there(
    lab: StandingLab, shell: GuestShell, station: str
) -> None:
    """Its access point in 6 GHz is WPA3 alone; the one below tells of it by an element that the
    kernel hands on."""
    change_network(lab, network("wpa3-transition", access_points=2, further_channels=(OTHER,)))
    shell.run(f"wpa_cli -i {station} bss_flush 0")
    connect(lab, shell, NUMBER + 1, interface=station)
    told = status(shell, station)
    assert (told["freq"], told["key_mgmt"]) == (str(OTHER), "SAE")
    passes_data(lab)
    below = shell.run(f"wpa_cli -i {station} bss 02:48:49:4c:00:01").output
    bssid = told["bssid"].replace(":", "")
    assert f"c911000d8321ff{bssid}" in below
