# SPDX-License-Identifier: GPL-2.0-or-later
"""The credentials of a scenario: made for the run, or the user's own certificates, looked at first.

What does not fit would only show in the guest as an authentication that fails, so the whole chain
is checked before anything starts: each file, each key with its certificate, who issued what and
until when, and whether the profile's trusted root and server name are those of the server.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from harness.eap.credentials import Credentials, make_credentials
from harness.errors import UsageError
from harness.scenarios import Eap, Scenario
from harness.scenarios.fragments import whole_profile

CA, SERVER, CLIENT = "ca.pem", "server", "client"
MAX_BYTES: Final = 64 * 1024
_CERTIFICATE: Final = re.compile(
    rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.DOTALL
)


def credentials_of(eap: Eap) -> Credentials:
    """The credentials of a run; raises `UsageError` for certificates given that do not do."""
    good = eap.credentials == "good"
    made = make_credentials(eap.identity, good=good, server_name=eap.server_name)
    if eap.certificates is None:
        return made
    folder = eap.certificates
    authority = _chain(folder / CA)[0]
    server_pem, server_key = _pair(folder, SERVER, authority)
    given = replace(
        made,
        ca_pem=authority.public_bytes(Encoding.PEM),
        server_pem=server_pem,
        server_key_pem=server_key,
        server_name=_name(x509.load_pem_x509_certificate(server_pem)),
    )
    if eap.method != "tls" or not good:
        return given
    client_pem, client_key = _pair(folder, CLIENT, authority)
    return replace(given, client_pem=client_pem, client_key_pem=client_key)


def check_profile(scenario: Scenario) -> None:
    """Raise `UsageError` for certificates that do not do, and for a whole profile that does not
    trust the RADIUS server it will meet."""
    if scenario.eap is None:
        return
    credentials = credentials_of(scenario.eap)
    if not scenario.ihv.profile:
        return
    profile = whole_profile(scenario.ihv.profile)
    strangers = [root for root in profile.roots if root not in ("{root}", credentials.root)]
    if strangers and len(strangers) == len(profile.roots):
        raise UsageError(
            f"the profile trusts the root {strangers[0]} (TrustedRootCA), which the guest does not "
            "have",
            hint="write {root} in its place, for the authority of the run; or give your own: "
            "[eap] certificates = 'folder' with ca.pem, server.pem and server.key",
        )
    names = profile.server_names
    if names and not any(_is_named(credentials.server_name, name) for name in names):
        raise UsageError(
            f"the profile wants a server named {' or '.join(names)} (ServerNames), and the RADIUS "
            f"server's certificate says {credentials.server_name}",
            hint=f"write {{server}} in its place, or [eap] server_name = '{names[0]}'",
        )


def _is_named(name: str, wanted: str) -> bool:
    """Whether a server of that name will do: Windows takes names, and regular expressions."""
    if wanted == "{server}":
        return True
    try:
        return re.fullmatch(wanted, name, re.IGNORECASE) is not None
    except re.error:
        return wanted.lower() == name.lower()


def _pair(folder: Path, name: str, authority: x509.Certificate) -> tuple[bytes, bytes]:
    """A certificate with what comes behind it in its file, and its key, checked; both PEM."""
    chain, key = _chain(folder / f"{name}.pem"), _read(folder / f"{name}.key")
    try:
        private = load_pem_private_key(key, password=None)
    except (ValueError, TypeError):
        raise _wrong(folder / f"{name}.key", "no private key in PEM without a password") from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*form) != chain[0].public_key().public_bytes(*form):
        raise _wrong(folder / f"{name}.key", f"not the key of {name}.pem")
    for one, issuer in zip(chain, [*chain[1:], authority], strict=True):
        if one == authority:
            break
        try:
            one.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            who = one.subject.rfc4514_string()
            raise _wrong(folder / f"{name}.pem", f"not issued by {CA} ({who})") from None
    return b"".join(one.public_bytes(Encoding.PEM) for one in chain), key


def _chain(path: Path) -> list[x509.Certificate]:
    """The certificates of a file, each of them valid now."""
    try:
        found = [x509.load_pem_x509_certificate(one) for one in _CERTIFICATE.findall(_read(path))]
    except ValueError:
        found = []
    if not found:
        raise _wrong(path, "no certificate in PEM")
    now = datetime.now(UTC)
    for one in found:
        if not one.not_valid_before_utc <= now <= one.not_valid_after_utc:
            span = f"{one.not_valid_before_utc:%Y-%m-%d} to {one.not_valid_after_utc:%Y-%m-%d}"
            raise _wrong(path, f"a certificate that is valid from {span}, not now")
    return found


def _name(certificate: x509.Certificate) -> str:
    """The first DNS name of a server's certificate, else its common name."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        listed = names.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        listed = []
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return listed[0] if listed else str(common[0].value) if common else ""


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        raise UsageError(
            f"[eap] certificates: {path}: {error.strerror}",
            hint="the folder has ca.pem, server.pem and server.key, and with method = 'tls' "
            "client.pem and client.key",
        ) from None


def _wrong(path: Path, found: str) -> UsageError:
    return UsageError(f"[eap] certificates: {path}: is {found}", hint="fix it, or leave it out")
