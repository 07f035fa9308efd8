# SPDX-License-Identifier: GPL-2.0-or-later
"""A second independent client: real iwd on the guest's radio, in every security mode there is.

What two clients without a line in common accept is no accident of either.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pydantic import SecretStr

from harness.eap import Credentials, make_credentials, radius_server
from harness.eap.radius import Method
from harness.local.deadline import Deadline
from harness.scenarios import AirRule, Network
from hwsim.records import FrameRecord
from tests.vm.iwd import HOME, JOINED, Known, await_joined, room_for_iwd, running_iwd, states
from tests.vm.shell import GuestShell
from tests.vm.standing import StandingLab

NUMBERS = count(970_000)
"""Association numbers of these tests, away from those of others."""
PASSPHRASE = "of this test alone"
LOST_M3 = AirRule.model_validate({"message": "M3", "action": "drop"})


def network(security: str, **more: Any) -> Network:
    """A network of that security, with a name that no other test of this file uses."""
    secret = {} if security in ("open", "owe") else {"passphrase": SecretStr(PASSPHRASE)}
    return Network(ssid=f"iwd-{next(NUMBERS)}", security=security, **secret, **more)


@dataclass
class Iwd:
    """iwd on the guest's radio, and the air it is on."""

    lab: StandingLab
    shell: GuestShell

    @contextlib.contextmanager
    def joined(
        self, network: Network, settings: str = "", rules: tuple[AirRule, ...] = (), **known: Any
    ) -> Iterator[int]:
        """The network on the air, and iwd in it; the number of its association."""
        number = next(NUMBERS)
        self.lab.session.air.begin(number, rules)
        kind = {"none": "open", "passphrase": "psk", "eap": "8021x"}[network.choice.credential]
        if kind == "psk":
            settings = f"[Security]\nPassphrase={PASSPHRASE}\n"
        with running_iwd(self.shell, Known(network.ssid, kind, settings, **known)):
            await_joined(self.lab, self.shell)
            yield number

    def frames(self, number: int, kind: str) -> list[FrameRecord]:
        """The frames of an association of one kind."""
        return [one for one in self.lab.session.recording.frames(number) if one.kind == kind]

    def answers(self, number: int, kind: str) -> list[str | int]:
        """The status codes that the access point has answered with in frames of a kind."""
        frames = self.frames(number, kind)
        return [one.detail["status"] for one in frames if one.direction == "down"]

    def passes_data(self, *, protected: bool = True) -> None:
        """Echoes are answered, and a broadcast."""
        echo = self.lab.session.air.echo(2, limit_s=10)
        assert (echo.answered, echo.arp, echo.protected) == (2, True, protected)


@pytest.fixture(scope="module")
def iwd(lab: StandingLab, shell: GuestShell) -> Iterator[Iwd]:
    """iwd's bus is there, and no network yet."""
    with room_for_iwd(lab, shell):
        yield Iwd(lab, shell)
        lab.session.air.take_off_air()
        lab.session.go_on_air(lab.config, lab.network)


