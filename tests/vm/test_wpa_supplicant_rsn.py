# SPDX-License-Identifier: GPL-2.0-or-later
"""Capabilities of the RSNE that real wpa_supplicant has too: operating channel validation, and two
identifiers for pairwise keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from harness.local.deadline import Deadline
from harness.scenarios import AirRule, Network
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab
from tests.vm.supplicant import connect, forget_failures, on_network, status

NUMBER = 995_000
"""Association numbers of these tests, away from those of the fixture."""
PASSPHRASE = "of this test alone"
ELSEWHERE = AirRule.model_validate({
    "message": "M3", "nth": "every", "action": "edit",
    "fields": {"elements": [{"do": "replace", "element": "oci", "data": "510b00"}]},
})  # fmt: skip
"""M3 says channel 11, where the access point is on channel 1."""


@pytest.fixture(scope="module")
def supplicant(lab: StandingLab, shell: GuestShell) -> Iterator[GuestShell]:
    """A shell with wpa_supplicant that has both, as the network does."""
    network = Network(
        ssid="hil-rsn", pmf="required", ocv=True, extended_key_id=True,
        passphrase=SecretStr(PASSPHRASE),
    )  # fmt: skip
    block = f'psk="{PASSPHRASE}"\nkey_mgmt=WPA-PSK\nieee80211w=2\nocv=1\nscan_freq=2412'
    with on_network(lab, shell, network, block):
        shell.run("wpa_cli -i wlan0 set extended_key_id 1")
        yield shell


def answers_under(lab: StandingLab, key_id: int) -> None:
    """Wait for data under that key: a station sends under the one before until its kernel has been
    told of the new one, which is after M4."""
    deadline = Deadline(f"an answer under key {key_id}", 10)

    def last() -> bool | None:
        assert lab.session.air.echo(1, limit_s=10).answered == 1
        frames = lab.session.recording.frames(NUMBER)
        ids = [f.detail.get("key_id", 0) for f in frames if (f.kind, f.direction) == ("icmp", "up")]
        deadline.state = f"answers under {ids}"
        return ids[-1] == key_id or None

    deadline.poll(last, every_s=0.1)


def test_keys_have_two_identifiers_in_turn(lab: StandingLab, supplicant: GuestShell) -> None:
    """Renewed three times, with data under each; M2 and G2 say the channel."""
    connect(lab, supplicant, NUMBER)
    for key_id in (0, 1, 0):
        answers_under(lab, key_id)
        lab.session.air.rekey_pairwise()
    answers_under(lab, 1)
    lab.session.air.rekey_group()
    frames = lab.session.recording.frames(NUMBER)
    assert not [f.detail["ignored"] for f in frames if "ignored" in f.detail]


def test_an_m3_of_another_channel_is_refused(lab: StandingLab, supplicant: GuestShell) -> None:
    """wpa_supplicant says why, and completes no handshake over it."""
    supplicant.run("wpa_cli -i wlan0 disconnect")
    lab.session.air.begin(NUMBER + 1, (ELSEWHERE,))
    supplicant.run("wpa_cli -i wlan0 reconnect")
    deadline = Deadline("wpa_supplicant's word on the channel", 20)

    def refused() -> bool | None:
        deadline.state = supplicant.run("grep OCV-FAILURE /run/wpa.log").output
        return "frame=eapol-key-m3" in deadline.state or None

    deadline.poll(refused, every_s=0.2)
    frames = lab.session.recording.frames(NUMBER + 1)
    assert {f.detail.get("acceptable") for f in frames if f.kind == "M3"} == {"refuse"}
    assert not [f for f in frames if f.kind == "M4"]
    assert status(supplicant)["wpa_state"] != "COMPLETED"
    forget_failures(supplicant)
