# SPDX-License-Identifier: GPL-2.0-or-later
"""What a vendor's DLL reads of a WLAN profile, checked as XML: fragments, and whole profiles.

A whole profile (WLANProfile v1) is taken as it stands but for its name and its SSIDs, which are the
harness's: its network is the one the access point brings. Placeholders may stand anywhere in it.
Errors never quote content, which may hold secrets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from harness.scenarios import placeholders

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
NAMESPACE = "http://www.microsoft.com/networking/WLAN/profile/v1"
ONEX = "http://www.microsoft.com/networking/OneX/v1"
ROOT_NAMES = ("TrustedRootCA", "TrustedRootCAHash", "TrustedRootCAHashes")
"""The elements of a trusted root: of EAP-TLS and PEAP; of EAP-TTLS as Windows exports it, and as
its published schema has it ([MS-GPWL] 6.13.1)."""
ONEX_PATH = f"MSM/security/{ONEX} OneX/"
TAG = re.compile(rb"""<(?:"[^"]*"|'[^']*'|[^>"'])*>""")


class XmlError(ValueError):
    """What is wrong with the XML, and where; never its content."""


@dataclass(frozen=True, slots=True)
class WholeProfile:
    """A vendor's profile, cut where the harness's name and network go."""

    before_name: str = field(repr=False)
    before_ssid: str = field(repr=False)
    rest: str = field(repr=False)
    oui: str = ""
    """Six hex digits: the adapter's OUI that it is for."""

    uses_onex: bool = False
    """Whether the DLL is to have use of Windows' own 802.1X (useMSOneX)."""
    eap_type: str = ""
    """The EAP method type of its 802.1X settings, in decimal."""
    roots: tuple[str, ...] = ()
    """What its 802.1X settings name as trusted roots: thumbprints in lower case, without blanks, or
    placeholders."""
    server_names: tuple[str, ...] = ()
    """The names of which the server is to have one: names, regular expressions or placeholders."""

    def filled(self, name: str, ssid: bytes) -> str:
        """The profile for a network, its placeholders still in it; `name` is XML already."""
        known = f"<SSID><hex>{ssid.hex().upper()}</hex></SSID>"
        network = f'<SSIDConfig xmlns="{NAMESPACE}">{known}</SSIDConfig>'
        named = f'<name xmlns="{NAMESPACE}">{name}</name>'
        return f"{self.before_name}{named}{self.before_ssid}{network}{self.rest}"


def check_fragment(text: str) -> None:
    """Raise `XmlError` unless `text` is one element, well-formed by itself, and each of its
    placeholders is known."""
    _Reader(_bytes(text.replace("{fault}", ""))).read()
    _check_placeholders(text, placeholders.FRAGMENT)


def _check_placeholders(text: str, known: tuple[str, ...]) -> None:
    strange = placeholders.unknown(text, known)
    if strange:
        raise XmlError(strange)


def whole_profile(text: str) -> WholeProfile:
    """The profile in `text`; raises `XmlError` for one that no IHV DLL would be asked about."""
    data = _bytes(re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff \t\r\n")))
    found = _Reader(data)
    found.read()
    if found.root != f"{NAMESPACE} WLANProfile":
        raise XmlError(f"is no WLANProfile of {NAMESPACE}")
    name, ssids = found.spans.get("name"), found.spans.get("SSIDConfig")
    if not name or not ssids or name[0][0] > ssids[0][0]:
        raise XmlError("has no <name> followed by <SSIDConfig>")
    if "IHV" not in found.spans:
        raise XmlError("has no <IHV> element: no IHV Extensions DLL would be asked about it")
    oui = found.texts.get("IHV/OUIHeader/OUI", "")
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", oui):
        raise XmlError("has no <OUI> of six hex digits in <IHV><OUIHeader>")
    if found.texts.get("IHV/useMSOneX") in ("true", "1") and not found.has_onex:
        raise XmlError(
            "has useMSOneX, and no <OneX> in <MSM><security>: Windows refuses it (0x80012)"
        )
    _check_placeholders(text, placeholders.PROFILE)
    rest = b"".join(
        data[end:start]
        for end, start in zip(
            [end for _, end in ssids], [start for start, _ in ssids[1:]] + [len(data)], strict=True
        )
    )
    return WholeProfile(
        data[: name[0][0]].decode(), data[name[0][1] : ssids[0][0]].decode(), rest.decode(), oui,
        found.texts.get("IHV/useMSOneX") in ("true", "1"),
        found.eap_type,
        tuple(
            "".join(text.split()).lower()
            for name in ROOT_NAMES
            for text in found.onex.get(name, [])
            if text
        ),
        tuple(
            name.strip()
            for text in found.onex.get("ServerNames", [])
            for name in text.split(";")
            if name.strip()
        ),
    )  # fmt: skip


def _bytes(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if len(data) > MAX_BYTES:
        raise XmlError(f"is longer than {MAX_BYTES >> 10} KiB")
    return data


class _Reader:
    """Where the elements below the root lie, and the texts of those further down."""

    def __init__(self, data: bytes) -> None:
        self.root = ""
        self.eap_type = ""
        self.seen: set[str] = set()
        self.texts: dict[str, str] = {}
        self.spans: dict[str, list[tuple[int, int]]] = {}
        self.onex: dict[str, list[str]] = {}
        """Texts of Microsoft's 802.1X settings, by their element's name without its namespace."""
        self._data = data
        self._path: list[str] = []
        self._starts: list[int] = []
        self._text = ""
        self._parser: Any = expat.ParserCreate("utf-8", " ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self) -> None:
        try:
            self._parser.Parse(self._data, True)
        except expat.ExpatError as error:
            raise XmlError(f"is not well-formed XML at line {error.lineno}") from None

    @property
    def has_onex(self) -> bool:
        """Whether Microsoft's 802.1X settings are there, in their own namespace."""
        return f"MSM/security/{ONEX} OneX" in self.seen

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        if not self._path:
            self.root = tag
        self._path.append(tag.removeprefix(NAMESPACE + " "))
        if len(self._path) > MAX_DEPTH:
            raise XmlError("nests too deeply")
        self._starts.append(self._parser.CurrentByteIndex)
        self._text = ""
        self.seen.add("/".join(self._path[1:]))

    def _end(self, _tag: str) -> None:
        path, start = "/".join(self._path[1:]), self._starts.pop()
        self.texts.setdefault(path, self._text.strip())
        if path.startswith(ONEX_PATH):
            method, name = (one.rpartition(" ")[2] for one in self._path[-2:])
            self.onex.setdefault(name, []).append(self._text.strip())
            if (method, name) == ("EapMethod", "Type"):
                self.eap_type = self._text.strip()
        if len(self._path) == 2:
            tag = TAG.match(self._data, start)
            if tag is None or not tag[0].endswith(b"/>"):  # else it has no end tag of its own
                tag = TAG.match(self._data, self._parser.CurrentByteIndex)
            assert tag is not None, "the parser stands at a tag"
            self.spans.setdefault(path, []).append((start, tag.end()))
        self._path.pop()
        self._text = ""

    def _characters(self, text: str) -> None:
        self._text += text

    def _doctype(self, *_declaration: object) -> None:
        raise XmlError("has a document type, which is refused")
