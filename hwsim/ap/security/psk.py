# SPDX-License-Identifier: GPL-2.0-or-later
"""WPA2 with a pre-shared key: AKM suite 00-0F-AC:2.

Source: IEEE 802.11-2020, J.4.1 (PSK from a passphrase).
"""

from __future__ import annotations

import hashlib

from hil_common.network import is_raw_psk
from hil_common.security import WPA2_PSK
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.network import Network
from hwsim.ap.security.key_suite import HMAC_SHA1
from hwsim.ap.security.mode import SecurityMode
from hwsim.ap.station import Station


class Wpa2Psk(SecurityMode):
    """Every station has the PMK, which comes of the passphrase, or is given in its place."""

    choice = WPA2_PSK
    suite = HMAC_SHA1

    def __init__(self, network: Network, environment: ApEnvironment) -> None:
        super().__init__(network, environment)
        assert network.passphrase is not None
        self._psk = (
            bytes.fromhex(network.passphrase)
            if is_raw_psk(network.passphrase)
            else pmk_from_passphrase(network.passphrase, network.ssid)
        )
        environment.keep_key(self._psk)

    def pmk(self, station: Station) -> bytes | None:
        """The PSK, of whatever station."""
        return self._psk


def pmk_from_passphrase(passphrase: str, ssid: bytes) -> bytes:
    """The 256-bit PSK: PBKDF2 of HMAC-SHA1, 4096 rounds, salted with the SSID (J.4.1)."""
    return hashlib.pbkdf2_hmac("sha1", passphrase.encode("ascii"), ssid, 4096, 32)
