# SPDX-License-Identifier: GPL-2.0-or-later
"""The authentication to run as wpa_supplicant's configuration, with the machine's certificates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..profile.eap import PEAP, TLS, TTLS, EapMethod, EapUser

LITERAL = re.compile(r"[A-Za-z0-9.-]+")
"""A server's name that is no regular expression."""


NAMES = {TLS: "TLS", TTLS: "TTLS", PEAP: "PEAP"}
"""wpa_supplicant's names of the EAP methods, by their type."""


class CertificateMissing(LookupError):
    """No store of this machine has a certificate of this thumbprint."""


@dataclass(frozen=True)
class CertificateStores:
    """The machine's stores: folders Root (<thumbprint>.pem) and My (<thumbprint>.pem and .key)."""

    folder: Path

    def root(self, thumbprints: tuple[str, ...]) -> Path:
        """The file of a trusted root, the first one found; without thumbprints any of the store."""
        names = [f"{thumbprint}.pem" for thumbprint in thumbprints] or ["*.pem"]
        for name in names:
            for path in sorted((self.folder / "Root").glob(name)):
                return path
        raise CertificateMissing("a trusted root of the profile is not in the store Root")

    def own(self, thumbprint: str) -> tuple[Path, Path]:
        """The files of a user's certificate and its key."""
        paths = self.folder / "My" / f"{thumbprint}.pem", self.folder / "My" / f"{thumbprint}.key"
        if not all(path.is_file() for path in paths):
            raise CertificateMissing("the user's certificate or its key is not in the store My")
        return paths


def supplicant_config(method: EapMethod, user: EapUser, stores: CertificateStores) -> str:
    """wpa_supplicant.conf(5) for one wired network with 802.1X. Secret.

    PEAP is version 0 and a refused password ends it, both as on Windows. Server names are compared
    where all of them are names; a regular expression, which Windows takes too, is not.

    Raises:
        CertificateMissing: a store lacks what the profile or the user names.
    """
    lines = {
        "key_mgmt": "IEEE8021X",
        "eapol_flags": "0",
        "eap": NAMES[method.kind],
        "identity": _text(user.name),
    }
    if method.validates_server:
        lines["ca_cert"] = _text(str(stores.root(method.trusted_roots)))
        if method.server_names and all(LITERAL.fullmatch(name) for name in method.server_names):
            lines["domain_match"] = _text(";".join(method.server_names))
    if method.kind == TLS:
        certificate, key = stores.own(user.certificate)
        lines |= {"client_cert": _text(str(certificate)), "private_key": _text(str(key))}
    else:
        lines["password"] = _text(user.password)
        if method.kind == PEAP:
            lines |= {"phase1": '"peapver=0"', "phase2": '"auth=MSCHAPV2 mschapv2_retry=0"'}
        else:
            lines["phase2"] = f'"{method.inner}"'
    if method.anonymous:
        lines["anonymous_identity"] = _text(method.anonymous)
    body = "".join(f"{name}={value}\n" for name, value in lines.items())
    return f"ap_scan=0\neapol_version=2\nnetwork={{\n{body}}}\n"


def _text(value: str) -> str:
    """A string of wpa_supplicant.conf: in hex, so that no character can end it."""
    return value.encode("utf-8").hex()
