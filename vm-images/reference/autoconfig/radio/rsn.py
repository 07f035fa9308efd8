# SPDX-License-Identifier: GPL-2.0-or-later
"""The RSN (or WPA) element of the association request, and the suites nl80211 wants besides it.

Formats: IEEE 802.11-2020, 9.4.2.24 (RSNE); the WPA element, which came before it, is laid out alike
behind OUI and type. Algorithms are DOT11_AUTH_ALGORITHM and DOT11_CIPHER_ALGORITHM numbers
(wlantypes.h).

What a vendor defines itself (bit 31) only its driver knows. This radio has none: it authenticates
by the open system then, and such a cipher protects nothing.
"""

from __future__ import annotations

from hil_common.ciphers import BIP_CMAC_128, DATA_CIPHERS, GROUP_MANAGEMENT_CIPHERS
from hil_common.security import SECURITY_CHOICES, akms_of

from ..codes import (
    AUTH_OPEN,
    AUTH_SHARED_KEY,
    AUTH_WPA,
    AUTH_WPA_PSK,
    CIPHER_NONE,
    CIPHER_WEP,
    CIPHER_WEP40,
    CIPHER_WEP104,
    IHV_FROM,
)

# What this radio advertises (KEY-08): pairs that the kernel and the service both carry out.
AUTH_ALGORITHMS = frozenset(
    {
        AUTH_SHARED_KEY,
        *(choice.auth_algorithm for choice in SECURITY_CHOICES.values() if choice.by_guest),
    }
)
WEP_CIPHERS = frozenset({CIPHER_WEP, CIPHER_WEP40, CIPHER_WEP104})
_DATA = [cipher for cipher in DATA_CIPHERS.values() if cipher.by_ihv]
_MANAGEMENT = [cipher for cipher in GROUP_MANAGEMENT_CIPHERS.values() if cipher.by_ihv]
HANDSHAKE_CIPHERS = frozenset(cipher.algorithm for cipher in _DATA)
CIPHERS = HANDSHAKE_CIPHERS | WEP_CIPHERS | {CIPHER_NONE}

_SUITES = {cipher.algorithm: cipher.suite for cipher in (*_DATA, *_MANAGEMENT)}
_SUITES |= {CIPHER_WEP40: 0x000FAC01, CIPHER_WEP104: 0x000FAC05}

CAPABILITY_MFP_CAPABLE = 0x0080

WEP40_BYTES, WEP104_BYTES = 5, 13

_ELEMENT_RSN, _ELEMENT_VENDOR = 48, 221
_WPA_TYPE = bytes.fromhex("0050f201")
_WPA_OUI, _RSN_OUI = 0x0050F200, 0x000FAC00
_PMKID_BYTES = 16
_AT_PAIRWISE = 6
"""In an RSNE's body: behind version and group suite."""


def is_protected(auth_algorithm: int) -> bool:
    """Whether the algorithm runs a handshake over a controlled port."""
    return auth_algorithm not in (AUTH_OPEN, AUTH_SHARED_KEY) and auth_algorithm < IHV_FROM


def is_wpa(auth_algorithm: int) -> bool:
    """Whether it associates by a WPA element."""
    return auth_algorithm in (AUTH_WPA, AUTH_WPA_PSK)


def is_known(value: int, advertised: frozenset[int]) -> bool:
    """Whether a DLL may choose that algorithm (KEY-08)."""
    return value in advertised or value >= IHV_FROM


def fit_together(auth_algorithm: int, unicast: int, multicast: int) -> bool:
    """Whether the radio can associate with these: a handshake and its ciphers, WEP, or no
    protection that this radio knows of."""
    ciphers = {unicast, multicast}
    if is_protected(auth_algorithm):
        return ciphers <= HANDSHAKE_CIPHERS
    if ciphers <= WEP_CIPHERS:
        return True
    bare = all(cipher == CIPHER_NONE or cipher >= IHV_FROM for cipher in ciphers)
    return bare and auth_algorithm != AUTH_SHARED_KEY


