# SPDX-License-Identifier: GPL-2.0-or-later
"""The port `kernel` in a virtual machine: radios of its kernel, and hostapd as the other side.

In each mode the same wpa_supplicant associates with Debian's hostapd, whose frames our medium
carries, and with our access point. Both are to say the same: docs/kernel-port.md has the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr

from harness.config.lab import Lab
from harness.eap.given import credentials_of
from harness.lab.air_in_guest import FOLDER as AIR
from harness.lab.air_in_guest import air_in_guest, inside
from harness.lab.bring_up import RunningGuest
from harness.scenarios import Eap, Network
from tests.vm.kernel_radios import CHANNEL, FOLDER, AirOnRadios, Frames
from tests.vm.shell import GuestShell

PASSPHRASE = "of this test alone"
SSID = "hil-other-side"
RADIOS = "ls /sys/class/ieee80211"


@dataclass(frozen=True)
class Mode:
    """A security mode as hostapd, wpa_supplicant and our access point are told of it."""

    name: str
    hostapd: str
    station: str
    network: dict[str, Any] = field(default_factory=dict)

    @property
    def ours(self) -> Network:
        """Our access point's network."""
        secret = {"passphrase": SecretStr(PASSPHRASE)} if "psk=" in self.station else {}
        return Network(ssid=SSID, channel=CHANNEL, **secret, **self.network)

    @property
    def block(self) -> str:
        """wpa_supplicant's network block."""
        return f'ssid="{SSID}"\n{self.station}'


WPA2 = f"ssid={SSID}\nwpa=2\nrsn_pairwise=CCMP\n"
SAE = f"{WPA2}wpa_key_mgmt=SAE\nsae_password={PASSPHRASE}\nieee80211w=2\nsae_pwe="
PSK = f'psk="{PASSPHRASE}"\nkey_mgmt='
MODES = (
    Mode("open", f"ssid={SSID}", "key_mgmt=NONE", {"security": "open"}),
    Mode(
        "wpa2-psk",
        f"{WPA2}wpa_key_mgmt=WPA-PSK\nwpa_passphrase={PASSPHRASE}",
        f"{PSK}WPA-PSK",
        {"security": "wpa2-psk"},
    ),
    Mode(
        "wpa2-psk-sha256",
        f"{WPA2}wpa_key_mgmt=WPA-PSK-SHA256\nwpa_passphrase={PASSPHRASE}",
        f"{PSK}WPA-PSK-SHA256",
        {"security": "wpa2-psk-sha256"},
    ),
    Mode(
        "wpa2-psk, PMF required",
        f"{WPA2}wpa_key_mgmt=WPA-PSK\nwpa_passphrase={PASSPHRASE}\nieee80211w=2",
        f"{PSK}WPA-PSK\nieee80211w=2",
        {"security": "wpa2-psk", "pmf": "required"},
    ),
    Mode(
        "wpa3-sae, hunting and pecking",
        f"{SAE}0",
        f"{PSK}SAE\nieee80211w=2",
        {"security": "wpa3-sae", "sae": {"ways": "hunting-and-pecking"}},
    ),
    Mode(
        "wpa3-sae, hash to element",
        f"{SAE}1",
        f"{PSK}SAE\nieee80211w=2",
        {"security": "wpa3-sae", "sae": {"ways": "hash-to-element"}},
    ),
    Mode(
        "owe",
        f"{WPA2}wpa_key_mgmt=OWE\nieee80211w=2",
        "key_mgmt=OWE\nieee80211w=2",
        {"security": "owe"},
    ),
)
ASSOCIATION = ["station auth", "ap auth", "station assoc-req", "ap assoc-resp"]
HANDSHAKE = ["ap M1", "station M2", "ap M3", "station M4"]
EXPECTED = {"open": ASSOCIATION, **{mode.name: ASSOCIATION + HANDSHAKE for mode in MODES[1:]}}
"""SAE's confirms stand between the authentication and the rest."""
for _name in EXPECTED:
    if "sae" in _name:
        EXPECTED[_name] = ASSOCIATION[:2] + ASSOCIATION + HANDSHAKE


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


@pytest.mark.parametrize("number", range(len(MODES)), ids=[mode.name for mode in MODES])
def test_the_same_messages(radios: AirOnRadios, number: int) -> None:
    """hostapd's sequence of messages and ours are one, which is what the standard has."""
    mode = MODES[number]
    with radios.hostapd(mode.hostapd):
        theirs = radios.associate(2 * number, mode.block)
    with radios.our_access_point(mode.ours):
        ours = radios.associate(2 * number + 1, mode.block)
    assert ours == theirs == EXPECTED[mode.name]


def test_the_same_messages_with_8021x(radios: AirOnRadios) -> None:
    """EAP-TLS by one RADIUS server behind both: identity, TLS, success, handshake."""
    credentials = credentials_of(Eap(method="tls"))
    radios.write("client.pem", credentials.client_pem.decode())
    radios.write("client.key", credentials.client_key_pem.decode())
    block = (
        f'ssid="{SSID}"\nkey_mgmt=WPA-EAP\neap=TLS\nidentity="{credentials.identity}"\n'
        f'ca_cert="{FOLDER}/ca.pem"\nclient_cert="{FOLDER}/client.pem"\n'
        f'private_key="{FOLDER}/client.key"'
    )
    with radios.radius_server(credentials, "tls") as radius:
        server = (
            f"auth_server_addr=127.0.0.1\nauth_server_port={radius.port}\n"
            f"auth_server_shared_secret={radius.secret}\n"
        )
        with radios.hostapd(f"{WPA2}wpa_key_mgmt=WPA-EAP\nieee8021x=1\n{server}"):
            theirs = radios.associate(100, block)
        network = Network(ssid=SSID, channel=CHANNEL, security="wpa2-eap")
        with radios.our_access_point(network, radius):
            ours = radios.associate(101, block)
    assert ours == theirs
    assert ours[:4] + ours[-4:] == ASSOCIATION + HANDSHAKE
    assert set(ours[4:-4]) == {"ap eap", "station eap"}
