# SPDX-License-Identifier: GPL-2.0-or-later
"""A second independent client: real iwd on the guest's radio, in every security mode it has.

What two clients without a line in common accept is no accident of either. docs/security-modes.md
tells which modes it lacks.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from harness.eap import make_credentials, radius_server
from harness.eap.radius import Method
from harness.local.deadline import Deadline
from harness.scenarios import AirRule, Network
from hwsim.records import FOUR_WAY, FrameRecord
from tests.vm.iwd import JOINED, Known, await_joined, room_for_iwd, running_iwd, said, states
from tests.vm.iwd_eap import files_of, settings_of, with_rsa_keys
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab

NUMBERS = count(970_000)
"""Association numbers of these tests, away from those of others."""
PASSPHRASE = "of this test alone"
LOST_M3 = AirRule.model_validate({"message": "M3", "action": "drop"})
SECOND = "02:48:49:4c:00:02"
"""The access point beside the first."""


def network(security: str, **more: Any) -> Network:
    """A network of that security, with a name that no other test of this file uses."""
    made = Network(ssid=f"iwd-{next(NUMBERS)}", security=security, **more)
    if made.choice.credential != "passphrase":
        return made
    secret = "13 characters" if made.choice.wep else PASSPHRASE
    return made.model_copy(update={"passphrase": SecretStr(secret)})


@dataclass
class Iwd:
    """iwd on the guest's radio, and the air it is on."""

    lab: StandingLab
    shell: GuestShell

    @contextlib.contextmanager
    def running(self, network: Network, settings: str = "", **known: Any) -> Iterator[None]:
        """iwd, which knows the network."""
        kind = {"none": "open", "passphrase": "psk", "eap": "8021x"}[network.choice.credential]
        if kind == "psk":
            settings = f"[Security]\nPassphrase={PASSPHRASE}\n"
        with running_iwd(self.shell, Known(network.ssid, kind, settings, **known)):
            yield

    @contextlib.contextmanager
    def joined(
        self, network: Network, settings: str = "", rules: tuple[AirRule, ...] = (), **known: Any
    ) -> Iterator[int]:
        """The network on the air, and iwd in it; the number of its association."""
        number = next(NUMBERS)
        self.lab.session.air.begin(number, rules)
        with self.running(network, settings, **known):
            await_joined(self.lab, self.shell)
            yield number

    def put_on_air(self, network: Network, radius: Any = None) -> None:
        """That network in the place of the one before."""
        self.lab.session.air.take_off_air()
        self.lab.session.go_on_air(self.lab.config, network, radius)

    def frames(self, number: int, kind: str = "") -> list[FrameRecord]:
        """The frames of an association, of one kind or all."""
        frames = self.lab.session.recording.frames(number)
        return [one for one in frames if kind in ("", one.kind)]

    def answers(self, number: int, kind: str) -> list[str | int]:
        """The status codes that the access point has answered with in frames of a kind."""
        frames = self.frames(number, kind)
        return [one.detail["status"] for one in frames if one.direction == "down"]

    def passes_data(self, *, protected: bool = True) -> None:
        """Echoes are answered, and a broadcast."""
        echo = self.lab.session.air.echo(2, limit_s=10)
        assert (echo.answered, echo.arp, echo.protected) == (2, True, protected)

    def follows_a_rekey(self, number: int) -> None:
        """The group's keys are renewed, and data passes under the new ones."""
        self.lab.session.air.rekey_group()
        self.passes_data()
        assert self.frames(number, "G2")
        assert not self.frames(number, "deauth")

    def roams(self, *, over_ds: bool) -> None:
        """Asked to go it is at the other access point by a fast transition, and data passes."""
        air, number = self.lab.session.air, next(NUMBERS)
        air.begin(number, ())
        air.order("bss-transition", disassociate_after=100, abridged=True)
        deadline = Deadline("iwd's fast transition", 20)

        def there() -> bool | None:
            stations = air.status()["stations"]
            deadline.state = f"{stations}, iwd: {', '.join(states(self.shell))}"
            at = [one["bssid"] for one in stations if one["state"] == "authorized"]
            return (at == [SECOND] and states(self.shell)[-1] == JOINED) or None

        deadline.poll(there, every_s=0.2)
        self.passes_data()
        kinds = {one.kind for one in self.frames(number)}
        assert not kinds & {*FOUR_WAY, "eap"}
        assert ("auth" in kinds) is not over_ds


@pytest.fixture(scope="module")
def iwd(lab: StandingLab, shell: GuestShell) -> Iterator[Iwd]:
    """iwd's bus is there, and no network yet."""
    with room_for_iwd(lab, shell):
        yield Iwd(lab, shell)
        lab.session.air.take_off_air()
        lab.session.go_on_air(lab.config, lab.network)


def with_ciphers(pairwise: str, management: str) -> Network:
    """A network with that cipher of data and that one of management frames to all."""
    return network(
        "wpa2-psk", pmf="required", pairwise_ciphers=(pairwise,), group_mgmt_cipher=management
    )


