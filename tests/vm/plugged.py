# SPDX-License-Identifier: GPL-2.0-or-later
"""An emulated USB adapter in a guest of its own, and wpa_supplicant on the guest's own driver."""

from __future__ import annotations

import contextlib
import io
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.config.lab import Lab
from harness.console import open_console
from harness.lab.air import AirClient
from harness.lab.air_process import running_air, usb_socket
from harness.lab.bring_up import RunningGuest, open_guest
from harness.lab.recording import Recording
from harness.local.deadline import Deadline
from harness.local.workspace import work_folder
from harness.scenarios import AirRule, Network
from tests.vm.kernel_radios import Frames
from tests.vm.shell import GuestShell, guest_shell

SSID = "usb"
PASSPHRASE = "correct horse battery staple"
PLUG_S = 60.0
"""Bound on enumeration, probing and switching on, on a slow machine."""
CONFIG = """ctrl_interface=/run/wpa_supplicant
network={{
ssid="{ssid}"
psk="{passphrase}"
{more}
}}
"""
ITS_CHANNEL = "scan_freq=2412"
"""Where the network's access points are."""


@contextlib.contextmanager
def guest_with_usb(folder: Path) -> Iterator[RunningGuest]:
    """A guest with a USB host, from a saved state; its own air plays an adapter, too."""
    lab = Lab.model_validate({"guest": {"radio": "rtl8187l"}})
    recording = Recording(io.BytesIO(), io.BytesIO())
    with open_console() as console, open_guest(lab, console, recording, folder) as guest:
        yield guest


@dataclass(frozen=True, slots=True)
class Plugged:
    """An adapter that the guest's driver has put into operation, on an air of its own."""

    name: str
    guest: RunningGuest
    air: AirClient
    frames: Frames
    shell: GuestShell
    socket: Path

    def replug(self) -> None:
        """Pull the adapter out and plug it in again, until its driver has it."""
        self.guest.machine.unplug()
        deadline = Deadline("end of the interface", PLUG_S)
        deadline.poll(lambda: self.shell.run("ip link show wlan0").status != 0 or None)
        self.guest.machine.plug(self.socket)
        self.air.wait_radio(PLUG_S)

    def configure_supplicant(self, more: str = "") -> None:
        """Write the network that wpa_supplicant is to connect to, with a line more."""
        config = CONFIG.format(ssid=SSID, passphrase=PASSPHRASE, more=more)
        self.shell.run(f"printf %s {shlex.quote(config)} > /run/wpa.conf")

    def scan_its_channel_alone(self, more: str = "") -> None:
        """From now on; a scan of all channels takes seconds, and has been seen before. Its network
        may have more lines."""
        self.configure_supplicant(f"{ITS_CHANNEL}\n{more}")
        assert "OK" in self.shell.run("wpa_cli -i wlan0 reconfigure").output

    @contextlib.contextmanager
    def on_another(self, other: Network, more: str, number: int) -> Iterator[None]:
        """That network on the air for a while, of which wpa_supplicant has these lines."""
        self.have(other, number)
        self.scan_its_channel_alone(more)
        try:
            yield
        finally:
            self.have(network(), number + 9)
            self.scan_its_channel_alone()

    def start_supplicant(self) -> None:
        """Have wpa_supplicant connect by itself."""
        options = "-i wlan0 -c /run/wpa.conf -D nl80211 -f /run/wpa.log"
        started = self.shell.run(f"wpa_supplicant -B {options}")
        assert started.status == 0, started

    def have(self, network: Network, number: int, rules: Sequence[AirRule] = ()) -> None:
        """That network on the air, with these rules armed."""
        self.air.take_off_air()
        self.air.configure(network, 1000)
        self.air.begin(number, tuple(rules))
        self.air.start()

    def connect(self, number: int, rules: Sequence[AirRule] = ()) -> None:
        """One association by wpa_supplicant, with these rules armed."""
        self.shell.run("wpa_cli -i wlan0 disconnect")
        self.air.begin(number, tuple(rules))
        self.shell.run("wpa_cli -i wlan0 reconnect")
        self.await_connected()

    def await_connected(self) -> None:
        """Wait until wpa_supplicant has its keys."""
        deadline = Deadline(f"wpa_supplicant's association with {self.name}", 30)

        def completed() -> bool | None:
            deadline.state = self.shell.run("wpa_cli -i wlan0 status").output
            return "wpa_state=COMPLETED" in deadline.state or None

        deadline.poll(completed, every_s=0.2)

    def await_message(self, number: int, kind: str) -> None:
        """Wait for a message of that association."""
        deadline = Deadline(f"{kind} of {self.name}'s association {number}", 30)

        def seen() -> bool | None:
            deadline.state = " ".join(self.kinds(number)[-20:])
            return kind in self.kinds(number) or None

        deadline.poll(seen)

    def another_access_point(self) -> str:
        """The BSSID of one of the network that wpa_supplicant has heard and is not connected to."""
        status = self.shell.run("wpa_cli -i wlan0 status").output
        deadline = Deadline("another access point among what wpa_supplicant has heard", 40)

        def heard() -> str | None:
            deadline.state = self.shell.run("wpa_cli -i wlan0 scan_results").output
            found = [line.split()[0] for line in deadline.state.splitlines() if SSID in line]
            others = [bssid for bssid in found if f"bssid={bssid}" not in status]
            if not others:
                self.shell.run("wpa_cli -i wlan0 scan")
            return others[0] if others else None

        return deadline.poll(heard, every_s=0.5)

    def kinds(self, number: int) -> list[str]:
        """The messages of an association, in their order."""
        return [one.kind for one in self.frames.records if one.association == number]


@contextlib.contextmanager
def plugged(guest: RunningGuest, name: str, folder: Path) -> Iterator[Plugged]:
    """That adapter in the place of the one before, and wpa_supplicant in the WLAN service's."""
    frames = Frames()
    with (
        work_folder() as work,
        running_air(work, folder, frames, adapter=name, relay=False) as (air, _),
        guest_shell(guest) as shell,
    ):
        air.await_start()
        one = Plugged(name, guest, air, frames, shell, usb_socket(work))
        one.replug()
        one.configure_supplicant()
        air.configure(network(), 1000)
        air.start()
        one.start_supplicant()
        try:
            yield one
        finally:
            shell.run("wpa_cli -i wlan0 terminate")


def network(**more: object) -> Network:
    """WPA2-PSK, which every driver has."""
    return Network.model_validate({"ssid": SSID, "passphrase": PASSPHRASE, **more})
