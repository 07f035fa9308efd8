# SPDX-License-Identifier: GPL-2.0-or-later
"""WPA2 with 802.1X: AKM suite 00-0F-AC:1."""

from __future__ import annotations

from hil_common.security import WPA2_EAP
from hwsim.ap.security.key_suite import HMAC_SHA1
from hwsim.ap.security.mode import SecurityMode


class Wpa2Eap(SecurityMode):
    """A station's PMK comes of its EAP method, by way of the RADIUS server.

    Authenticating is the work of :mod:`hwsim.ap.enterprise`.
    """

    choice = WPA2_EAP
    suite = HMAC_SHA1
    names_pmk = True
