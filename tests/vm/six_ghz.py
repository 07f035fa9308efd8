# SPDX-License-Identifier: GPL-2.0-or-later
"""A further radio of the guest that has 6 GHz: the rules of the first one's country do not.

mac80211_hwsim has domains of its own for a radio (HWSIM_ATTR_REG_CUSTOM_REG), the third of which
has all channels of 6 GHz; the other radios keep theirs. A station asks no regulatory database so.
"""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator

from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab

PHY = "six-ghz"
"""Its name sorts behind phy0, so that the first radio stays the first."""
_NEW_RADIO = f"""
from autoconfig.radio.extra_radio import ATTR_CHANNELS, CMD_NEW_RADIO
from autoconfig.radio.netlink import GenericSocket, attribute, u32
custom_domain, third, name = 12, 2, 17
GenericSocket("MAC80211_HWSIM").ask(
    CMD_NEW_RADIO,
    u32(ATTR_CHANNELS, 1) + u32(custom_domain, third) + attribute(name, b"{PHY}\\0"),
)
"""
_SET_UP = "from autoconfig.radio.extra_radio import set_up; set_up({interface!r}, {number})"
_GONE = f"""
from autoconfig.radio.netlink import GenericSocket, attribute
GenericSocket("MAC80211_HWSIM").ask(5, attribute(17, b"{PHY}\\0"))
"""


@contextlib.contextmanager
def six_ghz_radio(lab: StandingLab, shell: GuestShell) -> Iterator[str]:
    """Its interface, which has the address that the air expects of it; it is gone afterwards."""
    python(shell, _NEW_RADIO)
    try:
        interface = shell.run(f"ls /sys/class/ieee80211/{PHY}/device/net").output.strip()
        mac = shell.run(f"cat /sys/class/ieee80211/{PHY}/macaddress").output.strip()
        count = int(shell.run("ls /sys/class/ieee80211 | wc -l").output)
        macs = [one["mac"] for one in lab.session.air.wait_radio(10, count)["radios"]]
        python(shell, _SET_UP.format(interface=interface, number=macs.index(mac)))
        yield interface
    finally:
        python(shell, _GONE)


def python(shell: GuestShell, script: str) -> None:
    """Run a script in the guest, with the WLAN service's modules."""
    done = shell.run(f"cd /opt/hil && python3 -c {shlex.quote(script)}")
    assert done.status == 0, done
