# SPDX-License-Identifier: GPL-2.0-or-later
"""The port `kernel` in a virtual machine: radios of its kernel, and hostapd as the other side.

In each mode the same wpa_supplicant associates with Debian's hostapd, whose frames our medium
carries, and with our access point. Both are to say the same: docs/kernel-port.md has the table.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.config.lab import Lab
from harness.eap import make_credentials
from harness.lab.air_in_guest import FOLDER as AIR
from harness.lab.air_in_guest import air_in_guest, inside
from harness.lab.bring_up import RunningGuest
from tests.vm.kernel_radios import AirOnRadios, Frames
from tests.vm.other_side import (
    ASSOCIATION,
    EAP_MODES,
    MODES,
    Mode,
    hostapd_lines,
    tls_lines,
)
from tests.vm.shell import GuestShell

RADIOS = "ls /sys/class/ieee80211"


@pytest.fixture(scope="module")
def radios(hil_config: Lab, guest: RunningGuest, shell: GuestShell) -> Iterator[AirOnRadios]:
    """Two radios with the air as their medium, and wpa_supplicant on one; gone afterwards."""
    frames, before = Frames(), shell.run(RADIOS).output
    with air_in_guest(shell, hil_config.store.cache, frames, 2) as air:
        radios = AirOnRadios(air, shell, frames)
        air.carry_between_radios()
        with radios.supplicant():
            yield radios
    assert shell.run(RADIOS).output == before


def test_another_medium(radios: AirOnRadios) -> None:
    """Who comes second in a network namespace is told so, in one line."""
    run = inside("python3 -m hwsim --control - --kernel 1 --run-dir /run")
    second = radios.shell.run(f"cd {AIR} && {run} </dev/null")
    assert second.status == 1
    assert second.errors.startswith("hwsim: another program is the medium of these radios")
    assert "\n" not in second.errors


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_the_same_messages(radios: AirOnRadios, mode: Mode) -> None:
    """hostapd's sequence of messages and ours are one, which is what the standard has."""
    number = 2 * MODES.index(mode)
    with radios.hostapd(hostapd_lines(mode)):
        theirs = radios.associate(number, mode.block)
    with radios.our_access_point(mode.ours):
        ours = radios.associate(number + 1, mode.block)
    assert ours == theirs == list(mode.messages)


@pytest.mark.parametrize("mode", EAP_MODES, ids=lambda mode: mode.name)
def test_the_same_messages_with_8021x(radios: AirOnRadios, mode: Mode) -> None:
    """EAP-TLS by one RADIUS server behind both: identity, TLS, success, handshake."""
    number = 100 + 2 * EAP_MODES.index(mode)
    credentials = make_credentials("hil-user", suite_b=mode.suite_b)
    radios.write("client.pem", credentials.client_pem.decode())
    radios.write("client.key", credentials.client_key_pem.decode())
    block = "\n".join((mode.block, *tls_lines(credentials.identity)))
    with radios.radius_server(credentials, "tls") as radius:
        server = (
            f"ieee8021x=1\nauth_server_addr=127.0.0.1\nauth_server_port={radius.port}\n"
            f"auth_server_shared_secret={radius.secret}\n"
        )
        with radios.hostapd(hostapd_lines(mode, server)):
            theirs = radios.associate(number, block)
        with radios.our_access_point(mode.ours, radius):
            ours = radios.associate(number + 1, block)
    assert ours == theirs
    keys = len(ours) - len(mode.messages) + len(ASSOCIATION)
    assert ours[: len(ASSOCIATION)] + ours[keys:] == list(mode.messages)
    assert set(ours[len(ASSOCIATION) : keys]) == {"ap eap", "station eap"}
