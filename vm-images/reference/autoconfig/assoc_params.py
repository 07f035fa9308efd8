# SPDX-License-Identifier: GPL-2.0-or-later
"""What PerformPostAssociate is told of the association: DOT11_ASSOCIATION_COMPLETION_PARAMETERS
with its frame bodies, and DOT11_PORT_STATE. Layouts: the contract, section 1.4 (windot11.h)."""

from __future__ import annotations

import struct

from .radio import Associated, Bss

NDIS_OBJECT_TYPE_DEFAULT = 0x80
REVISION_2 = 2  # the Windows 8 and later form, with the two last members
DS_UNKNOWN = 2
SIZE_BYTES = 96
PHY_ID = 0

_FIXED = struct.Struct(
    "<BBH6s2x"  # Header, MacAddr
    "IBB2x"  # uStatus, bReAssocReq, bReAssocResp
    "8I"  # offset and size of request, response, beacon, IHV data
    "3I2I"  # AuthAlgo, UnicastCipher, MulticastCipher; offset and size of the active PHY list
    "BBBx"  # bFourAddressSupported, bPortAuthorized, ucActiveQoSProtocol
    "I2I2I"  # DSInfo, encapsulation table, MulticastMgmtCipher, uAssocComebackTime
)
assert _FIXED.size == SIZE_BYTES


def completion_parameters(
    associated: Associated, beacon: Bss, auth_algorithm: int, unicast: int, multicast: int
) -> bytes:
    """The structure for a successful (re)association, followed by the association request and
    response bodies, the beacon body and the active PHY list, each named by offset and size from
    the structure's start."""
    bodies = (associated.request_body, associated.response_body, beacon.body())
    offset = SIZE_BYTES
    places: list[int] = []
    for body in bodies:
        places += (offset, len(body))
        offset += len(body)
    phy_offset = (offset + 3) & ~3  # ULONGs, so aligned
    tail = b"".join(bodies).ljust(phy_offset - SIZE_BYTES, b"\0") + PHY_ID.to_bytes(4, "little")
    fixed = _FIXED.pack(
        NDIS_OBJECT_TYPE_DEFAULT, REVISION_2, SIZE_BYTES, associated.bssid,
        0, associated.reassociation_request, associated.reassociation_response,
        *places, 0, 0,
        auth_algorithm, unicast, multicast, phy_offset, 4,
        0, 0, 0,
        DS_UNKNOWN, 0, 0, 0, 0,
    )  # fmt: skip
    return fixed + tail


def port_state(peer: bytes, session_id: int) -> dict[str, object]:
    """DOT11_PORT_STATE of a new port: controlled, and unauthorized as long as the DLL has not
    completed its post-association (POST-01). In the form the host takes."""
    return {
        "peer": mac_text(peer),
        "session_id": session_id,
        "controlled": True,
        "authorized": False,
    }


def mac_text(mac: bytes) -> str:
    """aa:bb:cc:dd:ee:ff."""
    return mac.hex(":")
