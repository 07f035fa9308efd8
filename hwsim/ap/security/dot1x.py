# SPDX-License-Identifier: GPL-2.0-or-later
"""WPA2 with 802.1X: AKM suite 00-0F-AC:1."""

from __future__ import annotations

from hwsim.ap.security.key_suite import HMAC_SHA1
from hwsim.ap.security.mode import SecurityMode


class Wpa2Eap(SecurityMode):
    """A station's PMK comes of its EAP method, by way of the RADIUS server.

    Authenticating is the work of :mod:`hwsim.ap.enterprise`.
    """

    name = "wpa2-eap"
    meaning = "802.1X by the OS, which [eap] says more of"
    credential = "eap"
    os_authentication = "WPA2"
    os_encryption = "AES"
    auth_algorithm = 6
    akm = bytes.fromhex("000fac01")
    suite = HMAC_SHA1
    names_pmk = True
