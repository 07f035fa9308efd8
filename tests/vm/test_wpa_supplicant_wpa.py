# SPDX-License-Identifier: GPL-2.0-or-later
"""Real wpa_supplicant with WPA and TKIP against our access point, alone and beside WPA2."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from harness.local.deadline import Deadline
from harness.scenarios import AirRule, Network
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab
from tests.vm.supplicant import change_network, connect, on_network, status

NUMBER = 960_000
"""Association numbers of these tests, away from those of the fixture."""
PASSPHRASE = "of this test alone"
SSID = "hil-wpa"


def network(security: str) -> Network:
    """A network of that security, in the place of the session's."""
    return Network(ssid=SSID, security=security, passphrase=SecretStr(PASSPHRASE))


def rekeyed(lab: StandingLab, number: int) -> None:
    """A new group key: G2 comes, and data to all is answered under it."""
    lab.session.air.rekey_group()
    deadline = Deadline("G2 of wpa_supplicant", 10)

    def answered() -> bool | None:
        frames = lab.session.recording.frames(number)
        return len([frame for frame in frames if frame.kind == "G2"]) >= 1 or None

    deadline.poll(answered)
    assert lab.session.air.echo(1, limit_s=10).arp


def test_each_way_into_networks_with_tkip(lab: StandingLab, shell: GuestShell) -> None:
    """WPA with TKIP, with a message of each kind lost and without, in a network of its own; then by
    WPA and by WPA2 beside it. wpa_supplicant names protocol and ciphers itself."""
    lines = f'psk="{PASSPHRASE}"\nkey_mgmt=WPA-PSK\nproto=WPA RSN\npairwise=CCMP TKIP\n'
    lines += "group=CCMP TKIP"
    with on_network(lab, shell, network("wpa-psk"), lines):
        for place, lost in enumerate((None, "M3", "G1")):
            rules = [AirRule.model_validate({"message": lost, "action": "drop"})] if lost else []
            connect(lab, shell, NUMBER + place, rules)
            told = status(shell)
            named = (told["key_mgmt"], told["pairwise_cipher"], told["group_cipher"])
            assert named == ("WPA-PSK", "TKIP", "TKIP")
            echo = lab.session.air.echo(3, limit_s=10)
            assert (echo.answered, echo.arp, echo.protected) == (3, True, True)
            kinds = [frame.kind for frame in lab.session.recording.frames(NUMBER + place)]
            assert {"M1", "M2", "M3", "M4", "G1", "G2"} <= set(kinds)
            if lost:
                assert kinds.count(lost) >= 2
        rekeyed(lab, NUMBER + 2)
        lab.session.air.rekey_pairwise()
        assert lab.session.air.echo(3, limit_s=10).answered == 3
        change_network(lab, network("wpa-wpa2-psk"), shell)
        for place, (proto, key_mgmt, pairwise) in enumerate(
            (("WPA", "WPA-PSK", "TKIP"), ("RSN", "WPA2-PSK", "CCMP"), ("RSN", "WPA2-PSK", "TKIP"))
        ):
            number = NUMBER + 10 + place
            shell.run(f"wpa_cli -i wlan0 set_network 0 proto {proto}")
            shell.run(f"wpa_cli -i wlan0 set_network 0 pairwise {pairwise}")
            connect(lab, shell, number)
            told = status(shell)
            named = (told["key_mgmt"], told["pairwise_cipher"], told["group_cipher"])
            assert named == (key_mgmt, pairwise, "TKIP")
            echo = lab.session.air.echo(3, limit_s=10)
            assert (echo.answered, echo.arp, echo.protected) == (3, True, True)
            rekeyed(lab, number)


@pytest.fixture(autouse=True)
def _quick(lab: StandingLab) -> None:
    """The lab is up before the first test's clock starts."""
