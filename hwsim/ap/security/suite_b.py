# SPDX-License-Identifier: GPL-2.0-or-later
"""WPA3 with 802.1X and the 192-bit suite: AKM suite 00-0F-AC:12.

Sources, all IEEE 802.11-2020: table 9-151 (the suite), table 12-8 (HMAC-SHA-384 cut to 192 bits,
key wrap by NIST AES, key descriptor version 0), 12.7.1.3 (a PMK of 384 bits; a PMKID over the KCK,
which nobody has before M2, so that M1 has none).
"""

from __future__ import annotations

import hmac
from functools import partial
from typing import Final

from hil_common.security import WPA3_EAP_192
from hwsim.ap.security.dot1x import Wpa2Eap
from hwsim.ap.security.key_suite import KeySuite, kdf

_LENGTH: Final = 24


def _hmac_sha384_192(kck: bytes, pdu: bytes) -> bytes:
    return hmac.digest(kck, pdu, "sha384")[:_LENGTH]


SHA384: Final = KeySuite(
    descriptor_version=0, expand=partial(kdf, "sha384"), mic=_hmac_sha384_192, digest="sha384",
    kck_length=_LENGTH, kek_length=32, mic_length=_LENGTH,
)  # fmt: skip
"""AKM suite 00-0F-AC:12: KDF of SHA-384, MIC of 24 bytes by HMAC-SHA-384."""


class Wpa3Eap192(Wpa2Eap):
    """The PMK is the first 384 bits of what the EAP method makes."""

    choice = WPA3_EAP_192
    suite = SHA384
    names_pmk = False
    pmk_length = 48
