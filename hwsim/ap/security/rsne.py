# SPDX-License-Identifier: GPL-2.0-or-later
"""The RSN element: what ours says, and whether a station's fits it.

Source: IEEE 802.11-2020, 9.4.2.24 (the element), table 9-50 (status codes).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from hil_common.ciphers import BIP_CMAC_128, CCMP_128
from hwsim.errors import WireError
from hwsim.frames import ELEMENT_RSN

_PMKID_LENGTH: Final = 16
_DEFAULT_CIPHER: Final = CCMP_128.selector
_DEFAULT_INTEGRITY: Final = BIP_CMAC_128.selector
"""What fields that are left out mean (9.4.2.24.2)."""
_DEFAULT_AKM: Final = bytes.fromhex("000fac01")
"""802.1X, which an RSNE without AKM suites means (9.4.2.24.3)."""

STATUS_SUCCESS: Final = 0
STATUS_NO_ROOM: Final = 17
STATUS_MANAGEMENT_PROTECTION: Final = 31
"""The station's management frame protection is not what the access point requires."""
STATUS_INVALID_ELEMENT: Final = 40
STATUS_INVALID_GROUP_CIPHER: Final = 41
STATUS_INVALID_PAIRWISE_CIPHER: Final = 42
STATUS_INVALID_AKMP: Final = 43
STATUS_UNSUPPORTED_RSNE_VERSION: Final = 44
STATUS_INVALID_RSNE_CAPABILITIES: Final = 45
STATUS_CIPHER_REJECTED: Final = 46
"""By policy: as hostapd answers another group management cipher than its own."""

CAPABILITY_MFP_REQUIRED: Final = 0x0040
CAPABILITY_MFP_CAPABLE: Final = 0x0080
CAPABILITY_EXTENDED_KEY_ID: Final = 0x2000
CAPABILITY_OCV: Final = 0x4000
"""Operating channel validation."""


class RsnElement(NamedTuple):
    """An RSNE, of a station or our own; fields that were left out have the defaults of the
    standard (CCMP-128, 802.1X, BIP-CMAC-128). Suites are selectors, OUI first."""

    version: int
    group: bytes
    pairwise: tuple[bytes, ...]
    akms: tuple[bytes, ...]
    capabilities: int
    pmkids: tuple[bytes, ...] = ()
    group_management: bytes = _DEFAULT_INTEGRITY


def own_rsne(own: RsnElement) -> bytes:
    """The whole element, which ends with the capabilities unless it has PMKIDs, or another group
    management cipher than the default."""
    body = struct.pack("<H", own.version) + own.group
    body += _counted(own.pairwise) + _counted(own.akms) + struct.pack("<H", own.capabilities)
    integrity = b"" if own.group_management == _DEFAULT_INTEGRITY else own.group_management
    if own.pmkids or integrity:
        body += struct.pack("<H", len(own.pmkids)) + b"".join(own.pmkids) + integrity
    return bytes((ELEMENT_RSN, len(body))) + body


def _counted(suites: Sequence[bytes]) -> bytes:
    return struct.pack("<H", len(suites)) + b"".join(suites)


def parse_rsne(whole: bytes) -> RsnElement:
    """The RSNE in ``whole`` (with identifier and length); raises :class:`WireError`."""
    body = whole[2:]
    if len(body) < 2:
        raise WireError("RSNE: no version")
    version = struct.unpack_from("<H", body)[0]
    group, offset = (body[2:6], 6) if len(body) >= 6 else (_DEFAULT_CIPHER, len(body))
    pairwise, offset = _suites(body, offset, _DEFAULT_CIPHER)
    akms, offset = _suites(body, offset, _DEFAULT_AKM)
    capabilities = struct.unpack_from("<H", body, offset)[0] if len(body) >= offset + 2 else 0
    pmkids, offset = _pmkids(body, offset + 2)
    management = body[offset : offset + 4] if len(body) >= offset + 4 else _DEFAULT_INTEGRITY
    return RsnElement(version, group, pairwise, akms, capabilities, pmkids, management)


def association_status(rsne: bytes | None, own: RsnElement) -> int:
    """The status code an access point answers to an association request with that RSNE.

    ``own`` is the access point's.
    """
    if rsne is None:
        return STATUS_INVALID_ELEMENT
    try:
        station = parse_rsne(rsne)
    except WireError:
        return STATUS_INVALID_ELEMENT
    if station.version != 1:
        return STATUS_UNSUPPORTED_RSNE_VERSION
    if station.group != own.group:
        return STATUS_INVALID_GROUP_CIPHER
    if len(station.pairwise) != 1 or station.pairwise[0] not in own.pairwise:
        return STATUS_INVALID_PAIRWISE_CIPHER
    if len(station.akms) != 1 or station.akms[0] not in own.akms:
        return STATUS_INVALID_AKMP
    return _protection_status(station, own)


def _protection_status(station: RsnElement, own: RsnElement) -> int:
    """What comes of both sides' management frame protection (12.6.3, table 12-5)."""
    theirs, ours = station.capabilities, own.capabilities
    if theirs & CAPABILITY_MFP_REQUIRED and not ours & CAPABILITY_MFP_CAPABLE:
        return STATUS_INVALID_RSNE_CAPABILITIES
    if ours & CAPABILITY_MFP_REQUIRED and not theirs & CAPABILITY_MFP_CAPABLE:
        return STATUS_MANAGEMENT_PROTECTION
    protected = theirs & ours & CAPABILITY_MFP_CAPABLE
    if protected and station.group_management != own.group_management:
        return STATUS_CIPHER_REJECTED
    return STATUS_SUCCESS


def chosen_akm(rsne: bytes) -> bytes:
    """The AKM suite of a station's RSNE that fitted; empty without an RSNE."""
    return parse_rsne(rsne).akms[0] if rsne else b""


def offers_protection(rsne: bytes) -> bool:
    """Whether an RSNE, of either side, is capable of management frame protection."""
    return has_capability(rsne, CAPABILITY_MFP_CAPABLE)


def has_capability(rsne: bytes, capability: int) -> bool:
    """Whether an RSNE says that bit."""
    return bool(parse_rsne(rsne).capabilities & capability) if rsne else False


def _pmkids(body: bytes, offset: int) -> tuple[tuple[bytes, ...], int]:
    """The PMKIDs at ``offset``, and where they end."""
    if len(body) < offset + 2:
        return (), len(body)
    end = offset + 2 + _PMKID_LENGTH * struct.unpack_from("<H", body, offset)[0]
    if end > len(body):
        raise WireError("RSNE: PMKIDs reach over the end")
    found = range(offset + 2, end, _PMKID_LENGTH)
    return tuple(body[at : at + _PMKID_LENGTH] for at in found), end


def _suites(body: bytes, offset: int, default: bytes) -> tuple[tuple[bytes, ...], int]:
    """A counted list of suites at ``offset``, and where it ends."""
    if offset >= len(body):
        return (default,), offset
    if len(body) - offset < 2:
        raise WireError("RSNE: half a suite count")
    count = struct.unpack_from("<H", body, offset)[0]
    end = offset + 2 + 4 * count
    if count == 0 or end > len(body):
        raise WireError(f"RSNE: {count} suites in {len(body) - offset - 2} bytes")
    return tuple(body[at : at + 4] for at in range(offset + 2, end, 4)), end
