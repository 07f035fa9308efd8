# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's radio dozes: its own Null frames and PS-Polls against our access point.

mac80211 does not put this radio to sleep by itself. The debugfs file `ps` of mac80211_hwsim sends
what a station does: 1 a Null frame that says it dozes, as all its frames do from then on; 3 a
PS-Poll under its AID; 0 a Null frame that says it is awake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from harness.local.deadline import Deadline
from hwsim.records import FrameRecord
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab
from tests.vm.supplicant import connect, running_supplicant

Result = TypeVar("Result")

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


def polling(dozer: GuestShell, call: Callable[[], Result]) -> Result:
    """What a call of the air comes to while the radio dozes and polls."""
    with ThreadPoolExecutor(1) as pool:
        called = pool.submit(call)

        def done() -> bool | None:
            order(dozer, 3)
            return called.done() or None

        Deadline("what the station polls for", 20).poll(done)
        return called.result()


def test_it_fetches_a_handshake_by_ps_poll(lab: StandingLab, dozer: GuestShell) -> None:
    """M1 and M3 of a renewal wait until they are asked for; awake again, all comes at once."""
    number, air = NUMBER, lab.session.air
    connect(lab, dozer, number)
    order(dozer, 1)
    polling(dozer, air.rekey_pairwise)
    order(dozer, 0)
    assert air.echo(1, limit_s=10).answered == 1
    told = {kind: frames(lab, number, kind) for kind in ("null", "ps-poll", "M1", "M3", "icmp")}
    assert told["null"][0].acked
    assert told["ps-poll"][0].acked
    renewed = [told[kind][1].detail.get("power_save") for kind in ("M1", "M3")]
    assert renewed == ["buffered", "buffered"]
    assert "power_save" not in told["icmp"][0].detail


def test_a_broadcast_waits_for_the_dtim(lab: StandingLab, dozer: GuestShell) -> None:
    """The ARP request comes unasked behind a beacon, the echo request by PS-Poll."""
    number, air = NUMBER + 1, lab.session.air
    connect(lab, dozer, number)
    order(dozer, 1)
    echo = polling(dozer, lambda: air.echo(2, limit_s=10))
    assert (echo.answered, echo.arp, echo.protected) == (2, True, True)
    for kind in ("arp", "icmp"):
        sent = next(one for one in frames(lab, number, kind) if one.direction == "down")
        assert sent.detail["power_save"] == "buffered"
