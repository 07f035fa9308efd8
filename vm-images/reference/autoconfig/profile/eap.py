# SPDX-License-Identifier: GPL-2.0-or-later
"""What a profile's <OneX> and a user's EAP data say of the authentication to run.

Schemas: OneX v1 with EAPConfig (EapHostConfig, BaseEapConnectionPropertiesV1 and those of EAP-TLS,
PEAP and EAP-MSCHAPv2; EapTtlsConnectionPropertiesV1), EapHostUserCredentials for
WlanSetProfileEapXmlUserData. EAP-TLS (13), EAP-TTLS (21), and PEAP (25) with EAP-MSCHAPv2 (26)
inside are carried out. As on Windows, certificates are named by their SHA-1 thumbprint and lie in
the machine's stores, never in a profile.

The settings come as <Config>, as netsh exports them, or as <ConfigBlob>, which Microsoft's sample
leaves empty: then those of the method stand, here PEAP with EAP-MSCHAPv2 and no validation of the
server. A blob with content is the method's own and is not read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .reading import descend, read, unusable

TLS, TTLS, PEAP, MSCHAPV2 = 13, 21, 25, 26
"""EAP method types (IANA)."""
ROOT_NAMES = ("TrustedRootCA", "TrustedRootCAHash", "TrustedRootCAHashes")
"""The elements of a trusted root: of EAP-TLS and PEAP; of EAP-TTLS as Windows exports it, and as
its published schema has it ([MS-GPWL] 6.13.1)."""
TTLS_INNER = {
    "PAPAuthentication": "auth=PAP",
    "CHAPAuthentication": "auth=CHAP",
    "MSCHAPAuthentication": "auth=MSCHAP",
    "MSCHAPv2Authentication": "auth=MSCHAPV2",
    "Eap": "autheap=MSCHAPV2",
}
"""What EAP-TTLS has inside by its element in Phase2Authentication, in wpa_supplicant's words."""
USER_DATA_ROOT = "EapHostUserCredentials"
MAX_VALUE_CHARACTERS = 256

Leaf = tuple[tuple[str, ...], str]


@dataclass(frozen=True)
class EapMethod:
    """The method of a profile.

    Attributes:
        kind: EAP method type.
        trusted_roots: thumbprints; with none any root of the store counts.
        validates_server: whether the server's certificate is looked at.
        server_names: names of which the server must have one; with none any name will do.
        inner: what EAP-TTLS has inside, a value of TTLS_INNER; else empty.
        anonymous: the name to give before the tunnel stands, empty for the user's own.
    """

    kind: int
    trusted_roots: tuple[str, ...] = ()
    validates_server: bool = True
    server_names: tuple[str, ...] = ()
    inner: str = ""
    anonymous: str = ""


@dataclass(frozen=True)
class EapUser:
    """Who authenticates: name, and certificate's thumbprint (EAP-TLS) or password (the others)."""

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
        raise unusable("the profile has no EAPConfig")
    kind = _number(found, ("EAPConfig", "EapHostConfig", "EapMethod", "Type"))
    inner = [text for path, text in found if path[-1] == "Type" and path.count("Eap") == 2]
    if kind not in (TLS, TTLS, PEAP) or (kind == PEAP and inner not in ([], [str(MSCHAPV2)])):
        raise unusable("EAP-TLS, EAP-TTLS or PEAP with EAP-MSCHAPv2 is needed")
    texts = [(path[-1], text) for path, text in found]
    refrains = ("PerformServerValidation", "false") in texts
    return EapMethod(
        kind,
        tuple(_thumbprint(text) for name, text in texts if name in ROOT_NAMES and text),
        validates_server=any(name == "ServerValidation" for name, _ in texts) and not refrains,
        server_names=tuple(
            name.strip()
            for tag, listed in texts
            for name in listed.split(";")
            if tag == "ServerNames" and name.strip()
        ),
        inner=_ttls_inner(found) if kind == TTLS else "",
        anonymous=_anonymous(texts) if kind == TTLS else "",
    )


def _anonymous(texts: list[tuple[str, str]]) -> str:
    private = ("IdentityPrivacy", "true") in texts
    return dict(texts).get("AnonymousIdentity", "")[:MAX_VALUE_CHARACTERS] if private else ""


def _ttls_inner(found: list[Leaf]) -> str:
    """What is authenticated by inside the tunnel; an EAP method there is EAP-MSCHAPv2."""
    phase2 = [path for path, _ in found if "Phase2Authentication" in path[:-1]]
    chosen = {path[path.index("Phase2Authentication") + 1] for path in phase2}
    types = {text for path, text in found if path in phase2 and path[-1] == "Type"}
    if len(chosen) != 1 or not chosen <= TTLS_INNER.keys() or not types <= {str(MSCHAPV2)}:
        raise unusable("EAP-TTLS has one of PAP, CHAP, MSCHAP, MSCHAPv2 and EAP-MSCHAPv2 inside")
    return TTLS_INNER[chosen.pop()]


def user_of_xml(xml: str) -> EapUser:
    """The user in an EapHostUserCredentials text.

    Raises:
        ProfileError: it is not one, or lacks what its method needs.
    """
    found = leaves(xml)
    if not found or found[0][0][0] != USER_DATA_ROOT:
        raise unusable("not EapHostUserCredentials")
    kind = _number(found, (USER_DATA_ROOT, "EapMethod", "Type"))
    texts = {path[-1]: text for path, text in found}
    name = _value(texts.get("Username", ""))
    if kind == TLS:
        return EapUser(kind, name, certificate=_thumbprint(texts.get("UserCert", "")))
    if kind in (PEAP, TTLS):
        return EapUser(kind, name, password=_value(texts.get("Password", "")))
    raise unusable("user data of another EAP method")


def leaves(xml: str) -> list[Leaf]:
    """Every element's text with its path of local names; document types are refused.

    Raises:
        ProfileError: not well-formed, too long or too deep.
    """
    found: list[Leaf] = []
    path: list[str] = []
    text: list[str] = []

    def start(tag: str, _attributes: dict[str, str]) -> None:
        descend(path, tag.rpartition(" ")[2])
        text.clear()

    def end(_tag: str) -> None:
        found.append((tuple(path), "".join(text).strip()))
        path.pop()
        text.clear()

    def attach(parser: Any, _data: bytes) -> None:
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.CharacterDataHandler = text.append

    read(xml, attach)
    return found


def _number(found: list[Leaf], path: tuple[str, ...]) -> int:
    texts = [text for each, text in found if each == path]
    return int(texts[0]) if len(texts) == 1 and texts[0].isdecimal() else -1


def _thumbprint(text: str) -> str:
    """SHA-1 in 40 hex digits, as Windows shows it: blanks between bytes do not count."""
    digits = "".join(text.split()).lower()
    if len(digits) != 40 or set(digits) - set("0123456789abcdef"):
        raise unusable("a certificate's thumbprint has 40 hex digits")
    return digits


def _value(text: str) -> str:
    if not 0 < len(text) <= MAX_VALUE_CHARACTERS:
        raise unusable("a user's name or password is missing or too long")
    return text
