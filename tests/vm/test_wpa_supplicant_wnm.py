# SPDX-License-Identifier: GPL-2.0-or-later
"""Real wpa_supplicant is asked to go elsewhere (802.11v), and asks where that is (802.11k)."""

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

NUMBER = 960_000
"""Association numbers of these tests, away from those of the fixture."""
PASSPHRASE = "of this test alone"
FIRST, SECOND = "02:48:49:4c:00:01", "02:48:49:4c:00:02"


@pytest.fixture(scope="module")
def supplicant(lab: StandingLab, shell: GuestShell) -> Iterator[GuestShell]:
    """A shell with wpa_supplicant on a network of two access points, PMF required."""
    network = Network(
        ssid="hil-wnm", pmf="required", passphrase=SecretStr(PASSPHRASE), access_points=2,
        bss_transition=True, neighbour_reports=True,
    )  # fmt: skip
    block = f'psk="{PASSPHRASE}"\nkey_mgmt=WPA-PSK\nieee80211w=2'
    with on_network(lab, shell, network, block):
        yield shell


def awaited(lab: StandingLab, number: int, action: str) -> FrameRecord:
    """The first such action frame of an association, when it has come."""
    deadline = Deadline(action, 15)

    def come() -> FrameRecord | None:
        frames = lab.session.recording.frames(number)
        deadline.state = ", ".join(str(frame.detail.get("action")) for frame in frames[-5:])
        return next((one for one in frames if one.detail.get("action") == action), None)

    return deadline.poll(come)


def test_it_answers_when_it_is_asked_to_go(lab: StandingLab, supplicant: GuestShell) -> None:
    """It accepts a request that came protected, and names where it will be. (Which is where it is:
    it weighs the candidate by its own rules of roaming.)"""
    connect(lab, supplicant, NUMBER)
    lab.session.air.order("bss-transition", disassociate_after=50, abridged=True)
    answer = awaited(lab, NUMBER, "BTM response").detail
    assert answer["status"] == 0
    assert answer["target"] in (FIRST, SECOND)
    assert awaited(lab, NUMBER, "BTM request").protected


def test_it_asks_for_a_neighbour_report(lab: StandingLab, supplicant: GuestShell) -> None:
    """It reads the other access point out of the answer."""
    connect(lab, supplicant, NUMBER + 1)
    here = status(supplicant)["bssid"]
    told = supplicant.run("wpa_cli -i wlan0 neighbor_rep_request").output
    assert "OK" in told
    assert awaited(lab, NUMBER + 1, "neighbour report").detail["neighbours"] == 1
    other = SECOND if here == FIRST else FIRST
    deadline = Deadline("the report in wpa_supplicant's log", 10)

    def read() -> bool | None:
        deadline.state = supplicant.run("grep NEIGHBOR-REP /run/wpa.log").output
        return f"RRM-NEIGHBOR-REP-RECEIVED bssid={other}" in deadline.state or None

    deadline.poll(read)
