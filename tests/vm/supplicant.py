# SPDX-License-Identifier: GPL-2.0-or-later
"""wpa_supplicant on the guest's radio, in the place of the WLAN service and its DLL."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator, Sequence

from harness.local.deadline import Deadline
from harness.scenarios import AirRule, Network
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab

WLAN = "wlan0"
"""The interface of the guest's own radio."""


@contextlib.contextmanager
def running_supplicant(
    lab: StandingLab, shell: GuestShell, network: str, interface: str = WLAN
) -> Iterator[None]:
    """wpa_supplicant with that network block's lines; the WLAN service is back afterwards."""
    assert lab.session.ssh.run("net stop WlanSvc").status == 0
    config = f"ctrl_interface=/run/wpa_supplicant\nnetwork={{\n{network}\n}}\n"
    shell.run(f"printf %s {shlex.quote(config)} > /run/wpa.conf")
    started = shell.run(
        f"ip link set {interface} up; "
        f"wpa_supplicant -B -i {interface} -c /run/wpa.conf -D nl80211 -f /run/wpa.log"
    )
    assert started.status == 0, started
    try:
        yield
    finally:
        shell.run(f"wpa_cli -i {interface} terminate; rm -f /run/wpa.conf")
        assert lab.session.ssh.run("net start WlanSvc").status == 0


def change_network(lab: StandingLab, network: Network, shell: GuestShell | None = None) -> None:
    """Have that network in the place of the one before; its access points know no station.

    With a shell, wpa_supplicant forgets what it has heard of the one before.
    """
    lab.session.air.take_off_air()
    if shell is not None:
        shell.run("wpa_cli -i wlan0 bss_flush 0")
    lab.session.go_on_air(lab.config, network)


@contextlib.contextmanager
def on_network(
    lab: StandingLab, shell: GuestShell, network: Network, block: str, interface: str = WLAN
) -> Iterator[None]:
    """That network in the place of the session's, and wpa_supplicant with a block for it."""
    change_network(lab, network)
    lines = f'ssid="{network.ssid}"\n{block}'
    try:
        with running_supplicant(lab, shell, lines, interface):
            yield
    finally:
        change_network(lab, lab.network)


def status(shell: GuestShell, interface: str = WLAN) -> dict[str, str]:
    """wpa_supplicant's own word on the connection, by key."""
    lines = shell.run(f"wpa_cli -i {interface} status").output.splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def await_heard(shell: GuestShell, bssid: str) -> None:
    """Wait until wpa_supplicant has heard of that access point; it roams to no other."""
    deadline = Deadline(f"{bssid} among what wpa_supplicant has heard", 30)

    def listed() -> bool | None:
        deadline.state = shell.run("wpa_cli -i wlan0 scan_results").output
        if bssid not in deadline.state:
            shell.run("wpa_cli -i wlan0 scan")
        return bssid in deadline.state or None

    deadline.poll(listed, every_s=0.5)


def forget_failures(shell: GuestShell) -> None:
    """After a failed handshake it would leave the network alone for 10 s and more; the network
    read anew has never failed."""
    shell.run("wpa_cli -i wlan0 bssid_ignore clear; wpa_cli -i wlan0 reconfigure")


def connect(
    lab: StandingLab, shell: GuestShell, number: int, rules: Sequence[AirRule] = (),
    interface: str = WLAN,
) -> None:  # fmt: skip
    """One association by wpa_supplicant, with these rules armed."""
    shell.run(f"wpa_cli -i {interface} disconnect")
    lab.session.air.begin(number, tuple(rules))
    shell.run(f"wpa_cli -i {interface} reconnect")
    deadline = Deadline("wpa_supplicant's association", 30)

    def completed() -> bool | None:
        deadline.state = status(shell, interface).get("wpa_state", "unknown")
        return deadline.state == "COMPLETED" or None

    deadline.poll(completed, every_s=0.2)
