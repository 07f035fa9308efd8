# SPDX-License-Identifier: GPL-2.0-or-later
"""Dynamic WEP: 802.1X without an RSN, after which the access point hands out WEP keys.

Sources: RFC 3580, 4; IEEE 802.11-2020, 12.3.2 (WEP). The keys come in EAPOL-Key frames that nobody
answers (:mod:`hwsim.rc4_key`, :mod:`hwsim.ap.wep_delivery`); EAPOL itself is never encrypted, as in
hostapd. Keys are of 104 bits.
"""

from __future__ import annotations

from hil_common.ciphers import WEP
from hil_common.security import WEP_EAP
from hwsim.ap.security.mode import SecurityMode
from hwsim.ciphers.suites import DataSuite, Suite
from hwsim.ciphers.wep import WepKey
from hwsim.rc4_key import MSK_LENGTH


class WepEap(SecurityMode):
    """Anyone associates; who has authenticated is given one key of its own, and that of all."""

    choice = WEP_EAP
    pmk_length = MSK_LENGTH

    @property
    def protects_data(self) -> bool:
        """Always: before the keys there is no data."""
        return True

    @property
    def group(self) -> DataSuite:
        """Key 1 or 2; the key of a station is its key 0."""
        return Suite(WEP, WepKey)