def cipher_suite(cipher: int) -> int:
    """The 802.11 suite selector of a key's cipher; KeyError for one the radio has not."""
    return _SUITES[cipher]


def wep_suite(key: bytes) -> int:
    """The suite selector of a WEP key, by its length."""
    return _SUITES[CIPHER_WEP40 if len(key) == WEP40_BYTES else CIPHER_WEP104]


def akm_suite(auth_algorithm: int, elements: bytes) -> int:
    """The AKM selector to associate with, where a beacon has these elements.

    The first of the algorithm's that the access point offers. Where it offers none of them, the
    first of all, so that it is the access point that refuses. IndexError for an algorithm without
    an AKM.
    """
    known = akms_of(auth_algorithm)
    offered = offered_akms(elements)
    return next((akm for akm in known if akm in offered), known[0])


def nl80211_suite(selector: int) -> int:
    """nl80211 has one OUI for suites, that of the RSNE."""
    return _RSN_OUI | selector & 0xFF


def offered_akms(elements: bytes) -> tuple[int, ...]:
    """The AKM suites of the RSNE in a beacon's elements; none of one that is cut short."""
    body = _rsne_body(elements)
    _, akms_at = _suites(body, _AT_PAIRWISE)
    return _suites(body, akms_at)[0]


def protects_management(elements: bytes) -> bool:
    """Whether a beacon with these elements offers management frame protection (MFPC)."""
    body, at = _capabilities(elements)
    return bool(int.from_bytes(body[at : at + 2], "little") & CAPABILITY_MFP_CAPABLE)


def management_suite(elements: bytes) -> int:
    """The group management cipher of the RSNE in a beacon's elements, BIP-CMAC-128 if it names
    none."""
    body, at = _capabilities(elements)
    pmkids = int.from_bytes(body[at + 2 : at + 4], "little")
    suite = body[at + 4 + _PMKID_BYTES * pmkids :][:4]
    return int.from_bytes(suite, "big") if len(suite) == 4 else BIP_CMAC_128.suite


def _capabilities(elements: bytes) -> tuple[bytes, int]:
    """The RSNE's body, and where its capabilities are."""
    body = _rsne_body(elements)
    _, akms_at = _suites(body, _AT_PAIRWISE)
    return body, _suites(body, akms_at)[1]


def _rsne_body(elements: bytes) -> bytes:
    at = 0
    while at + 2 <= len(elements):
        end = at + 2 + elements[at + 1]
        if elements[at] == _ELEMENT_RSN:
            return elements[at + 2 : end]
        at = end
    return b""


def _suites(body: bytes, at: int) -> tuple[tuple[int, ...], int]:
    """A counted list of suite selectors, and where it ends."""
    first = at + 2
    end = first + 4 * int.from_bytes(body[at:first], "little")
    if end > len(body):
        return (), len(body)
    return tuple(int.from_bytes(body[one : one + 4], "big") for one in range(first, end, 4)), end


def rsn_element(
    akm: int, unicast_cipher: int, multicast_cipher: int, management_suite: int | None = None
) -> bytes:
    """The RSN element, or of an AKM of WPA's the WPA element: one pairwise suite, that AKM.

    Its only capability may be protection of management frames, where there is a suite for that;
    one other than BIP-CMAC-128 is named.
    """
    oui = akm & 0xFFFFFF00
    body = (
        b"\x01\x00"
        + (oui | cipher_suite(multicast_cipher) & 0xFF).to_bytes(4, "big")
        + b"\x01\x00"
        + (oui | cipher_suite(unicast_cipher) & 0xFF).to_bytes(4, "big")
        + b"\x01\x00"
        + akm.to_bytes(4, "big")
    )
    if oui == _WPA_OUI:
        return bytes((_ELEMENT_VENDOR, len(_WPA_TYPE + body))) + _WPA_TYPE + body
    body += (CAPABILITY_MFP_CAPABLE if management_suite else 0).to_bytes(2, "little")
    if management_suite and management_suite != BIP_CMAC_128.suite:
        body += b"\0\0" + management_suite.to_bytes(4, "big")
    return bytes((48, len(body))) + body
