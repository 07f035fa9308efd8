# SPDX-License-Identifier: GPL-2.0-or-later
"""What a profile's <OneX> and a user's EAP data say of the authentication to run, and the same as
wpa_supplicant's configuration.

Schemas: OneX v1 with EAPConfig (EapHostConfig, BaseEapConnectionPropertiesV1 and those of EAP-TLS,
PEAP and EAP-MSCHAPv2), EapHostUserCredentials for WlanSetProfileEapXmlUserData. EAP-TLS (13) and
PEAP (25) with EAP-MSCHAPv2 (26) inside are carried out. As on Windows, certificates are named by
their SHA-1 thumbprint and lie in the machine's stores, never in a profile.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from . import codes
from .profiles import MAX_DEPTH, MAX_XML_BYTES, ProfileError

TLS, PEAP, MSCHAPV2 = 13, 25, 26
"""EAP method types (IANA)."""
USER_DATA_ROOT = "EapHostUserCredentials"
MAX_VALUE_CHARACTERS = 256

Leaf = tuple[tuple[str, ...], str]


class CertificateMissing(LookupError):
    """No store of this machine has a certificate of this thumbprint."""


@dataclass(frozen=True)
class EapMethod:
    """The method of a profile: its type, and the thumbprints of the server's trusted roots."""

    kind: int
    trusted_roots: tuple[str, ...]


@dataclass(frozen=True)
class EapUser:
    """Who authenticates: name, and password (PEAP) or certificate's thumbprint (EAP-TLS)."""

    kind: int
    name: str
    password: str = field(default="", repr=False)
    certificate: str = ""


def method_of_profile(xml: str) -> EapMethod:
    """The EAP method in the <OneX> of a WLANProfile.

    Raises:
        ProfileError: there is none, or it is not one that can be carried out.
    """
    found = [(path[4:], text) for path, text in leaves(xml)
             if path[1:5] == ("MSM", "security", "OneX", "EAPConfig")]  # fmt: skip
    if not found:
        raise _unusable("the profile has no EAPConfig")
    kind = _number(found, ("EAPConfig", "EapHostConfig", "EapMethod", "Type"))
    inner = [text for path, text in found if path[-1] == "Type" and path.count("Eap") == 2]
    if kind not in (TLS, PEAP) or (kind == PEAP and inner != [str(MSCHAPV2)]):
        raise _unusable("EAP-TLS or PEAP with EAP-MSCHAPv2 is needed")
    roots = tuple(_thumbprint(text) for path, text in found if path[-1] == "TrustedRootCA")
    if not roots:
        raise _unusable("the server's trusted root is not named")
    return EapMethod(kind, roots)


def user_of_xml(xml: str) -> EapUser:
    """The user in an EapHostUserCredentials text.

    Raises:
        ProfileError: it is not one, or lacks what its method needs.
    """
    found = leaves(xml)
    if not found or found[0][0][0] != USER_DATA_ROOT:
        raise _unusable("not EapHostUserCredentials")
    kind = _number(found, (USER_DATA_ROOT, "EapMethod", "Type"))
    texts = {path[-1]: text for path, text in found}
    name = _value(texts.get("Username", ""))
    if kind == TLS:
        return EapUser(kind, name, certificate=_thumbprint(texts.get("UserCert", "")))
    if kind == PEAP:
        return EapUser(kind, name, password=_value(texts.get("Password", "")))
    raise _unusable("user data of another EAP method")


@dataclass(frozen=True)
class CertificateStores:
    """The machine's stores: folders Root (<thumbprint>.pem) and My (<thumbprint>.pem and .key)."""

    folder: Path

    def roots(self, thumbprints: tuple[str, ...]) -> Path:
        """The file of the trusted root; the first one found counts."""
        for thumbprint in thumbprints:
            path = self.folder / "Root" / f"{thumbprint}.pem"
            if path.is_file():
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

    PEAP is version 0 and a refused password ends it, both as on Windows.

    Raises:
        CertificateMissing: a store lacks what the profile or the user names.
    """
    lines = {
        "key_mgmt": "IEEE8021X",
        "eapol_flags": "0",
        "eap": "TLS" if method.kind == TLS else "PEAP",
        "identity": _text(user.name),
        "ca_cert": _text(str(stores.roots(method.trusted_roots))),
    }
    if method.kind == TLS:
        certificate, key = stores.own(user.certificate)
        lines |= {"client_cert": _text(str(certificate)), "private_key": _text(str(key))}
    else:
        lines |= {
            "password": _text(user.password),
            "phase1": '"peapver=0"',
            "phase2": '"auth=MSCHAPV2 mschapv2_retry=0"',
        }
    body = "".join(f"{name}={value}\n" for name, value in lines.items())
    return f"ap_scan=0\neapol_version=2\nnetwork={{\n{body}}}\n"


def leaves(xml: str) -> list[Leaf]:
    """Every element's text with its path of local names; document types are refused.

    Raises:
        ProfileError: not well-formed, too long or too deep.
    """
    from xml.parsers import expat

    data = xml.lstrip("\ufeff \t\r\n").encode("utf-8", "replace")
    if len(data) > MAX_XML_BYTES:
        raise _unusable("the text is too long")
    found: list[Leaf] = []
    path: list[str] = []
    text: list[str] = []
    parser = expat.ParserCreate("utf-8", " ")

    def start(tag: str, _attributes: dict[str, str]) -> None:
        path.append(tag.rpartition(" ")[2])
        text.clear()
        if len(path) > MAX_DEPTH:
            raise _unusable("elements nest too deeply")

    def end(_tag: str) -> None:
        found.append((tuple(path), "".join(text).strip()))
        path.pop()
        text.clear()

    def refuse(*_declaration: object) -> None:
        raise _unusable("document types are refused")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text.append
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise _unusable(f"not well-formed at line {error.lineno}") from None
    return found


def _number(found: list[Leaf], path: tuple[str, ...]) -> int:
    texts = [text for each, text in found if each == path]
    return int(texts[0]) if len(texts) == 1 and texts[0].isdecimal() else -1


def _thumbprint(text: str) -> str:
    """SHA-1 in 40 hex digits, as Windows shows it: blanks between bytes do not count."""
    digits = "".join(text.split()).lower()
    if len(digits) != 40 or set(digits) - set("0123456789abcdef"):
        raise _unusable("a certificate's thumbprint has 40 hex digits")
    return digits


def _value(text: str) -> str:
    if not 0 < len(text) <= MAX_VALUE_CHARACTERS:
        raise _unusable("a user's name or password is missing or too long")
    return text


def _text(value: str) -> str:
    """A string of wpa_supplicant.conf: in hex, so that no character can end it."""
    return value.encode("utf-8").hex()


def _unusable(text: str) -> ProfileError:
    return ProfileError(codes.REASON_INVALID_PROFILE_SCHEMA, text)
