# SPDX-License-Identifier: GPL-2.0-or-later
"""The RSN element of the association request, and the suites nl80211 wants besides it.

Formats: IEEE 802.11-2020, 9.4.2.24 (RSNE). Algorithms are DOT11_AUTH_ALGORITHM and
DOT11_CIPHER_ALGORITHM numbers (wlantypes.h).
"""

from __future__ import annotations

from ..codes import AUTH_OPEN, AUTH_RSNA, AUTH_RSNA_PSK, CIPHER_CCMP, CIPHER_NONE

SUITE_CCMP = 0x000FAC04
AKM_8021X = 0x000FAC01
AKM_PSK = 0x000FAC02

# What this radio advertises (KEY-08): pairs that the kernel and the service both carry out.
AUTH_ALGORITHMS = frozenset({AUTH_OPEN, AUTH_RSNA, AUTH_RSNA_PSK})
CIPHERS = frozenset({CIPHER_NONE, CIPHER_CCMP})

_SUITES = {CIPHER_CCMP: SUITE_CCMP}
_AKMS = {AUTH_RSNA: AKM_8021X, AUTH_RSNA_PSK: AKM_PSK}


def is_protected(auth_algorithm: int) -> bool:
    """Whether the algorithm runs a handshake over a controlled port."""
    return auth_algorithm != AUTH_OPEN


def cipher_suite(cipher: int) -> int:
    """The 802.11 suite selector of a cipher; KeyError for one the radio does not advertise."""
    return _SUITES[cipher]


def akm_suite(auth_algorithm: int) -> int:
    """The 802.11 AKM selector; KeyError for an algorithm without one."""
    return _AKMS[auth_algorithm]


def rsn_element(auth_algorithm: int, unicast_cipher: int, multicast_cipher: int) -> bytes:
    """The RSN element: one pairwise suite, one AKM, no capabilities."""
    body = (
        b"\x01\x00"
        + cipher_suite(multicast_cipher).to_bytes(4, "big")
        + b"\x01\x00"
        + cipher_suite(unicast_cipher).to_bytes(4, "big")
        + b"\x01\x00"
        + akm_suite(auth_algorithm).to_bytes(4, "big")
        + b"\x00\x00"
    )
    return bytes((48, len(body))) + body
