# SPDX-License-Identifier: GPL-2.0-or-later
"""The port `phy` in a virtual machine: a radio's monitor interface stands for the adapter.

The kernel carries frames between its radios by itself, with its own acknowledgements and its own
radiotap: what is injected and received goes the way it goes with a real adapter. Time does not.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from harness.config.lab import Lab
from harness.lab.air_in_guest import FOLDER as AIR
from harness.lab.air_in_guest import NAMESPACE, START_S, AirInGuest, inside, must, place_air
from harness.lab.kernel_radios import ACCESS_POINT, FOLDER, FREQ_MHZ, STATION
from harness.local.deadline import Deadline
from harness.scenarios import Network
from hwsim.control.network_requests import DEFAULT_BSSID
from tests.vm.kernel_radios import CHANNEL, AirOnRadios, Frames
from tests.vm.shell import GuestShell

PASSPHRASE = "of this test alone"
SSID = "hil-over-the-air"
MAKE_RADIOS = """import sys
sys.path.append("/opt/hil")
from relay_netlink import *
link = open_netlink()
family = resolve_family(link, "MAC80211_HWSIM")
for number in (1, 2):  # HWSIM_CMD_NEW_RADIO; they go with their network namespace
    link.send(netlink_message(family, NLM_F_REQUEST, number, GENLMSGHDR.pack(4, 1, 0)))
"""
"""The relay's own module is there and quick to load; what hwsim has for it is neither."""
MONITOR = (
    f"iw dev {ACCESS_POINT} set monitor active",
    f"ip link set {ACCESS_POINT} address {DEFAULT_BSSID} up",
    f"iw dev {ACCESS_POINT} set freq {FREQ_MHZ}",
)
ASSOCIATION = ["station auth", "ap auth", "station assoc-req", "ap assoc-resp"]
HANDSHAKE = ["ap M1", "station M2", "ap M3", "station M4"]


@pytest.fixture
def radios(hil_config: Lab, shell: GuestShell) -> Iterator[AirOnRadios]:
    """Two radios that nobody but the kernel is the medium of: a monitor interface on one, by which
    the air is heard, and wpa_supplicant on the other."""
    place_air(shell, hil_config.store.cache)
    must(shell, f"ip netns add {NAMESPACE}; mkdir -p {FOLDER}")
    try:
        must(shell, f"printf %s {shlex.quote(MAKE_RADIOS)} > {FOLDER}/radios.py")
        must(shell, inside(f"python3 {FOLDER}/radios.py"))
        made = Deadline("radios of the guest's kernel", 20)
        made.poll(
            lambda: shell.run(inside(f"test -e /sys/class/net/{STATION}")).status == 0 or None,
            every_s=0.1,
        )
        must(shell, "; ".join(inside(order) for order in MONITOR))
        frames = Frames()
        station = must(shell, inside(f"cat /sys/class/net/{STATION}/address"))
        run = f"python3 -m hwsim --control - --phy {ACCESS_POINT} --station {station}"
        air = AirInGuest(shell, f"cd {AIR} && exec {inside(run)} --run-dir {FOLDER}", frames)
        try:
            air.await_start(START_S)
            radios = AirOnRadios(air, shell, frames)
            with radios.supplicant():
                yield radios
        finally:
            air.stop()
    finally:
        shell.run(f"ip netns delete {NAMESPACE}")


def test_an_association_by_injected_frames(radios: AirOnRadios) -> None:
    """wpa_supplicant gets its keys; the adapter acknowledges for the BSSID, and of each message to
    the station the kernel reports that it was acknowledged."""
    network = Network(
        ssid=SSID, channel=CHANNEL, security="wpa2-psk", passphrase=SecretStr(PASSPHRASE)
    )
    block = f'ssid="{SSID}"\npsk="{PASSPHRASE}"\nkey_mgmt=WPA-PSK'
    with radios.our_access_point(network):
        assert radios.associate(1, block) == ASSOCIATION + HANDSHAKE
        handshake = [one for one in radios.between(1) if one.kind in ("M1", "M2", "M3", "M4")]
        assert [one.kind for one in handshake] == ["M1", "M2", "M3", "M4"]  # none is said twice
        assert all(one.delivered for one in handshake)
        assert all(one.acked for one in handshake if one.direction == "down")
        assert all(one.mic_ok for one in handshake if one.direction == "up")
