# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's radio dozes: its own Null frames and PS-Polls against our access point.

mac80211_hwsim has no power save for mac80211 to use, so `iw set power_save on` is refused. Its
debugfs file `ps` sends what a station does: 1 a Null frame that says it dozes, 0 one that it is
awake, 3 a PS-Poll under its AID. What mac80211 itself sends meanwhile says that it is awake.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.local.deadline import Deadline
from hwsim.records import FrameRecord
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab
from tests.vm.supplicant import connect, running_supplicant

NUMBER = 980_000
"""Association numbers of these tests, away from those of the fixture."""
PS = "/sys/kernel/debug/ieee80211/*/hwsim/ps"


@pytest.fixture(scope="module")
def supplicant(lab: StandingLab, shell: GuestShell) -> Iterator[GuestShell]:
    """A shell in which wpa_supplicant drives a radio that dozes on order."""
    shell.run("mount -t debugfs debugfs /sys/kernel/debug")
    network = f'ssid="hil"\npsk="{lab.passphrase}"\nkey_mgmt=WPA-PSK'
    with running_supplicant(lab, shell, network):
        yield shell
    shell.run("umount /sys/kernel/debug")


@pytest.fixture
def dozer(supplicant: GuestShell) -> Iterator[GuestShell]:
    """The same; the radio is awake again afterwards."""
    yield supplicant
    order(supplicant, 0)


def order(shell: GuestShell, what: int) -> None:
    """Have the radio send a frame of power save."""
    assert shell.run(f"echo {what} > {PS}").status == 0


def frames(lab: StandingLab, number: int, kind: str) -> list[FrameRecord]:
    """The frames of an association of one kind."""
    return [frame for frame in lab.session.recording.frames(number) if frame.kind == kind]


def test_it_fetches_a_message_by_ps_poll(lab: StandingLab, dozer: GuestShell) -> None:
    """M1 of a renewal waits until it is asked for; M2 says that the station is awake again."""
    number = NUMBER
    connect(lab, dozer, number)
    order(dozer, 1)
    deadline = Deadline("the renewal of a station that polls", 20)
    with ThreadPoolExecutor(1) as pool:
        renewed = pool.submit(lab.session.air.rekey_pairwise)

        def fetched() -> bool | None:
            order(dozer, 3)
            return renewed.done() or None

        deadline.poll(fetched)
        renewed.result()
    assert lab.session.air.echo(1, limit_s=10).answered == 1
    (null, *_) = (frame for frame in frames(lab, number, "null") if frame.direction == "up")
    poll = frames(lab, number, "ps-poll")[0]
    m1, m3 = (frames(lab, number, kind)[1] for kind in ("M1", "M3"))
    assert null.acked
    assert poll.acked
    assert m1.detail["power_save"] == "buffered"
    assert "power_save" not in m3.detail


def test_a_broadcast_waits_for_the_dtim(lab: StandingLab, dozer: GuestShell) -> None:
    """The ARP request does; the answer wakes the station, and the echo needs no beacon."""
    number = NUMBER + 1
    connect(lab, dozer, number)
    order(dozer, 1)
    echo = lab.session.air.echo(2, limit_s=10)
    assert (echo.answered, echo.arp) == (2, True)
    request = next(one for one in frames(lab, number, "arp") if one.direction == "down")
    assert request.detail["power_save"] == "buffered"
    told = [one.detail for one in frames(lab, number, "icmp") if one.direction == "down"]
    assert not any("power_save" in detail for detail in told)


def test_mac80211_has_no_power_save_of_its_own_here(dozer: GuestShell) -> None:
    """Which is why the order goes to the radio: should a kernel have it, this test tells."""
    refused = dozer.run("iw dev wlan0 set power_save on")
    assert refused.status != 0
    assert "-95" in refused.errors
