# SPDX-License-Identifier: GPL-2.0-or-later
"""What PerformPostAssociate is told of the association: DOT11_ASSOCIATION_COMPLETION_PARAMETERS
with its frame bodies, and DOT11_PORT_STATE. Layouts: windot11.h, and
docs/contract.md, "Layouts"."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from hil_common.ciphers import GROUP_MANAGEMENT_CIPHERS

from .. import codes
from ..radio.interface import Associated, Bss

NDIS_OBJECT_TYPE_DEFAULT = 0x80
DS_UNKNOWN = 2
SIZE_BYTES = 96
VISTA_SIZE_BYTES = 88  # before Windows 8: without the two last members
PHY_ID = 0
PLACES_AT = 20  # uAssocReqOffset; then its size, and so on for response, beacon, IHV data

HOSTILE: dict[str, tuple[int, int | None, int | None] | None] = {
    "offset-past-end": (2, 0x10000, None),  # the beacon lies 64 KiB behind the structure
    "size-past-end": (0, None, 0x10000),  # the request is said to be longer than everything
    "sum-wraps": (0, 0xFFFFFFF0, 0x20),  # offset + size is a small number again
    "offset-in-header": (0, 4, 64),  # the request lies upon the structure itself
    "truncated": None,  # the buffer ends in the midst of the structure
}
"""What a DLL must not trust (AssociationHostility, POST-15): number of the place, its offset, its
size."""
TRUNCATED_BYTES = 60

_FIXED = struct.Struct(
    "<BBH6s2x"  # Header, MacAddr
    "IBB2x"  # uStatus, bReAssocReq, bReAssocResp
    "8I"  # offset and size of request, response, beacon, IHV data
    "3I2I"  # AuthAlgo, UnicastCipher, MulticastCipher; offset and size of the active PHY list
    "BBBx"  # bFourAddressSupported, bPortAuthorized, ucActiveQoSProtocol
    "I2I2I"  # DSInfo, encapsulation table, MulticastMgmtCipher, uAssocComebackTime
)
assert _FIXED.size == SIZE_BYTES


@dataclass(frozen=True)
class Form:
    """The form PerformPostAssociate gets its parameters in; a stimulus may ask for another one.

    Attributes:
        size: of the fixed part, 96 (Windows 8 and later) or 88 bytes.
        revision: of the header; 2 names the form of 96 bytes.
        hostile: which of HOSTILE, if any.
    """

    size: int = SIZE_BYTES
    revision: int = 2
    hostile: str = ""


def completion_parameters(
    associated: Associated,
    beacon: Bss,
    auth_algorithm: int,
    unicast: int,
    multicast: int,
    form: Form = Form(),
) -> bytes:
    """The structure for a successful (re)association, followed by the association request and
    response bodies, the beacon body and the active PHY list, each named by offset and size from
    the structure's start."""
    bodies = (associated.request_body, associated.response_body, beacon.body())
    offset = form.size
    places: list[int] = []
    for body in bodies:
        places += (offset, len(body))
        offset += len(body)
    phy_offset = (offset + 3) & ~3  # ULONGs, so aligned
    tail = b"".join(bodies).ljust(phy_offset - form.size, b"\0") + PHY_ID.to_bytes(4, "little")
    fixed = _FIXED.pack(
        NDIS_OBJECT_TYPE_DEFAULT, form.revision, form.size, associated.bssid,
        0, associated.reassociation_request, associated.reassociation_response,
        *places, 0, 0,
        auth_algorithm, unicast, multicast, phy_offset, 4,
        0, 0, 0,
        DS_UNKNOWN, 0, 0, management_algorithm(associated), 0,
    )  # fmt: skip
    return _hostile(fixed[: form.size] + tail, form.hostile)


def management_algorithm(associated: Associated) -> int:
    """DOT11_CIPHER_ALGORITHM of robust management frames to all; 0 where they are not protected."""
    known = GROUP_MANAGEMENT_CIPHERS.values()
    suite = associated.management_suite
    return next((one.algorithm for one in known if one.suite == suite), codes.CIPHER_NONE)


def _hostile(buffer: bytes, what: str) -> bytes:
    """The same with one thing in it that must not be trusted."""
    if not what:
        return buffer
    place = HOSTILE[what]
    if place is None:
        return buffer[:TRUNCATED_BYTES]
    number, offset, size = place
    changed = bytearray(buffer)
    at = PLACES_AT + 8 * number
    for here, value in ((at, offset), (at + 4, size)):
        if value is not None:
            struct.pack_into("<I", changed, here, value)
    return bytes(changed)


def parse_form(parameters: object) -> Form:
    """The form a stimulus asks for; raises ValueError."""
    if not isinstance(parameters, dict) or not set(parameters) <= {"size", "revision", "hostile"}:
        raise ValueError("association parameters have a size, a revision and a hostile")
    form = Form(**parameters)
    if form.size not in (SIZE_BYTES, VISTA_SIZE_BYTES) or form.revision not in (1, 2):
        raise ValueError("the size is 88 or 96, the revision 1 or 2")
    if form.hostile not in ("", *HOSTILE):
        raise ValueError(f"hostile is one of {', '.join(HOSTILE)}")
    return form


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
