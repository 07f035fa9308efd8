# SPDX-License-Identifier: GPL-2.0-or-later
"""A further radio: what plugging in another WLAN adapter is to this guest.

mac80211_hwsim makes radios at run time (HWSIM_CMD_NEW_RADIO); each has one network interface. The
n-th has the address that follows the first one's by n. All are in one network, so each gets a
routing table of its own: what came in by an interface is answered by the same one.

Source of command and attribute: drivers/net/wireless/virtual/mac80211_hwsim.h in Linux.
"""

from __future__ import annotations

import socket
import subprocess
from ipaddress import IPv4Interface
from pathlib import Path

from .interface import RadioError
from .netlink import GenericSocket, u32

CMD_NEW_RADIO, ATTR_CHANNELS = 4, 9
FIRST_ADDRESS = IPv4Interface("10.77.0.2/24")
TABLE = 100
COMMAND_LIMIT_S = 10.0
IP = ("/bin/busybox", "ip")


def new_radio(number: int) -> str:
    """Make the radio with this number, the first being 0; the name of its interface.

    Raises:
        RadioError: the kernel refuses it, or its interface cannot be set up.
    """
    before = {name for _index, name in socket.if_nameindex()}
    try:
        link = GenericSocket("MAC80211_HWSIM")
        try:
            link.ask(CMD_NEW_RADIO, u32(ATTR_CHANNELS, 1))
        finally:
            link.close()
        interface = next(
            name
            for _index, name in socket.if_nameindex()
            if name not in before and name.startswith("wlan")
        )
        set_up(interface, number)
    except StopIteration:
        raise RadioError(19, "the new radio has no interface") from None
    except OSError as error:
        raise RadioError(error.errno, f"further radio: {error.strerror}") from error
    return interface


def set_up(interface: str, number: int, limit_s: float = COMMAND_LIMIT_S) -> None:
    """Give the interface of the adapter with that number its address, and switch it on.

    Raises:
        OSError: it cannot be set up, or not within the limit.
    """
    if number:  # each of several answers and asks for its own address only
        for setting, value in (("arp_ignore", 1), ("arp_announce", 2)):
            place = Path(f"/proc/sys/net/ipv4/conf/all/{setting}")
            place.write_text(f"{value}\n", encoding="ascii")
    for command in address_commands(interface, number):
        try:
            done = subprocess.run(
                [*IP, *command], capture_output=True, timeout=limit_s, check=False
            )
        except subprocess.TimeoutExpired:
            raise OSError(110, f"ip {' '.join(command)}: no end after {limit_s:g} s") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise OSError(22, f"ip {' '.join(command)}: {said}")


def address_commands(interface: str, number: int) -> list[list[str]]:
    """What `ip` is asked for: the address, the interface up, and a further one's own way out."""
    address = IPv4Interface(f"{FIRST_ADDRESS.ip + number}/{FIRST_ADDRESS.network.prefixlen}")
    table = str(TABLE + number)
    commands = [
        ["addr", "replace", str(address), "dev", interface],
        ["link", "set", interface, "up"],
    ]
    if not number:
        return commands
    return [
        *commands,
        ["route", "add", str(address.network), "dev", interface, "table", table],
        ["rule", "add", "from", str(address.ip), "table", table],
    ]