MODES = {
    "open": network("open"),
    "wpa2-psk": network("wpa2-psk"),
    "psk-sha256": network("wpa2-psk-sha256"),
    "sae by hash": network("wpa3-sae", sae={"ways": "hash-to-element"}),
    "sae by hunting": network("wpa3-sae", sae={"ways": "hunting-and-pecking"}),
    "sae group 19": network("wpa3-sae", sae={"groups": (19,)}),
    "transition": network("wpa3-transition"),
    "compatibility": network("wpa3-compatibility"),
    "owe": network("owe"),
    "owe group 19": network("owe", owe_groups=(19,)),
    "owe in transition": network("open", owe_transition=True),
    "gcmp-128": with_ciphers("gcmp-128", "bip-gmac-128"),
    "gcmp-256": with_ciphers("gcmp-256", "bip-gmac-256"),
    "ccmp-256": with_ciphers("ccmp-256", "bip-cmac-256"),
    "wpa-psk": network("wpa-psk"),
    "wpa-wpa2-psk": network("wpa-wpa2-psk"),
}

ANSWERS = {
    "sae by hash": [126, 0],
    "sae by hunting": [0, 0],
    "sae group 19": [77, 126, 0],
    "transition": [126, 0],
    "owe group 19": [0, 0],
}
"""The access point's status codes in Authentication frames, where there is more than one."""


@pytest.mark.parametrize("mode", MODES)
def test_it_joins_follows_a_rekey_and_passes_data(iwd: Iwd, mode: str) -> None:
    """Data passes under the first keys and another group key; in one mode M3 is lost once."""
    network = MODES[mode]
    iwd.put_on_air(network)
    keys = network.choice.has_keys or network.owe_transition
    lost = (LOST_M3,) if mode == "wpa2-psk" else ()
    with iwd.joined(network, rules=lost) as number:
        iwd.passes_data(protected=keys)
        if keys:
            iwd.follows_a_rekey(number)
            assert len(iwd.frames(number, "M3")) > len(lost)
        assert not iwd.frames(number, "deauth")
        assert iwd.answers(number, "auth") == ANSWERS.get(mode, [0])
        assert iwd.answers(number, "assoc-resp") == ([77, 0] if mode == "owe group 19" else [0])


def test_it_asks_before_it_believes_a_deauthentication(iwd: Iwd) -> None:
    """Where management frames are protected, a forged one makes it send an SA Query; it stays."""
    protected = network("wpa2-psk", pmf="required")
    iwd.put_on_air(protected)
    with iwd.joined(protected) as number:
        iwd.follows_a_rekey(number)
        iwd.lab.session.air.deauthenticate(7, forged=True)
        deadline = Deadline("SA Query and its answer", 10)

        def asked() -> bool | None:
            told = [one.detail.get("action") for one in iwd.frames(number, "action")]
            deadline.state = str(told)
            return told == ["SA Query request", "SA Query response"] or None

        deadline.poll(asked)
        iwd.passes_data()
        assert states(iwd.shell)[-1] == JOINED


@pytest.mark.parametrize(("security", "over_ds"), [("wpa2-ft-psk", False), ("wpa3-ft-sae", True)])
def test_it_roams_by_a_fast_transition(iwd: Iwd, security: str, over_ds: bool) -> None:
    """Over the air or over the DS, without a 4-way handshake. By SAE where no hash to element is
    offered: with an RSNXE the last MIC covers it (IEEE 802.11-2020, 13.8.5), as in hostapd, which
    iwd 3.8 takes for a wrong one."""
    more = {"sae": {"ways": "hunting-and-pecking"}} if security == "wpa3-ft-sae" else {}
    roamed = network(
        security, access_points=2, bss_transition=True, ft={"over_ds": over_ds}, **more
    )
    iwd.put_on_air(roamed)
    with iwd.joined(roamed):
        iwd.roams(over_ds=over_ds)


@pytest.mark.parametrize(
    ("security", "method"),
    [
        ("wpa2-eap", "tls"),
        ("wpa2-eap-sha256", "ttls-mschapv2"),
        ("wpa2-ft-eap", "peap-mschapv2"),
        ("wpa-eap", "peap-mschapv2"),
    ],
)
def test_it_authenticates_by_8021x(iwd: Iwd, tmp_path: Path, security: str, method: Method) -> None:
    """Its own TLS, hostapd's RADIUS server behind our access point; then keys, data, a rekey; with
    fast transitions it goes to the other access point without EAP."""
    credentials = with_rsa_keys(make_credentials("hil-user"))
    fast = security == "wpa2-ft-eap"
    more = {"access_points": 2, "bss_transition": True} if fast else {}
    joined, told = network(security, **more), settings_of(method, credentials)
    with radius_server(credentials, method, tmp_path / "radius.log") as radius:
        iwd.put_on_air(joined, radius)
        with iwd.joined(joined, told, files=files_of(credentials)) as number:
            iwd.passes_data()
            iwd.follows_a_rekey(number)
            if fast:
                iwd.roams(over_ds=True)


@pytest.mark.parametrize("security", ["wpa3-eap-192", "wep-open"])
def test_it_has_no_suite_b_and_no_wep(iwd: Iwd, security: str) -> None:
    """It was told of such a network, hears it, takes it for WEP, and leaves it alone."""
    lacking, number = network(security), next(NUMBERS)
    iwd.put_on_air(lacking)
    iwd.lab.session.air.begin(number, ())
    with iwd.running(lacking):
        deadline = Deadline("iwd's word that there is nothing to join", 40)

        def given_up() -> bool | None:
            deadline.state = ", ".join(states(iwd.shell))
            return said(iwd.shell, "autoconnect: No suitable BSSes found") or None

        deadline.poll(given_up, every_s=0.2)
        assert said(iwd.shell, f'Added new Network "{lacking.ssid}" security wep')
        assert not iwd.frames(number, "auth")
