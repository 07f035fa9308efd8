# SPDX-License-Identifier: GPL-2.0-or-later
"""iwd on the guest's radio, in the place of the WLAN service and its DLL.

A second client, which shares no code with wpa_supplicant: its EAPOL, SAE, OWE and TLS are its own,
its ciphers the kernel's. It takes the networks it knows from files and joins them by itself, so
that each association is a process of its own that has never heard of any other.
"""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.local.deadline import Deadline
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab

HOME = "/run/iwd"
IWD = "/usr/libexec/iwd"
CONFIG = """\
[General]
EnableNetworkConfiguration=false
[DriverQuirks]
DefaultInterface=mac80211_hwsim
[Rank]
BandModifier5GHz=0.0
BandModifier6GHz=0.0
"""
"""Its addresses are the guest's, it keeps the interface there is, and it scans 2.4 GHz alone: the
networks of its tests are there, and the other bands take the guest's radio seconds."""
HEARD_BEFORE = """\
[00000000-0000-4000-8000-000000000001]
name={home}/state/{file}
list=2412
"""
"""Where it keeps the frequencies of networks that it knows: it looks there first, and no further if
the network is there."""
JOINED = "connected"


@dataclass(frozen=True)
class Known:
    """A network as iwd knows it: the file it is kept in, and other files which that one names."""

    ssid: str
    kind: str
    """The file's extension: open, psk or 8021x."""
    settings: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)

    def kept(self) -> dict[str, bytes]:
        """All files by their names in iwd's folder."""
        file = f"{self.ssid}.{self.kind}"
        heard = HEARD_BEFORE.format(home=HOME, file=file)
        return {
            f"state/{file}": self.settings.encode(),
            "state/.known_network.freq": heard.encode(),
            **self.files,
        }


@contextlib.contextmanager
def room_for_iwd(lab: StandingLab, shell: GuestShell) -> Iterator[None]:
    """A guest whose WLAN service has left the radio, with a system bus; all is back afterwards.

    Another radio that a test has left is down meanwhile: answers to echoes would leave by it.
    Private keys are the kernel's to read, by a module that nothing loads by itself.
    """
    assert lab.session.ssh.run("net stop WlanSvc").status == 0
    ready = shell.run(
        "for one in $(ls /sys/class/net | grep wlan | grep -vx wlan0); do ip link set $one down; "
        "ip address flush dev $one; done; "
        f"mkdir -p /run/dbus {HOME}/etc && printf %s {shlex.quote(CONFIG)} > {HOME}/etc/main.conf "
        "&& modprobe pkcs8_key_parser && dbus-daemon --system --fork"
    )
    assert ready.status == 0, ready
    try:
        yield
    finally:
        shell.run(
            f"kill $(cat /run/dbus/pid); rm -rf {HOME} /run/dbus/pid; "
            "ip link set wlan0 mode default up"
        )
        assert lab.session.ssh.run("net start WlanSvc").status == 0


@contextlib.contextmanager
def running_iwd(shell: GuestShell, known: Known) -> Iterator[None]:
    """iwd, which knows that network alone and has begun to look for it."""
    written = "".join(
        f"printf %s {shlex.quote(content.decode())} > {HOME}/{name}; "
        for name, content in known.kept().items()
    )
    started = shell.run(
        f"rm -rf {HOME}/state; mkdir -p -m 700 {HOME}/state; {written}"
        f"CONFIGURATION_DIRECTORY={HOME}/etc STATE_DIRECTORY={HOME}/state "
        f"setsid {IWD} -d -i wlan0 > {HOME}/log 2>&1 < /dev/null & echo $! > {HOME}/pid"
    )
    assert started.status == 0, started
    try:
        yield
    finally:
        shell.run(
            f"kill $(cat {HOME}/pid); "
            f"for try in $(seq 50); do kill -0 $(cat {HOME}/pid) || break; sleep 0.1; done"
        )


def states(shell: GuestShell) -> list[str]:
    """The states that iwd says its station has gone through."""
    told = shell.run(f"sed -n 's/^event: state, .*new: //p' {HOME}/log").output
    return [line.strip() for line in told.splitlines()]


def said(shell: GuestShell, pattern: str) -> bool:
    """Whether iwd's log has a line with that pattern."""
    return shell.run(f"grep -q {shlex.quote(pattern)} {HOME}/log").status == 0


def await_joined(lab: StandingLab, shell: GuestShell) -> None:
    """Wait until both sides hold the association for good, iwd and the access point."""
    deadline = Deadline("iwd's association", 40)

    def joined() -> bool | None:
        stations = lab.session.air.status()["stations"]
        authorized = any(one["state"] == "authorized" for one in stations)
        passed = states(shell) if authorized else []
        deadline.state = f"{stations}, iwd: {', '.join(passed)}"
        return passed[-1:] == [JOINED] or None

    try:
        deadline.poll(joined, every_s=0.2)
    except Exception as fault:
        fault.add_note(shell.run(f"tail -40 {HOME}/log").output)
        raise
