# SPDX-License-Identifier: GPL-2.0-or-later
"""What iwd is told of 802.1X: the settings of its methods, and certificates that it can use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from harness.eap import Credentials
from harness.eap.radius import Method
from tests.vm.iwd import HOME

_SETTINGS: Final[dict[Method, str]] = {
    "tls": (
        "EAP-Method=TLS\nEAP-Identity={0.identity}\nEAP-TLS-CACert={1}/etc/ca.pem\n"
        "EAP-TLS-ClientCert={1}/etc/client.pem\nEAP-TLS-ClientKey={1}/etc/client.key\n"
    ),
    "peap-mschapv2": (
        "EAP-Method=PEAP\nEAP-Identity={0.identity}\nEAP-PEAP-CACert={1}/etc/ca.pem\n"
        "EAP-PEAP-Phase2-Method=MSCHAPV2\nEAP-PEAP-Phase2-Identity={0.identity}\n"
        "EAP-PEAP-Phase2-Password={0.password}\n"
    ),
    "ttls-mschapv2": (
        "EAP-Method=TTLS\nEAP-Identity={0.identity}\nEAP-TTLS-CACert={1}/etc/ca.pem\n"
        "EAP-TTLS-Phase2-Method=Tunneled-MSCHAPv2\nEAP-TTLS-Phase2-Identity={0.identity}\n"
        "EAP-TTLS-Phase2-Password={0.password}\n"
    ),
}


def settings_of(method: Method, credentials: Credentials) -> str:
    """The settings of a network with that EAP method."""
    return "[Security]\n" + _SETTINGS[method].format(credentials, HOME)


def files_of(credentials: Credentials) -> dict[str, bytes]:
    """What its settings name."""
    return {
        "etc/ca.pem": credentials.ca_pem,
        "etc/client.pem": credentials.client_pem,
        "etc/client.key": credentials.client_key_pem,
    }


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
