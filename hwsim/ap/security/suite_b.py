# SPDX-License-Identifier: GPL-2.0-or-later
"""802.1X with the suites that came of NSA Suite B: AKM suites 00-0F-AC:11, and :12 (WPA3, 192-bit).

Sources, all IEEE 802.11-2020: table 9-151 (the suites), table 12-8 (HMAC-SHA-256 cut to 128 bits,
HMAC-SHA-384 cut to 192 bits, key wrap by NIST AES, key descriptor version 0), 12.7.1.3 (of AKM 12 a
PMK of 384 bits; a PMKID over the KCK, which nobody has before M2, so that M1 has none).
"""

from __future__ import annotations

import hmac
from functools import partial
from typing import Final

from hil_common.security import WPA2_EAP_SUITE_B, WPA3_EAP_192
from hwsim.ap.security.dot1x import Wpa2Eap
from hwsim.ap.security.key_suite import KeySuite, kdf

_LENGTH: Final = 24
_LENGTH_SHA256: Final = 16


def _hmac_sha256_128(kck: bytes, pdu: bytes) -> bytes:
    return hmac.digest(kck, pdu, "sha256")[:_LENGTH_SHA256]


def _hmac_sha384_192(kck: bytes, pdu: bytes) -> bytes:
    return hmac.digest(kck, pdu, "sha384")[:_LENGTH]


SHA256: Final = KeySuite(
    descriptor_version=0, expand=partial(kdf, "sha256"), mic=_hmac_sha256_128, digest="sha256"
)
"""AKM suite 00-0F-AC:11: KDF of SHA-256, MIC by HMAC-SHA-256."""
SHA384: Final = KeySuite(
    descriptor_version=0, expand=partial(kdf, "sha384"), mic=_hmac_sha384_192, digest="sha384",
    kck_length=_LENGTH, kek_length=32, mic_length=_LENGTH,
)  # fmt: skip
"""AKM suite 00-0F-AC:12: KDF of SHA-384, MIC of 24 bytes by HMAC-SHA-384."""


class Wpa2EapSuiteB(Wpa2Eap):
    """The PMK is that of wpa2-eap; keys and MICs are made with SHA-256, by functions of their
    own."""

    choice = WPA2_EAP_SUITE_B
    suite = SHA256
    names_pmk = False


class Wpa3Eap192(Wpa2Eap):
    """The PMK is the first 384 bits of what the EAP method makes."""

    choice = WPA3_EAP_192
    suite = SHA384
    names_pmk = False
    pmk_length = 48
