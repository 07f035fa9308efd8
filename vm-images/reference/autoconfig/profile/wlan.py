# SPDX-License-Identifier: GPL-2.0-or-later
"""WLANProfile XML → what a connection needs of it.

IHV fragments are cut out of the text unchanged, since the DLL gets them bare, without the <IHV> or
<security> around them (the contract, C10).

Schema: http://www.microsoft.com/networking/WLAN/profile/v1.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hil_common.network import MAX_SSID_BYTES

from .. import codes
from .eap import EapMethod, EapUser, method_of_profile
from .reading import ProfileError, descend, read, unusable

MAX_SSIDS = 10
MAX_NAME_CHARACTERS = 255  # WLAN_MAX_NAME_LENGTH 256 with its terminator
NAMESPACE = "http://www.microsoft.com/networking/WLAN/profile/v1"
ONEX_NAMESPACE = "http://www.microsoft.com/networking/OneX/v1"


@dataclass(frozen=True)
class Profile:
    """One profile.

    Attributes:
        name: its name.
        ssids: networks it is for.
        oui: OUI of the IHV settings.
        security_xml: the bare IHV security fragment, None without one. Secret.
        connectivity_xml: the bare IHV connectivity fragment, None without one. Secret.
        use_ms_onex: whether Windows' own 802.1X is to be used.
        xml: the whole text, to be handed back. Secret.
        eap_method: what Windows' own 802.1X is to run, None without it.
        eap_user: who authenticates, None until it is told (WlanSetProfileEapXmlUserData). Secret.
    """

    name: str
    ssids: tuple[bytes, ...]
    oui: int
    security_xml: str | None = field(repr=False)
    connectivity_xml: str | None = field(repr=False)
    use_ms_onex: bool
    xml: str = field(repr=False)
    eap_method: EapMethod | None = None
    eap_user: EapUser | None = field(default=None, repr=False)


def parse(xml: str, adapter_oui: int) -> Profile:
    """The profile in `xml`, checked against the adapter's OUI.

    Raises:
        ProfileError: not a profile, not an IHV profile, or one for another vendor's adapter.
    """
    found = _read(xml)
    name = found.texts.get("name", [""])[0]
    if not 0 < len(name) <= MAX_NAME_CHARACTERS:
        raise unusable("the profile has no usable name")
    if not found.has_ihv:
        raise ProfileError(codes.REASON_IHV_SETTINGS_MISSING, "the profile has no IHV settings")
    profile = Profile(
        name=name,
        ssids=_ssids(found),
        oui=_oui(found),
        security_xml=found.fragments.get("security"),
        connectivity_xml=found.fragments.get("connectivity"),
        use_ms_onex=found.texts.get("IHV/useMSOneX", ["false"])[0] in ("true", "1"),
        xml=xml,
    )
    if profile.oui != adapter_oui & 0xFFFFFF:
        raise ProfileError(codes.REASON_IHV_OUI_MISMATCH, "the IHV settings are another vendor's")
    if profile.use_ms_onex and f"MSM/security/{ONEX_NAMESPACE} OneX" not in found.seen:
        raise ProfileError(codes.REASON_IHV_SECURITY_ONEX_MISSING, "useMSOneX without <OneX>")
    if profile.security_xml is None and profile.connectivity_xml is None:
        raise ProfileError(codes.REASON_IHV_SETTINGS_MISSING, "the IHV settings are empty")
    if profile.use_ms_onex:
        return replace(profile, eap_method=method_of_profile(xml))
    return profile


class _Reader:
    """Gathers the texts of a profile's elements by path, and the IHV fragments as bytes."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self.fragments: dict[str, str] = {}
        self.seen: set[str] = set()
        self.has_ihv = False
        self.root = ""
        self._path: list[str] = []
        self._text = ""
        self._fragment: tuple[str, int, int] | None = None  # kind, depth, start
        self._ended: tuple[str, int] | None = None  # kind, start of a fragment whose end is next

    def attach(self, parser: Any, data: bytes) -> None:
        """Take this parser, which will read `data`."""
        self._parser, self._data = parser, data
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.DefaultHandler = self._other

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        self._close_fragment()
        if not self._path:
            self.root = tag
        # Names of the schema go without their namespace; a stranger's keep it and match nothing.
        descend(self._path, tag.removeprefix(NAMESPACE + " "))
        self._text = ""
        path = "/".join(self._path[1:])
        self.seen.add(path)
        self.has_ihv = self.has_ihv or path == "IHV"
        if self._fragment is None and len(self._path) == 4 and self._path[1] == "IHV":
            kind = self._path[2]
            if kind in ("security", "connectivity") and kind not in self.fragments:
                self._fragment = (kind, 4, self._parser.CurrentByteIndex)

    def _end(self, _tag: str) -> None:
        self._close_fragment()
        path = "/".join(self._path[1:])
        if self._fragment is None:
            self.texts.setdefault(path, []).append(self._text.strip())
        elif self._fragment[1] == len(self._path):
            kind, _depth, start = self._fragment
            self._fragment = None
            self._ended = (kind, start)
        self._path.pop()
        self._text = ""

    def _close_fragment(self) -> None:
        """The fragment's last byte lies before the event that follows its end tag."""
        if self._ended is not None:
            kind, start = self._ended
            self._ended = None
            raw = self._data[start : self._parser.CurrentByteIndex]
            self.fragments[kind] = raw.decode("utf-8").rstrip()

    def _characters(self, text: str) -> None:
        self._close_fragment()
        self._text += text

    def _other(self, _data: str) -> None:
        self._close_fragment()


def _read(xml: str) -> _Reader:
    reader = _Reader()
    read(xml, reader.attach)
    if reader.root != f"{NAMESPACE} WLANProfile":
        raise unusable("not a WLANProfile")
    for fragment in reader.fragments.values():
        _check_fragment(fragment)
    return reader


def _check_fragment(fragment: str) -> None:
    """A fragment must be XML on its own, else the DLL could not read it."""
    from xml.parsers import expat

    try:
        expat.ParserCreate("utf-8", " ").Parse(fragment.encode("utf-8"), True)
    except expat.ExpatError:
        text = "an IHV fragment is not well-formed by itself"
        raise unusable(text) from None


def _ssids(found: _Reader) -> tuple[bytes, ...]:
    hexes = found.texts.get("SSIDConfig/SSID/hex", [])
    try:
        ssids = [bytes.fromhex(each) for each in hexes]
    except ValueError:
        raise ProfileError(codes.REASON_PROFILE_SSID_INVALID, "an SSID is not hex") from None
    if not ssids:
        ssids = [each.encode() for each in found.texts.get("SSIDConfig/SSID/name", [])]
    if not 0 < len(ssids) <= MAX_SSIDS or not all(_joinable(each) for each in ssids):
        text = f"an SSID has 1 to {MAX_SSID_BYTES} bytes"
        raise ProfileError(codes.REASON_PROFILE_SSID_INVALID, text)
    return tuple(ssids)


def _joinable(ssid: bytes) -> bool:
    return 0 < len(ssid) <= MAX_SSID_BYTES


def _oui(found: _Reader) -> int:
    text = found.texts.get("IHV/OUIHeader/OUI", [""])[0]
    try:
        oui = bytes.fromhex(text)
    except ValueError:
        oui = b""
    if len(oui) != 3:
        raise ProfileError(codes.REASON_IHV_OUI_MISSING, "the IHV settings name no OUI")
    return int.from_bytes(oui, "big")
