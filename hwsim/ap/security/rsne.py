# SPDX-License-Identifier: GPL-2.0-or-later
"""The RSN element: what ours says, and whether a station's fits it.

Source: IEEE 802.11-2020, 9.4.2.24 (the element), table 9-50 (status codes).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

from hwsim.errors import WireError
from hwsim.frames import ELEMENT_RSN

_PMKID_LENGTH: Final = 16
SUITE_CCMP: Final = bytes.fromhex("000fac04")
_DEFAULT_AKM: Final = bytes.fromhex("000fac01")
"""802.1X, which an RSNE without AKM suites means (9.4.2.24.3)."""

STATUS_SUCCESS: Final = 0
STATUS_MANAGEMENT_PROTECTION: Final = 31
"""The station's management frame protection is not what the access point requires."""
STATUS_INVALID_ELEMENT: Final = 40
STATUS_INVALID_GROUP_CIPHER: Final = 41
STATUS_INVALID_PAIRWISE_CIPHER: Final = 42
STATUS_INVALID_AKMP: Final = 43
STATUS_UNSUPPORTED_RSNE_VERSION: Final = 44
STATUS_INVALID_RSNE_CAPABILITIES: Final = 45

CAPABILITY_MFP_REQUIRED: Final = 0x0040
CAPABILITY_MFP_CAPABLE: Final = 0x0080


def own_rsne(akms: Sequence[bytes], capabilities: int, pmkids: Sequence[bytes] = ()) -> bytes:
    """Version 1, CCMP for group and pairwise, those AKMs and capabilities; whole element."""
    one = b"\x01\x00"
    body = one + SUITE_CCMP + one + SUITE_CCMP + struct.pack("<H", len(akms)) + b"".join(akms)
    body += struct.pack("<H", capabilities)
    if pmkids:
        body += struct.pack("<H", len(pmkids)) + b"".join(pmkids)
    return bytes((ELEMENT_RSN, len(body))) + body


class RsnElement(NamedTuple):
    """A parsed RSNE; fields that were left out have the defaults of the standard (CCMP, 802.1X)."""

    version: int
    group: bytes
    pairwise: tuple[bytes, ...]
    akms: tuple[bytes, ...]
    capabilities: int
    pmkids: tuple[bytes, ...] = ()


def parse_rsne(whole: bytes) -> RsnElement:
    """The RSNE in ``whole`` (with identifier and length); raises :class:`WireError`."""
    body = whole[2:]
    if len(body) < 2:
        raise WireError("RSNE: no version")
    version = struct.unpack_from("<H", body)[0]
    group, offset = (body[2:6], 6) if len(body) >= 6 else (SUITE_CCMP, len(body))
    pairwise, offset = _suites(body, offset, SUITE_CCMP)
    akms, offset = _suites(body, offset, _DEFAULT_AKM)
    capabilities = struct.unpack_from("<H", body, offset)[0] if len(body) >= offset + 2 else 0
    pmkids = _pmkids(body, offset + 2)
    return RsnElement(version, group, pairwise, akms, capabilities, pmkids)


def association_status(rsne: bytes | None, akms: Sequence[bytes], capabilities: int) -> int:
    """The status code an access point answers to an association request with that RSNE.

    ``akms`` and ``capabilities`` are of its own RSNE.
    """
    if rsne is None:
        return STATUS_INVALID_ELEMENT
    try:
        station = parse_rsne(rsne)
    except WireError:
        return STATUS_INVALID_ELEMENT
    if station.version != 1:
        return STATUS_UNSUPPORTED_RSNE_VERSION
    if station.group != SUITE_CCMP:
        return STATUS_INVALID_GROUP_CIPHER
    if station.pairwise != (SUITE_CCMP,):
        return STATUS_INVALID_PAIRWISE_CIPHER
    if len(station.akms) != 1 or station.akms[0] not in akms:
        return STATUS_INVALID_AKMP
    return _protection_status(station.capabilities, capabilities)


def _protection_status(station: int, own: int) -> int:
    """What comes of both sides' management frame protection (12.6.3, table 12-5)."""
    if station & CAPABILITY_MFP_REQUIRED and not own & CAPABILITY_MFP_CAPABLE:
        return STATUS_INVALID_RSNE_CAPABILITIES
    if own & CAPABILITY_MFP_REQUIRED and not station & CAPABILITY_MFP_CAPABLE:
        return STATUS_MANAGEMENT_PROTECTION
    return STATUS_SUCCESS


def chosen_akm(rsne: bytes) -> bytes:
    """The AKM suite of a station's RSNE that fitted; empty without an RSNE."""
    return parse_rsne(rsne).akms[0] if rsne else b""


def offers_protection(rsne: bytes) -> bool:
    """Whether an RSNE, of either side, is capable of management frame protection."""
    return bool(parse_rsne(rsne).capabilities & CAPABILITY_MFP_CAPABLE) if rsne else False


def _pmkids(body: bytes, offset: int) -> tuple[bytes, ...]:
    if len(body) < offset + 2:
        return ()
    end = offset + 2 + _PMKID_LENGTH * struct.unpack_from("<H", body, offset)[0]
    if end > len(body):
        raise WireError("RSNE: PMKIDs reach over the end")
    return tuple(body[at : at + _PMKID_LENGTH] for at in range(offset + 2, end, _PMKID_LENGTH))


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