MODES = {
    "open": network("open"),
    "wpa2-psk": network("wpa2-psk"),
    "psk-sha256": network("wpa2-psk-sha256"),
    "pmf required": network("wpa2-psk", pmf="required"),
    "sae by hash": network("wpa3-sae", sae={"ways": "hash-to-element"}),
    "sae by hunting": network("wpa3-sae", sae={"ways": "hunting-and-pecking"}),
    "sae group 19": network("wpa3-sae", sae={"groups": (19,)}),
    "transition": network("wpa3-transition"),
    "owe": network("owe"),
    "owe group 19": network("owe", owe_groups=(19,)),
    "owe in transition": network("open", owe_transition=True),
    "gcmp-256": network("wpa2-psk", pmf="required", pairwise_ciphers=("gcmp-256",)),
    "ft-psk": network("wpa2-ft-psk"),
    "wpa-psk": network("wpa-psk"),
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
    lab, network = iwd.lab, MODES[mode]
    lab.session.air.take_off_air()
    lab.session.go_on_air(lab.config, network)
    keys = network.choice.has_keys or network.owe_transition
    lost = (LOST_M3,) if mode == "wpa2-psk" else ()
    with iwd.joined(network, rules=lost) as number:
        iwd.passes_data(protected=keys)
        if keys:
            lab.session.air.rekey_group()
            iwd.passes_data()
            assert len(iwd.frames(number, "M3")) > len(lost)
            assert iwd.frames(number, "G2")
        assert not iwd.frames(number, "deauth")
        assert iwd.answers(number, "auth") == ANSWERS.get(mode, [0])
        assert iwd.answers(number, "assoc-resp") == ([77, 0] if mode == "owe group 19" else [0])


def test_it_asks_before_it_believes_a_deauthentication(iwd: Iwd) -> None:
    """Where management frames are protected, a forged one makes it send an SA Query; it stays."""
    lab, network = iwd.lab, MODES["pmf required"]
    lab.session.air.take_off_air()
    lab.session.go_on_air(lab.config, network)
    with iwd.joined(network) as number:
        lab.session.air.deauthenticate(7, forged=True)
        deadline = Deadline("SA Query and its answer", 10)

        def asked() -> bool | None:
            told = [one.detail.get("action") for one in iwd.frames(number, "action")]
            deadline.state = str(told)
            return told == ["SA Query request", "SA Query response"] or None

        deadline.poll(asked)
        iwd.passes_data()
        assert states(iwd.shell)[-1] == JOINED


PEAP = (
    "[Security]\nEAP-Method=PEAP\nEAP-Identity={0.identity}\nEAP-PEAP-CACert={1}/etc/ca.pem\n"
    "EAP-PEAP-Phase2-Method=MSCHAPV2\nEAP-PEAP-Phase2-Identity={0.identity}\n"
    "EAP-PEAP-Phase2-Password={0.password}\n"
)
TLS = (
    "[Security]\nEAP-Method=TLS\nEAP-Identity={0.identity}\nEAP-TLS-CACert={1}/etc/ca.pem\n"
    "EAP-TLS-ClientCert={1}/etc/client.pem\nEAP-TLS-ClientKey={1}/etc/client.key\n"
)


def with_rsa_keys(credentials: Credentials) -> Credentials:
    """The same with RSA keys: the kernel, which signs for iwd, takes no private key of a curve, and
    iwd offers a server with a certificate the suites of its own key alone."""
    now, root = datetime.now(UTC), rsa.generate_private_key(public_exponent=65537, key_size=2048)
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "iwd's authority")])

    def signed(name: str, public: rsa.RSAPublicKey, more: x509.ExtensionType) -> bytes:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = x509.CertificateBuilder(
            authority, subject, public, x509.random_serial_number(),
            now - timedelta(days=1), now + timedelta(days=1),
        )  # fmt: skip
        certificate = builder.add_extension(more, critical=True).sign(root, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM)

    def pair(name: str, usage: x509.ObjectIdentifier) -> tuple[bytes, bytes]:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return signed(name, key.public_key(), x509.ExtendedKeyUsage([usage])), private

    client, client_key = pair(credentials.identity, ExtendedKeyUsageOID.CLIENT_AUTH)
    server, server_key = pair(credentials.server_name, ExtendedKeyUsageOID.SERVER_AUTH)
    ca = signed("iwd's authority", root.public_key(), x509.BasicConstraints(True, 0))
    return replace(
        credentials, ca_pem=ca, client_pem=client, client_key_pem=client_key,
        server_pem=server, server_key_pem=server_key,
    )  # fmt: skip


def files_of(credentials: Credentials) -> dict[str, bytes]:
    """What its settings name."""
    return {
        "etc/ca.pem": credentials.ca_pem,
        "etc/client.pem": credentials.client_pem,
        "etc/client.key": credentials.client_key_pem,
    }


@pytest.mark.parametrize(
    ("security", "method", "settings"),
    [
        ("wpa2-eap", "tls", TLS),
        ("wpa2-eap", "peap-mschapv2", PEAP),
        ("wpa2-eap-sha256", "peap-mschapv2", PEAP),
    ],
)
def test_it_authenticates_by_8021x(
    iwd: Iwd, tmp_path: Path, security: str, method: Method, settings: str
) -> None:
    """Its own TLS, hostapd's RADIUS server behind our access point; then keys, data, a rekey."""
    lab, credentials = iwd.lab, with_rsa_keys(make_credentials("hil-user"))
    network = Network(ssid=f"iwd-{next(NUMBERS)}", security=security)
    told, files = settings.format(credentials, HOME), files_of(credentials)
    lab.session.air.take_off_air()
    with radius_server(credentials, method, tmp_path / "radius.log") as radius:
        lab.session.go_on_air(lab.config, network, radius)
        with iwd.joined(network, told, files=files) as number:
            iwd.passes_data()
            lab.session.air.rekey_group()
            iwd.passes_data()
            assert iwd.frames(number, "G2")
            assert not iwd.frames(number, "deauth")
