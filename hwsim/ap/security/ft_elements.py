# SPDX-License-Identifier: GPL-2.0-or-later
"""The elements of fast transitions: mobility domain, fast BSS transition, timeout interval.

Sources, all IEEE 802.11-2020: 9.4.2.46 (MDE), 9.4.2.47 (FTE and its subelements), 9.4.2.48 (TIE),
13.8.4 and 13.8.5 (what the MIC of an FTE is computed over).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from hwsim.errors import WireError

ELEMENT_MOBILITY_DOMAIN: Final = 54
ELEMENT_FAST_TRANSITION: Final = 55
ELEMENT_RSN_EXTENSION: Final = 244
_ELEMENT_TIMEOUT: Final = 56

REASSOCIATION_DEADLINE: Final = 1
KEY_LIFETIME: Final = 2
"""Types of a timeout interval; in TU and in seconds."""

_OVER_DS: Final = 0x01
_R1KH_ID: Final = 1
_GTK: Final = 2
_R0KH_ID: Final = 3
_IGTK: Final = 4
_OCI: Final = 5
_BIGTK: Final = 6
_FIXED: Final = struct.Struct("<BB16s32s32s")
_AT_MIC: Final = 4
"""In the whole element: behind identifier, length and MIC control."""
_MIC_LENGTH: Final = 16
_R1KH_LENGTH: Final = 6
_MAX_R0KH_LENGTH: Final = 48


class GivenKey(NamedTuple):
    """A group key as a station is given it: identifier, key, and the packet number used last."""

    key_id: int
    key: bytes
    pn: int


class Fte(NamedTuple):
    """A fast BSS transition element; ``covered`` is how many elements its MIC is over,
    ``oci`` the operating channel of who has OCV."""

    anonce: bytes = bytes(32)
    snonce: bytes = bytes(32)
    r0kh_id: bytes = b""
    r1kh_id: bytes = b""
    keys: bytes = b""
    covered: int = 0
    mic: bytes = bytes(16)
    oci: bytes = b""

    def body(self) -> bytes:
        """The whole element."""
        fixed = _FIXED.pack(0, self.covered, self.mic, self.anonce, self.snonce)
        content = fixed + _part(_R1KH_ID, self.r1kh_id) + self.keys + _part(_R0KH_ID, self.r0kh_id)
        content += _part(_OCI, self.oci)
        return _part(ELEMENT_FAST_TRANSITION, content)


def parse_fte(whole: bytes) -> Fte:
    """The FTE in ``whole`` (with identifier and length), group keys left out.

    Raises :class:`WireError`.
    """
    body = whole[2:]
    if len(body) < _FIXED.size:
        raise WireError(f"FTE: {len(body)} bytes")
    _, covered, mic, anonce, snonce = _FIXED.unpack_from(body)
    parts = dict(_parts(body[_FIXED.size :]))
    r0kh_id, r1kh_id = parts.get(_R0KH_ID, b""), parts.get(_R1KH_ID, b"")
    if len(r0kh_id) > _MAX_R0KH_LENGTH or len(r1kh_id) not in (0, _R1KH_LENGTH):
        raise WireError("FTE: a key holder's identifier of a wrong length")
    oci = parts.get(_OCI, b"")
    return Fte(anonce, snonce, r0kh_id, r1kh_id, covered=covered, mic=mic, oci=oci)


def mobility_domain(domain: bytes, *, over_ds: bool) -> bytes:
    """The MDE of a mobility domain; ``over_ds``: transitions go over the DS too."""
    return _part(ELEMENT_MOBILITY_DOMAIN, domain + bytes((_OVER_DS if over_ds else 0,)))


def timeout(kind: int, value: int) -> bytes:
    """A timeout interval element."""
    return _part(_ELEMENT_TIMEOUT, bytes((kind,)) + value.to_bytes(4, "little"))


def group_keys(keys: Sequence[GivenKey], wrap: Callable[[bytes], bytes]) -> bytes:
    """The subelements of an FTE that give group keys, under the key wrap ``wrap``: the GTK, and
    behind it IGTK and BIGTK as far as there are any."""
    gtk, *others = keys
    head = struct.pack("<HB", gtk.key_id, len(gtk.key)) + gtk.pn.to_bytes(8, "little")
    given = _part(_GTK, head + wrap(gtk.key))
    for identifier, key in zip((_IGTK, _BIGTK), others, strict=False):
        number = key.key_id.to_bytes(2, "little") + key.pn.to_bytes(6, "little")
        given += _part(identifier, number + bytes((len(key.key),)) + wrap(key.key))
    return given


def covered_by_mic(
    station: bytes, bssid: bytes, sequence: int, rsne: bytes, mde: bytes, fte: bytes, rsnxe: bytes
) -> bytes:
    """What the MIC of an FTE is computed over, in message ``sequence`` of the transition; all are
    whole elements."""
    unsigned = fte[:_AT_MIC] + bytes(_MIC_LENGTH) + fte[_AT_MIC + _MIC_LENGTH :]
    return station + bssid + bytes((sequence,)) + rsne + mde + unsigned + rsnxe


def _part(identifier: int, content: bytes) -> bytes:
    """An element or subelement; none of an empty content."""
    return bytes((identifier, len(content))) + content if content else b""


def _parts(body: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(body):
        end = at + 2 + (body[at + 1] if at + 1 < len(body) else len(body))
        if end > len(body):
            raise WireError("FTE: a subelement reaches over the end")
        yield body[at], body[at + 2 : end]
        at = end
