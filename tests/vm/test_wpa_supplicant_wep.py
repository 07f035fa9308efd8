# SPDX-License-Identifier: GPL-2.0-or-later
"""Real wpa_supplicant with static WEP against our access point."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from harness.scenarios import Network
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab
from tests.vm.supplicant import connect, on_network, status

NUMBER = 965_000
"""Association numbers of these tests, away from those of the fixture."""


@pytest.mark.parametrize(
    ("security", "key", "given", "frames"),
    [("wep-open", "13 characters", '"13 characters"', 2), ("wep-shared", "0102030405", None, 4)],
)
def test_it_associates_and_passes_data(
    lab: StandingLab, shell: GuestShell, security: str, key: str, given: str | None, frames: int
) -> None:
    """Keys of both lengths and forms, both ways to authenticate; the echo goes under the key."""
    network = Network(ssid="hil-wep", security=security, passphrase=SecretStr(key))
    way = "OPEN" if security == "wep-open" else "SHARED"
    block = f"key_mgmt=NONE\nwep_key0={given or key}\nwep_tx_keyidx=0\nauth_alg={way}"
    number = NUMBER + frames
    with on_network(lab, shell, network, block):
        connect(lab, shell, number)
        assert status(shell)["key_mgmt"] == "NONE"
        echo = lab.session.air.echo(3, limit_s=10)
        assert (echo.answered, echo.arp, echo.protected) == (3, True, True)
        kinds = [frame.kind for frame in lab.session.recording.frames(number)]
        assert kinds.count("auth") >= frames
        assert "M1" not in kinds
