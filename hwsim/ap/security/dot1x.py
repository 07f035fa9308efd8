# SPDX-License-Identifier: GPL-2.0-or-later
"""WPA2 with 802.1X: AKM suites 00-0F-AC:1, and :5 with SHA-256."""

from __future__ import annotations

from hil_common.security import WPA2_EAP, WPA2_EAP_SHA256
from hwsim.ap.security.key_suite import HMAC_SHA1
from hwsim.ap.security.mode import SecurityMode
from hwsim.ap.security.psk_sha256 import CMAC_SHA256


class Wpa2Eap(SecurityMode):
    """A station's PMK comes of its EAP method, by way of the RADIUS server.

    Authenticating is the work of :mod:`hwsim.ap.enterprise`.
    """

    choice = WPA2_EAP
    suite = HMAC_SHA1
    names_pmk = True


class Wpa2EapSha256(Wpa2Eap):
    """The PMK is that of wpa2-eap; the keys below it are made with SHA-256."""

    choice = WPA2_EAP_SHA256
    suite = CMAC_SHA256
