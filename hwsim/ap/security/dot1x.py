# SPDX-License-Identifier: GPL-2.0-or-later
"""WPA2 with 802.1X: AKM suites 00-0F-AC:1, and :5 with SHA-256.

A station that names a PMK which was kept goes without EAP (IEEE 802.11-2020, 12.6.10.3); the name
holds the access point's address, so that with opportunistic key caching the PMK of one has another
name at the next.
"""

from __future__ import annotations

from hil_common.security import WPA2_EAP, WPA2_EAP_SHA256
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.network import Network
from hwsim.ap.pmksa import PMK_KEPT, Pmksa, keep_newest
from hwsim.ap.security.key_suite import HMAC_SHA1
from hwsim.ap.security.mode import AssociationAnswer, SecurityMode
from hwsim.ap.security.psk_sha256 import CMAC_SHA256
from hwsim.ap.security.rsne import STATUS_SUCCESS
from hwsim.ap.station import Station
from hwsim.frames import ELEMENT_RSN, element


class Wpa2Eap(SecurityMode):
    """A station's PMK comes of its EAP method, by way of the RADIUS server.

    Authenticating is the work of :mod:`hwsim.ap.enterprise`.
    """

    choice = WPA2_EAP
    suite = HMAC_SHA1
    names_pmk = True

    def __init__(self, network: Network, environment: ApEnvironment) -> None:
        super().__init__(network, environment)
        self._resumed: dict[bytes, Pmksa] = {}

    def associate(self, mac: bytes, elements: bytes) -> AssociationAnswer:
        """As of an RSN; a PMK that is named and known goes into the next handshake."""
        answer = super().associate(mac, elements)
        if answer.status != STATUS_SUCCESS:
            return answer
        self._resumed.pop(mac, None)
        kept = self._kept(mac, element(elements, ELEMENT_RSN) or b"")
        if kept is None:
            return answer
        keep_newest(self._resumed, mac, kept)
        return answer._replace(detail=PMK_KEPT)

    def pmk(self, station: Station) -> bytes | None:
        """One that was kept; None has 802.1X make it."""
        kept = self._resumed.get(station.mac)
        return kept.pmk if kept is not None else None

    def authenticated(self, station: Station, pmk: bytes) -> bytes:
        """Keep it for the time the station comes back."""
        self._pmks.keep(station.mac, Pmksa(pmk, self.pmkid(station, pmk)))
        return pmk

    def _name(self, mac: bytes, kept: Pmksa) -> bytes:
        return self.suite.pmkid(kept.pmk, self._network.bssid, mac)


class Wpa2EapSha256(Wpa2Eap):
    """The PMK is that of wpa2-eap; the keys below it are made with SHA-256."""

    choice = WPA2_EAP_SHA256
    suite = CMAC_SHA256
