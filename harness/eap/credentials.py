# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates and passwords of one run: made anew each time, valid for days, never kept.

The chain is as flat as real ones come: one authority, a server's and a client's certificate below
it, keys on P-256 (P-384 with SHA-384 where WPA3's 192-bit suite asks for them). The authority's
private key is dropped as soon as it has signed.
"""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SERVER_NAME: Final = "radius.hil.test"
"""The server's name in its certificate; .test can be nobody's (RFC 6761)."""

VALID: Final = timedelta(days=2)
SLACK: Final = timedelta(days=1)
"""How far a guest's clock may be behind."""

_PASSWORD_LENGTH = 24


@dataclass(frozen=True, slots=True)
class Credentials:
    """What station and server need to know each other. Only the identity shows in its text.

    `client_pem`, `client_key_pem` and `password` are the station's: in a run with wrong
    credentials they are not what the server accepts. `accepted_password` is the server's word.
    """

    identity: str
    ca_pem: bytes = field(repr=False)
    client_pem: bytes = field(repr=False)
    client_key_pem: bytes = field(repr=False)
    password: str = field(repr=False)
    accepted_password: str = field(repr=False)
    server_pem: bytes = field(repr=False)
    server_key_pem: bytes = field(repr=False)
    server_name: str = field(default=SERVER_NAME, repr=False)
    """A name the server's certificate has."""
    suite_b: bool = field(default=False, repr=False)
    """Keys are on P-384, signatures by SHA-384, and the server takes no weaker TLS."""

    @property
    def root(self) -> str:
        """The authority as a profile's <TrustedRootCA> names it."""
        return thumbprint(self.ca_pem)

    def secrets(self) -> tuple[bytes, ...]:
        """Everything of it that must show up in no log or record."""
        texts = (self.password, self.accepted_password)
        keys = (self.client_key_pem, self.server_key_pem)
        return (*(text.encode() for text in texts), *keys)


def thumbprint(pem: bytes) -> str:
    """How Windows names a certificate: SHA-1 of its DER form, 40 hex digits."""
    certificate = x509.load_pem_x509_certificate(pem)
    return certificate.fingerprint(hashes.SHA1()).hex()  # noqa: S303 - a name, no protection


def make_credentials(
    identity: str, *, good: bool = True, server_name: str = SERVER_NAME, suite_b: bool = False
) -> Credentials:
    """Credentials for `identity`; those that are not `good` are refused by the server.

    What is wrong with them is what goes wrong most often: the password is another one, and the
    client's certificate is of an authority the server does not know.
    """
    authority = _Authority("hil authority", suite_b=suite_b)
    server_pem, server_key_pem = authority.issue(server_name, ExtendedKeyUsageOID.SERVER_AUTH)
    issuer = authority if good else _Authority("another authority", suite_b=suite_b)
    client_pem, client_key_pem = issuer.issue(identity, ExtendedKeyUsageOID.CLIENT_AUTH)
    accepted = _password()
    return Credentials(
        identity=identity,
        ca_pem=authority.pem,
        client_pem=client_pem,
        client_key_pem=client_key_pem,
        password=accepted if good else _password(),
        accepted_password=accepted,
        server_pem=server_pem,
        server_key_pem=server_key_pem,
        server_name=server_name,
        suite_b=suite_b,
    )


class _Authority:
    """A certificate authority that lives as long as it takes to sign."""

    def __init__(self, name: str, *, suite_b: bool) -> None:
        self._name = _named(name)
        self._curve = ec.SECP384R1() if suite_b else ec.SECP256R1()
        self._hash = hashes.SHA384() if suite_b else hashes.SHA256()
        self._key = ec.generate_private_key(self._curve)
        constraint = x509.BasicConstraints(ca=True, path_length=0)
        usage = _usage(sign=True)
        builder = self._builder(self._name, self._key.public_key())
        self.pem = _pem(
            builder.add_extension(constraint, critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, self._hash)
        )

    def issue(self, name: str, purpose: x509.ObjectIdentifier) -> tuple[bytes, bytes]:
        """Certificate and private key (PKCS #8) for that name and purpose, both as PEM."""
        key = ec.generate_private_key(self._curve)
        alternative = x509.SubjectAlternativeName([x509.DNSName(name)])
        builder = self._builder(_named(name), key.public_key())
        if purpose == ExtendedKeyUsageOID.SERVER_AUTH:
            builder = builder.add_extension(alternative, critical=False)
        certificate = (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(sign=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .sign(self._key, self._hash)
        )
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return _pem(certificate), private

    def _builder(
        self, subject: x509.Name, public: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .issuer_name(self._name)
            .subject_name(subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - SLACK)
            .not_valid_after(now + VALID)
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, sign: bool) -> x509.KeyUsage:
    """What the key may do: sign certificates, or signatures of a TLS handshake."""
    return x509.KeyUsage(
        digital_signature=not sign, key_cert_sign=sign, crl_sign=sign, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _password() -> str:
    alphabet = string.ascii_letters + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(_PASSWORD_LENGTH))
