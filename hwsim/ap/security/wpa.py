# SPDX-License-Identifier: GPL-2.0-or-later
"""WPA with a pre-shared key, alone or beside WPA2, or with 802.1X: what came before the RSN.

Sources: the Wi-Fi Alliance's WPA specification 3.1 (WPA element, its suites, descriptor type 254,
the group key in a handshake of its own); IEEE 802.11-2020, 12.5.2 (TKIP), table 12-8 (key
descriptor version 1). Where they leave room it does as hostapd does.
"""

from __future__ import annotations

from typing import Final

from hil_common.security import WPA_EAP, WPA_PSK, WPA_WPA2_PSK
from hwsim.ap.security.dot1x import Wpa2Eap
from hwsim.ap.security.key_suite import (
    HMAC_SHA1,
    TKIP_SUITE,
    WPA_CCMP_SUITE,
    WPA_TKIP_SUITE,
    KeySuite,
)
from hwsim.ap.security.mode import AssociationAnswer, SecurityMode
from hwsim.ap.security.psk import Wpa2Psk
from hwsim.ap.security.rsne import RsnElement, association_status, own_rsne, parse_rsne
from hwsim.ap.station import Station
from hwsim.ciphers.suites import DataSuite, data_suite
from hwsim.frames import ELEMENT_RSN, ELEMENT_VENDOR, element, vendor_element

WPA_TYPE: Final = bytes.fromhex("0050f201")
"""OUI and type of the WPA element."""
_WPA_OUI: Final = WPA_TYPE[:3]
_RSN_OUI: Final = bytes.fromhex("000fac")


class _Wpa(SecurityMode):
    """Stations come by a WPA element alone."""

    suite = WPA_TKIP_SUITE

    @property
    def rsne(self) -> bytes:
        """None: it is older."""
        return b""

    @property
    def wpa_offer(self) -> RsnElement:
        """What the WPA element says: the ciphers of the RSNE under another OUI."""
        assert self.choice.wpa_akm is not None
        offer = self.offer
        return RsnElement(
            version=1, group=_in_wpa(offer.group), pairwise=tuple(map(_in_wpa, offer.pairwise)),
            akms=(self.choice.wpa_akm.to_bytes(4, "big"),), capabilities=0,
        )  # fmt: skip

    @property
    def wpa_element(self) -> bytes:
        """See :class:`SecurityMode`; without capabilities, as hostapd has it."""
        body = WPA_TYPE + own_rsne(self.wpa_offer)[2:-2]
        return bytes((ELEMENT_VENDOR, len(body))) + body

    def chosen_element(self, elements: bytes) -> bytes | None:
        """The WPA element."""
        return vendor_element(elements, WPA_TYPE)

    def associate(self, mac: bytes, elements: bytes) -> AssociationAnswer:
        """The element's suites must be of ours; the status codes are those of an RSNE."""
        chosen = self.chosen_element(elements)
        if chosen is None or not is_wpa(chosen):
            return AssociationAnswer(association_status(chosen, self.offer))
        return AssociationAnswer(association_status(_as_rsne(chosen), self.wpa_offer))

    def agree(self, station: Station, rsne: bytes) -> None:
        """See :class:`SecurityMode`."""
        if not is_wpa(rsne):
            super().agree(station, rsne)
            return
        parsed = parse_rsne(_as_rsne(rsne))
        station.rsne, station.akm = rsne, parsed.akms[0]
        station.cipher = _cipher_in_wpa(parsed.pairwise[0])
        station.protects_management = False

    def repeated_elements(self, station: Station) -> bytes:
        """That by which the station associated, of the two."""
        return self.wpa_element if is_wpa(station.rsne) else super().repeated_elements(station)

    def suite_of(self, station: Station) -> KeySuite:
        """By the element and its pairwise cipher (12.7.2)."""
        tkip = station.cipher is not None and station.cipher.cipher.name == "tkip"
        if is_wpa(station.rsne):
            return WPA_TKIP_SUITE if tkip else WPA_CCMP_SUITE
        return TKIP_SUITE if tkip else HMAC_SHA1


class WpaPsk(_Wpa, Wpa2Psk):
    """The PMK is that of wpa2-psk."""

    choice = WPA_PSK


class WpaEap(_Wpa, Wpa2Eap):
    """The PMK is that of wpa2-eap; nothing names it, so none is kept."""

    choice = WPA_EAP
    names_pmk = False

    def authenticated(self, station: Station, pmk: bytes) -> bytes:
        """Of this association alone."""
        return pmk


class WpaWpa2Psk(WpaPsk):
    """Both elements; a station that has both in its request comes by the RSNE, as in hostapd."""

    choice = WPA_WPA2_PSK
    suite = HMAC_SHA1

    @property
    def rsne(self) -> bytes:
        """That of any RSN."""
        return own_rsne(self.offer)

    def chosen_element(self, elements: bytes) -> bytes | None:
        """The RSNE, or else the WPA element."""
        return element(elements, ELEMENT_RSN) or super().chosen_element(elements)


def is_wpa(whole: bytes) -> bool:
    """Whether an association's element is WPA's."""
    return whole[:1] == bytes((ELEMENT_VENDOR,))


def _as_rsne(whole: bytes) -> bytes:
    """A WPA element without OUI and type is laid out as an RSNE."""
    return whole[:2] + whole[2 + len(WPA_TYPE) :]


def _in_wpa(selector: bytes) -> bytes:
    """A cipher suite's selector in a WPA element."""
    return _WPA_OUI + selector[3:]


def _cipher_in_wpa(selector: bytes) -> DataSuite:
    return data_suite(_RSN_OUI + selector[3:])
