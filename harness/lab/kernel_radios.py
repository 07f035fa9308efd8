# SPDX-License-Identifier: GPL-2.0-or-later
"""What runs on radios of a guest's own kernel: hostapd on the first, wpa_supplicant on the second.

Debian's programs, in the network namespace of the radios, behind a root shell.
"""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator
from typing import Final

from harness.guests.common.ssh import Ssh
from harness.lab.air_in_guest import NAMESPACE, inside, must
from harness.local.deadline import Deadline

FOLDER: Final = "/run/hil-air"
ACCESS_POINT, STATION = "wlan0", "wlan1"
CHANNEL, FREQ_MHZ = 1, 2412
END_S: Final = 10.0


class KernelRadios:
    """Two radios in a network namespace of a guest, by the programs on them."""

    def __init__(self, shell: Ssh, namespace: str = NAMESPACE) -> None:
        self.shell = shell
        self._namespace = namespace
        path = f"/sys/class/net/{STATION}/address"
        self.station = must(shell, self.inside(f"cat {path}"))
        """The address of the second radio."""

    def inside(self, command: str) -> str:
        """A command as it runs where the radios are."""
        return inside(command, self._namespace)

    def write(self, name: str, text: str) -> str:
        """A file in the guest; its path."""
        must(self.shell, f"printf %s {shlex.quote(text)} > {FOLDER}/{name}")
        return f"{FOLDER}/{name}"

    @contextlib.contextmanager
    def hostapd(self, lines: str) -> Iterator[None]:
        """hostapd on the first radio, with those lines besides what it always has."""
        path = self.write(
            "hostapd.conf",
            f"interface={ACCESS_POINT}\ndriver=nl80211\nhw_mode=g\nchannel={CHANNEL}\n{lines}\n",
        )
        pid = f"{FOLDER}/hostapd.pid"
        must(self.shell, self.inside(f"hostapd -B -f {FOLDER}/hostapd.log -P {pid} {path}"))
        try:
            yield
        finally:
            self.shell.run(f"kill $(cat {pid})")
            gone = Deadline("end of hostapd", END_S)
            gone.poll(lambda: self.shell.run(f"test -e {pid}").status or None, every_s=0.1)

    @contextlib.contextmanager
    def supplicant(self) -> Iterator[None]:
        """wpa_supplicant on the second radio, without a network."""
        path = self.write("wpa.conf", f"ctrl_interface={FOLDER}/wpa\n")
        log = f"{FOLDER}/wpa.log"
        must(
            self.shell,
            self.inside(f"wpa_supplicant -B -i {STATION} -c {path} -D nl80211 -f {log}"),
        )
        try:
            yield
        finally:
            self.wpa("terminate")

    def network(self, block: str) -> None:
        """That network block, in the place of those before and not chosen yet; nothing is kept."""
        head = f"ctrl_interface={FOLDER}/wpa\nsae_pwe=2\n"
        scan = f"scan_freq={FREQ_MHZ}\nfreq_list={FREQ_MHZ}\ndisabled=1\n"
        self.write("wpa.conf", f"{head}network={{\n{block}\n{scan}}}\n")
        self.wpa("disconnect", "bss_flush 0", "pmksa_flush", "reconfigure")

    def wpa(self, *orders: str) -> str:
        """What wpa_cli says to these orders."""
        lines = [f"wpa_cli -p {FOLDER}/wpa -i {STATION} {order}" for order in orders]
        return self.shell.run("; ".join(lines)).output
