# SPDX-License-Identifier: GPL-2.0-or-later
"""Real wpa_supplicant roams between our access points by fast transitions (802.11r)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from harness.local.deadline import Deadline
from harness.scenarios import Network
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab
from tests.vm.supplicant import await_heard, change_network, connect, on_network, status

NUMBER = 950_000
"""Association numbers of these tests, away from those of the fixture."""
PASSPHRASE = "of this test alone"
FIRST, SECOND = "02:48:49:4c:00:01", "02:48:49:4c:00:02"
HANDSHAKE = {"M1", "M2", "M3", "M4"}


def network(security: str = "wpa2-ft-psk") -> Network:
    """Two access points of one mobility domain."""
    secret = SecretStr(PASSPHRASE)
    return Network(ssid="hil-ft", security=security, passphrase=secret, access_points=2)


@pytest.fixture(scope="module")
def supplicant(lab: StandingLab, shell: GuestShell) -> Iterator[GuestShell]:
    """A shell with wpa_supplicant that has fast transitions only."""
    block = f'psk="{PASSPHRASE}"\nkey_mgmt=FT-PSK\nieee80211w=1'
    with on_network(lab, shell, network(), block):
        yield shell


def roams(
    lab: StandingLab, shell: GuestShell, number: int, bssid: str, command: str = "roam"
) -> list[str]:
    """It goes to another access point, and data passes there; the kinds of the frames on the way.

    By the command ``ft_ds`` it goes over the DS.
    """
    await_heard(shell, bssid)
    lab.session.air.begin(number, ())
    shell.run(f"wpa_cli -i wlan0 {command} {bssid}")
    deadline = Deadline(f"a roam to {bssid}", 20)

    def there() -> bool | None:
        told = status(shell)
        deadline.state = f"{told.get('wpa_state')} at {told.get('bssid')}"
        return (told.get("wpa_state"), told.get("bssid")) == ("COMPLETED", bssid) or None

    deadline.poll(there, every_s=0.2)
    kinds = [frame.kind for frame in lab.session.recording.frames(number)]
    echo = lab.session.air.echo(2, limit_s=10)
    assert (echo.answered, echo.arp, echo.protected) == (2, True, True)
    return kinds


def test_over_the_air_and_over_the_ds(lab: StandingLab, supplicant: GuestShell) -> None:
    """There over the air, back over the DS, under new keys each time without a 4-way handshake.

    Both keys are renewed afterwards, from what the transition has left.
    """
    change_network(lab, network(), supplicant)
    connect(lab, supplicant, NUMBER)
    assert status(supplicant)["key_mgmt"] == "FT-PSK"
    kinds = roams(lab, supplicant, NUMBER + 1, SECOND)
    assert kinds.count("auth") >= 2  # a frame may be sent again
    assert not HANDSHAKE & set(kinds)
    lab.session.air.rekey_group()
    lab.session.air.rekey_pairwise()
    kinds = roams(lab, supplicant, NUMBER + 2, FIRST, "ft_ds")
    assert kinds.count("action") == 2
    assert not {"auth", *HANDSHAKE} & set(kinds)


def test_with_sae(lab: StandingLab, supplicant: GuestShell) -> None:
    """AKM 9: keys from the PMK of SAE, the IGTK beside the GTK, action frames protected."""
    change_network(lab, network("wpa3-ft-sae"), supplicant)
    for line in ("key_mgmt FT-SAE", "ieee80211w 2"):
        supplicant.run(f"wpa_cli -i wlan0 set_network 0 {line}")
    connect(lab, supplicant, NUMBER + 10)
    assert status(supplicant)["key_mgmt"] == "FT-SAE"
    kinds = roams(lab, supplicant, NUMBER + 11, SECOND)
    assert not HANDSHAKE & set(kinds)
    kinds = roams(lab, supplicant, NUMBER + 12, FIRST, "ft_ds")
    assert not {"auth", *HANDSHAKE} & set(kinds)
    actions = [
        frame for frame in lab.session.recording.frames(NUMBER + 12) if frame.kind == "action"
    ]
    assert [frame.protected for frame in actions] == [True, True]
