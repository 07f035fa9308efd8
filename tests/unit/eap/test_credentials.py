# SPDX-License-Identifier: GPL-2.0-or-later
"""Credentials: good ones fit each other, wrong ones do not, and none shows in a text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from harness.eap import Credentials, make_credentials
from harness.eap.credentials import SERVER_NAME


def certificate(pem: bytes) -> x509.Certificate:
    """The certificate in a PEM text."""
    return x509.load_pem_x509_certificate(pem)


def purpose(found: x509.Certificate) -> list[x509.ObjectIdentifier]:
    """What a certificate may be used for."""
    return list(found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def test_good_credentials_fit() -> None:
    """One authority issued both certificates, each for its purpose and with its key."""
    made = make_credentials("hil-user")
    authority = certificate(made.ca_pem)
    client, server = certificate(made.client_pem), certificate(made.server_pem)
    client.verify_directly_issued_by(authority)
    server.verify_directly_issued_by(authority)
    assert purpose(client) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert purpose(server) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert client.subject.rfc4514_string() == "CN=hil-user"
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [SERVER_NAME]
    for pem, found in ((made.client_key_pem, client), (made.server_key_pem, server)):
        assert load_pem_private_key(pem, None).public_key() == found.public_key()
    assert made.password == made.accepted_password


def test_they_are_valid_for_days_only() -> None:
    """From a day before now, since a guest's clock may be behind, to two days after."""
    made = certificate(make_credentials("hil-user").client_pem)
    now = datetime.now(UTC)
    assert made.not_valid_before_utc < now - timedelta(hours=23)
    assert now + timedelta(days=1) < made.not_valid_after_utc < now + timedelta(days=3)


def test_wrong_credentials_do_not_fit() -> None:
    """Another password, and a client whose authority the server does not know."""
    made = make_credentials("hil-user", good=False)
    assert made.password != made.accepted_password
    certificate(made.server_pem).verify_directly_issued_by(certificate(made.ca_pem))
    with pytest.raises((ValueError, InvalidSignature)):
        certificate(made.client_pem).verify_directly_issued_by(certificate(made.ca_pem))


def test_each_run_has_its_own() -> None:
    """Nothing secret is the same twice, and no text form shows any of it."""
    first, second = make_credentials("hil-user"), make_credentials("hil-user")
    assert not set(first.secrets()) & set(second.secrets())
    assert repr(first) == "Credentials(identity='hil-user')"
    assert isinstance(first, Credentials)


def test_credentials_of_the_192_bit_suite() -> None:
    """Keys on P-384, signatures by SHA-384."""
    made = make_credentials("hil-user", suite_b=True)
    for pem in (made.ca_pem, made.client_pem, made.server_pem):
        found = certificate(pem)
        key = found.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert key.curve.name == "secp384r1"
        assert found.signature_hash_algorithm is not None
        assert found.signature_hash_algorithm.name == "sha384"
