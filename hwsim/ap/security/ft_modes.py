# SPDX-License-Identifier: GPL-2.0-or-later
"""The modes with fast transitions: with a passphrase, with 802.1X, with SAE."""

from __future__ import annotations

from hil_common.security import WPA2_FT_EAP, WPA2_FT_PSK, WPA3_FT_SAE
from hwsim.ap.pmksa import Pmksa
from hwsim.ap.security.dot1x import Wpa2Eap
from hwsim.ap.security.ft import AKMS, FastTransitions
from hwsim.ap.security.ft_keys import FT_SAE_SUITE
from hwsim.ap.security.psk import Wpa2Psk
from hwsim.ap.security.rsne import chosen_akm
from hwsim.ap.security.sae import Sae
from hwsim.ap.station import Station


class Wpa2FtPsk(FastTransitions, Wpa2Psk):
    """AKM 4 beside AKM 2; what keys are made from is the PSK."""

    choice = WPA2_FT_PSK


class Wpa2FtEap(FastTransitions, Wpa2Eap):
    """AKM 3 beside AKM 1; what keys are made from is the second half of the MSK.

    A PMK that is kept is its first half, so one of AKM 3 is not.
    """

    choice = WPA2_FT_EAP
    pmk_length = 2 * Wpa2Eap.pmk_length

    def authenticated(self, station: Station, pmk: bytes) -> bytes:
        """Of the MSK the half that the station's AKM takes."""
        half = Wpa2Eap.pmk_length
        if station.akm in AKMS:
            return self.first_pmk(station, pmk[half:])
        return super().authenticated(station, pmk[:half])

    def _kept(self, mac: bytes, rsne: bytes) -> Pmksa | None:
        return None if chosen_akm(rsne) in AKMS else super()._kept(mac, rsne)


class Wpa3FtSae(FastTransitions, Sae):
    """AKM 9 beside AKM 8; what keys are made from is the PMK of SAE."""

    choice = WPA3_FT_SAE
    fast_suite = FT_SAE_SUITE
    sae_akms = Sae.sae_akms | {WPA3_FT_SAE.more_akms[0].to_bytes(4, "big")}
