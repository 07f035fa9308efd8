# SPDX-License-Identifier: GPL-2.0-or-later
"""Real wpa_supplicant with each cipher against our access point: kernel and air compute alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from harness.local.deadline import Deadline
from harness.scenarios import AirRule, Network
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab
from tests.vm.supplicant import change_network, connect, on_network, status

NUMBER = 980_000
"""Association numbers of these tests, away from those of the fixture."""
PASSPHRASE = "of this test alone"
BLOCK = f"""psk="{PASSPHRASE}"
key_mgmt=WPA-PSK
ieee80211w=2
pairwise=CCMP CCMP-256 GCMP GCMP-256
group=CCMP CCMP-256 GCMP GCMP-256
group_mgmt=AES-128-CMAC BIP-CMAC-256 BIP-GMAC-128 BIP-GMAC-256"""
CASES = (
    (("gcmp-128",), "gcmp-128", "bip-gmac-128", "GCMP"),
    (("gcmp-256",), "gcmp-256", "bip-gmac-256", "GCMP-256"),
    (("ccmp-256",), "ccmp-256", "bip-cmac-256", "CCMP-256"),
    (("gcmp-256", "ccmp-128"), "ccmp-128", "bip-gmac-256", "GCMP-256"),
)
GROUP_NAMES = {
    "ccmp-128": "CCMP", "gcmp-128": "GCMP", "gcmp-256": "GCMP-256", "ccmp-256": "CCMP-256",
}  # fmt: skip


def network(
    pairwise: tuple[str, ...] = (), management: str | None = None, *, beacons: bool = False
) -> Network:
    """The network of these tests; ``beacons``: it protects them too."""
    secret = SecretStr(PASSPHRASE)
    return Network(
        ssid="hil-ciphers", pmf="required", passphrase=secret, pairwise_ciphers=pairwise,
        group_mgmt_cipher=management, beacon_protection=beacons,
    )  # fmt: skip


@pytest.fixture(scope="module")
def supplicant(lab: StandingLab, shell: GuestShell) -> Iterator[GuestShell]:
    """A shell with wpa_supplicant that has them all."""
    with on_network(lab, shell, network(), BLOCK):
        yield shell


def passes_data(lab: StandingLab) -> None:
    """ARP to all under the group key, echoes under the pairwise key."""
    echo = lab.session.air.echo(2, limit_s=10)
    assert (echo.answered, echo.arp, echo.protected) == (2, True, True)


def is_parted(lab: StandingLab, shell: GuestShell) -> None:
    """A deauthentication to all is believed: its integrity code is right."""
    lab.session.air.deauthenticate(3, broadcast=True)
    deadline = Deadline("the end of wpa_supplicant's association", 15)

    def parted() -> bool | None:
        deadline.state = shell.run("tail -1 /run/wpa.log").output
        told = shell.run("grep -c 'CTRL-EVENT-DISCONNECTED.* reason=3$' /run/wpa.log").output
        return int(told.split()[0]) > 0 or None

    deadline.poll(parted, every_s=0.2)


@pytest.mark.parametrize(("pairwise", "group", "management", "told"), CASES)
def test_it_associates_rekeys_and_is_parted(
    lab: StandingLab, supplicant: GuestShell, pairwise: tuple[str, ...], group: str,
    management: str, told: str,
) -> None:  # fmt: skip
    """It names the ciphers itself; data passes under the first keys, and under those of a PTK and
    of a group rekey; the integrity key of the rekey ends it."""
    number = NUMBER + CASES.index((pairwise, group, management, told))
    change_network(lab, network(pairwise, management), supplicant)
    supplicant.run("echo > /run/wpa.log")
    connect(lab, supplicant, number)
    said = status(supplicant)
    names = [said[key] for key in ("pairwise_cipher", "group_cipher", "mgmt_group_cipher")]
    assert names == [told, GROUP_NAMES[group], management.upper()]
    passes_data(lab)
    lab.session.air.rekey_pairwise()
    lab.session.air.rekey_group()
    passes_data(lab)
    is_parted(lab, supplicant)


def unprotected_beacons(shell: GuestShell) -> int:
    """How many beacons of its access point the kernel has told wpa_supplicant that were forged."""
    return int(shell.run("grep -c EVENT-UNPROT-BEACON /run/wpa.log").output.split()[0])


@pytest.mark.parametrize("management", ["bip-cmac-128", "bip-gmac-256"])
def test_beacons_are_protected(lab: StandingLab, supplicant: GuestShell, management: str) -> None:
    """The kernel accepts them under the BIGTK of M3 and of a group rekey, and tells those that a
    rule has changed."""
    number = NUMBER + 10 + (management == "bip-gmac-256")
    change_network(lab, network((), management, beacons=True), supplicant)
    supplicant.run("wpa_cli -i wlan0 set_network 0 beacon_prot 1; echo > /run/wpa.log")
    connect(lab, supplicant, number)
    passes_data(lab)
    lab.session.air.rekey_group()
    passes_data(lab)
    assert unprotected_beacons(supplicant) == 0
    interval = {"offset": 8, "data": "65"}
    rule = {"message": "beacon", "nth": "every", "action": "corrupt"}
    forged = AirRule.model_validate({**rule, "fields": {"bytes_at": [interval]}})
    lab.session.air.change_rules((forged,))
    deadline = Deadline("a beacon that is told to be forged", 15)
    deadline.poll(lambda: unprotected_beacons(supplicant) > 0 or None, every_s=0.2)
