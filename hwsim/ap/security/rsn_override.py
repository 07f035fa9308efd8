# SPDX-License-Identifier: GPL-2.0-or-later
"""RSN overriding: WPA2 for every station, SAE for those that know of it.

The RSNE is a plain one of WPA2, without protected management frames; what stations of WPA3 are to
take in its place stands in elements that others pass over. A station that takes it says so in its
association request and in M2, and has these elements repeated in M3.

Source: Wi-Fi Alliance, WPA3 Specification 3.4, 9 (RSN overriding), and the WPA3 deployment guide
1.1, 2.4 (compatibility mode). There is no RSNE Override 2: it is for AKM 24 with GCMP-256, which
the access point lacks. wpa_supplicant 2.10 and iwd 3.8 know none of it, and take WPA2.
"""

from __future__ import annotations

from typing import Final

from hil_common.security import WPA3_COMPATIBILITY
from hwsim.ap.environment import ApEnvironment
from hwsim.ap.network import Network
from hwsim.ap.pmksa import keep_newest
from hwsim.ap.security.mode import AssociationAnswer, SecurityMode
from hwsim.ap.security.rsne import (
    CAPABILITY_MFP_CAPABLE,
    CAPABILITY_MFP_REQUIRED,
    STATUS_INVALID_AKMP,
    STATUS_INVALID_ELEMENT,
    STATUS_SUCCESS,
    RsnElement,
    association_status,
    chosen_akm,
    own_rsne,
)
from hwsim.ap.security.sae import AKM_SAE, Transition
from hwsim.ap.station import Station
from hwsim.errors import WireError
from hwsim.frames import ELEMENT_RSN, ELEMENT_VENDOR, element, vendor_element

RSNE_OVERRIDE: Final = bytes.fromhex("506f9a29")
RSNXE_OVERRIDE: Final = bytes.fromhex("506f9a2b")
RSN_SELECTION: Final = bytes.fromhex("506f9a2c")
"""OUI and type of the elements."""
_BY_RSNE: Final = b"\0"
_BY_OVERRIDE: Final = b"\1"
"""What a selection says of which element was taken."""


class Compatibility(Transition):
    """SAE by override beside a pre-shared key."""

    choice = WPA3_COMPATIBILITY

    def __init__(self, network: Network, environment: ApEnvironment) -> None:
        super().__init__(network, environment)
        self._selections: dict[bytes, bytes] = {}

    @property
    def protects_management(self) -> bool:
        """With stations of SAE, though the RSNE does not offer it."""
        return True

    def protects(self, rsne: bytes) -> bool:
        """With those alone."""
        return chosen_akm(rsne) == AKM_SAE

    @property
    def rsnxe(self) -> bytes:
        """None: there is another element for it."""
        return b""

    @property
    def override(self) -> RsnElement:
        """What the RSNE Override element says."""
        required = CAPABILITY_MFP_CAPABLE | CAPABILITY_MFP_REQUIRED
        capabilities = self.rsn_capabilities | required
        return self.offer._replace(akms=(AKM_SAE,), capabilities=capabilities)

    @property
    def overrides(self) -> bytes:
        """See :class:`SecurityMode`."""
        extension = super().rsnxe[2:]
        told = _vendor(RSNE_OVERRIDE, own_rsne(self.override)[2:])
        return told + (_vendor(RSNXE_OVERRIDE, extension) if extension else b"")

    def associate(self, mac: bytes, elements: bytes) -> AssociationAnswer:
        """By the RSNE, or by what overrides it, as the station's selection says."""
        try:
            selection = vendor_element(elements, RSN_SELECTION)
            rsne = element(elements, ELEMENT_RSN)
        except WireError:
            return AssociationAnswer(STATUS_INVALID_ELEMENT)
        taken = _BY_RSNE if selection is None else selection[2 + len(RSN_SELECTION) :]
        if taken == _BY_OVERRIDE:
            status = association_status(rsne, self.override)
            if status != STATUS_SUCCESS or rsne is None:
                return AssociationAnswer(status)
            answer = self._by_pmk(mac, rsne)
        elif taken == _BY_RSNE:
            answer = SecurityMode.associate(self, mac, elements)
            if answer.status == STATUS_SUCCESS and mac not in self._opened:
                answer = AssociationAnswer(STATUS_INVALID_AKMP)
        else:
            answer = AssociationAnswer(STATUS_INVALID_ELEMENT)
        if answer.status == STATUS_SUCCESS:
            keep_newest(self._selections, mac, selection or b"")
        return answer

    def m2_fits(self, station: Station, key_data: bytes) -> bool:
        """The selection too is that of the association request."""
        try:
            selection = vendor_element(key_data, RSN_SELECTION) or b""
        except WireError:
            return False
        return selection == self._selection(station) and super().m2_fits(station, key_data)

    def repeated_elements(self, station: Station) -> bytes:
        """What a station has not told of, it is not told again."""
        told = self._selection(station)
        return super().repeated_elements(station) + (self.overrides if told else b"")

    def _selection(self, station: Station) -> bytes:
        return self._selections.get(station.mac, b"")


def _vendor(kind: bytes, content: bytes) -> bytes:
    return bytes((ELEMENT_VENDOR, len(kind) + len(content))) + kind + content
