# SPDX-License-Identifier: GPL-2.0-or-later
"""WPA2 with a pre-shared key and SHA-256: AKM suite 00-0F-AC:6.

Sources, all IEEE 802.11-2020: table 9-151 (the suite), 12.7.1.6.2 (KDF), table 12-8 (integrity by
AES-128-CMAC, key wrap by NIST AES, key descriptor version 3).
"""

from __future__ import annotations

from functools import partial
from typing import Final

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from hil_common.security import WPA2_PSK_SHA256
from hwsim.ap.security.key_suite import KeySuite, kdf
from hwsim.ap.security.psk import Wpa2Psk


def aes_cmac(kck: bytes, pdu: bytes) -> bytes:
    """The MIC by AES-128-CMAC."""
    code = CMAC(AES(kck))
    code.update(pdu)
    return code.finalize()


CMAC_SHA256: Final = KeySuite(
    descriptor_version=3, expand=partial(kdf, "sha256"), mic=aes_cmac, digest="sha256"
)
"""AKM suites 00-0F-AC:5 and :6: KDF of SHA-256, MIC by AES-128-CMAC."""


class Wpa2PskSha256(Wpa2Psk):
    """The PMK is that of wpa2-psk; the keys below it are made with SHA-256."""

    choice = WPA2_PSK_SHA256
    suite = CMAC_SHA256
