# SPDX-License-Identifier: GPL-2.0-or-later
"""What the elements of a network's security say, in words, and which computation goes with an AKM.

Sources: IEEE 802.11-2020, tables 9-149 (cipher suites), 9-151 (AKM suites), 12-8 (integrity and
key wrap by AKM); IEEE 802.11be, table 9-190 (AKM 24 and 25); the WPA specification.
"""

from __future__ import annotations

from typing import Final

from hwsim import eapol, frames
from hwsim.ap.security.ft_keys import FT_SAE_SUITE, FT_SUITE
from hwsim.ap.security.key_suite import (
    HMAC_SHA1,
    TKIP_SUITE,
    WPA_CCMP_SUITE,
    WPA_TKIP_SUITE,
    KeySuite,
)
from hwsim.ap.security.owe import OWE_SUITES
from hwsim.ap.security.psk_sha256 import CMAC_SHA256
from hwsim.ap.security.rsne import (
    CAPABILITY_MFP_CAPABLE,
    CAPABILITY_MFP_REQUIRED,
    RsnElement,
    parse_rsne,
)
from hwsim.ap.security.sae import SAE_SUITE
from hwsim.ap.security.suite_b import SHA256, SHA384
from hwsim.errors import WireError

AKMS: Final = {
    1: "802.1X", 2: "PSK", 3: "FT-802.1X", 4: "FT-PSK", 5: "802.1X-SHA256", 6: "PSK-SHA256",
    7: "TDLS", 8: "SAE", 9: "FT-SAE", 11: "Suite-B", 12: "Suite-B-192", 13: "FT-802.1X-SHA384",
    14: "FILS-SHA256", 15: "FILS-SHA384", 16: "FT-FILS-SHA256", 17: "FT-FILS-SHA384", 18: "OWE",
    19: "FT-PSK-SHA384", 20: "PSK-SHA384", 23: "802.1X-SHA384", 24: "SAE-EXT", 25: "FT-SAE-EXT",
}  # fmt: skip
CIPHERS: Final = {
    0: "the group cipher", 1: "WEP-40", 2: "TKIP", 4: "CCMP", 5: "WEP-104", 6: "BIP-CMAC",
    8: "GCMP", 9: "GCMP-256", 10: "CCMP-256", 11: "BIP-GMAC", 12: "BIP-GMAC-256",
    13: "BIP-CMAC-256",
}  # fmt: skip
FT_AKMS: Final = (3, 4, 9)
_SUITES: Final = {
    1: HMAC_SHA1, 2: HMAC_SHA1, 3: FT_SUITE, 4: FT_SUITE, 5: CMAC_SHA256, 6: CMAC_SHA256,
    8: SAE_SUITE, 9: FT_SAE_SUITE, 11: SHA256, 12: SHA384, 18: OWE_SUITES[19],
    20: SHA384, 23: SHA384,
}  # fmt: skip
_GROUP_DECIDES: Final = (18, 24)
_BY_MIC: Final = {16: OWE_SUITES[19], 24: OWE_SUITES[20], 32: OWE_SUITES[21]}
"""With OWE and SAE-EXT the group decides on the hash, and so on the length of the MIC."""
_TKIP_VERSION: Final = 1
_RSN_OUI: Final = bytes.fromhex("000fac")
_WPA_TYPE: Final = bytes.fromhex("0050f201")


def akm_of(element: bytes) -> int | None:
    """The number of the one AKM of a station's RSNE or WPA element; None where there is none."""
    parsed = parsed_element(element)
    if parsed is None or len(parsed.akms) != 1:
        return None
    return parsed.akms[0][3]


def parsed_element(element: bytes) -> RsnElement | None:
    """An RSNE, or a WPA element as if it were one; None for what cannot be read."""
    if element[:1] == bytes((frames.ELEMENT_VENDOR,)):
        element = element[:2] + element[2 + len(_WPA_TYPE) :]
    try:
        return parse_rsne(element)
    except WireError:
        return None


def security_elements(elements: bytes) -> tuple[bytes, bytes, bytes]:
    """RSNE, WPA element and RSNXE among elements, whole; empty where there is none."""
    rsne, wpa, rsnxe = b"", b"", b""
    try:
        for identifier, whole in frames.elements(elements):
            if identifier == frames.ELEMENT_RSN and not rsne:
                rsne = whole
            elif identifier == frames.ELEMENT_VENDOR and whole[2:6] == _WPA_TYPE and not wpa:
                wpa = whole
            elif identifier == _RSNXE and not rsnxe:
                rsnxe = whole
    except WireError:
        pass  # what stands before the damage was read
    return rsne, wpa, rsnxe


_RSNXE: Final = 244


def element_content(elements: bytes, identifier: int) -> bytes | None:
    """The content of the first element with that identifier; None if it is not there, or damage is
    before it."""
    try:
        found = frames.element(elements, identifier)
    except WireError:
        return None
    return None if found is None else found[2:]


def words(element: bytes) -> str:
    """An RSNE or WPA element: ``SAE, pairwise CCMP, group CCMP, PMF required``."""
    parsed = parsed_element(element)
    if parsed is None:
        return "an RSNE that cannot be read"
    akms = "/".join(_name(AKMS, one) for one in parsed.akms)
    pairwise = "/".join(_name(CIPHERS, one) for one in parsed.pairwise)
    text = f"{akms}, pairwise {pairwise}, group {_name(CIPHERS, parsed.group)}"
    if parsed.capabilities & CAPABILITY_MFP_REQUIRED:
        text += ", PMF required"
    elif parsed.capabilities & CAPABILITY_MFP_CAPABLE:
        text += ", PMF"
    return text


def differences(one: bytes, other: bytes) -> list[str]:
    """The fields in which two RSNEs differ, by name; empty for equal ones."""
    a, b = parsed_element(one), parsed_element(other)
    if one == other:
        return []
    if a is None or b is None:
        return ["one of them cannot be read"]
    found = [name for name in RsnElement._fields if getattr(a, name) != getattr(b, name)]
    return found or ["fields that have their default are written out in one of them"]


def _name(names: dict[int, str], selector: bytes) -> str:
    known = selector[:3] in (_RSN_OUI, _WPA_TYPE[:3])
    return (names.get(selector[3]) if known else None) or selector.hex("-")


def key_suites(akm: int | None, key: eapol.KeyFrame) -> list[KeySuite]:
    """What a message's keys and MIC may be computed by, given the station's AKM, if it is known.

    The descriptor version tells more where it is not 0 (12.7.2); a length of the MIC the rest.
    """
    version, wpa = key.info & eapol.INFO_VERSION, key.descriptor == eapol.DESCRIPTOR_WPA
    if version == _TKIP_VERSION:
        return [WPA_TKIP_SUITE if wpa else TKIP_SUITE]
    if wpa:
        return [WPA_CCMP_SUITE]
    if akm in _GROUP_DECIDES:
        return [_BY_MIC[len(key.mic)]] if len(key.mic) in _BY_MIC else []
    if akm is not None:
        suite = _SUITES.get(akm)
        return [suite] if suite is not None and suite.mic_length == len(key.mic) else []
    by_version = {2: [HMAC_SHA1], 3: [CMAC_SHA256, FT_SUITE]}
    unknown = by_version.get(version, [SAE_SUITE, SHA256, SHA384, *_BY_MIC.values()])
    return [suite for suite in unknown if suite.mic_length == len(key.mic)]
