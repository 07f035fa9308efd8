# SPDX-License-Identifier: GPL-2.0-or-later
"""Operating channel validation: each side says under its keys on which channel it is, so that
nobody stands between them on another one.

Sources, all IEEE 802.11-2020: 12.2.9 (who says it and who checks), 9.4.2.236 (OCI element), table
12-9 (OCI KDE). A message without the right one is passed over, as one with a wrong MIC is.
"""

from __future__ import annotations

from typing import Final

from hwsim import eapol
from hwsim.ap.channels import channel_number, operating_class
from hwsim.errors import WireError
from hwsim.frames import elements, vendor_element

_EXTENSION: Final = 255
_OCI: Final = 54
_NO_SECOND_SEGMENT: Final = 0
_AT_KDE_DATA: Final = 2 + len(eapol.KDE_OCI)


def operating_channel(channel: int) -> bytes:
    """The information itself: operating class, primary channel, second segment, of which 20 MHz
    have none."""
    return bytes((operating_class(channel), channel_number(channel), _NO_SECOND_SEGMENT))


def oci_kde(information: bytes) -> bytes:
    """The KDE of EAPOL-Key frames."""
    return eapol.kde(eapol.KDE_OCI, information)


def oci_element(information: bytes) -> bytes:
    """The element of SA Query frames."""
    return bytes((_EXTENSION, 1 + len(information), _OCI)) + information


def key_data_fits(key_data: bytes, information: bytes) -> bool:
    """Whether key data in the clear has that information."""
    try:
        found = vendor_element(key_data, eapol.KDE_OCI)
    except WireError:
        return False
    return found is not None and found[_AT_KDE_DATA:] == information


def elements_fit(body: bytes, information: bytes) -> bool:
    """Whether elements have it."""
    try:
        found = [one for identifier, one in elements(body) if identifier == _EXTENSION]
    except WireError:
        return False
    return oci_element(information) in found
