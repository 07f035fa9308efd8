# SPDX-License-Identifier: GPL-2.0-or-later
"""What a driver sends in a bulk OUT transfer: a descriptor of 32 bytes, and a frame.

A frame that the chip is to encrypt has the cipher's header already, and no room for what follows
the data. Not modelled: several frames in one transfer.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from hwsim.errors import WireError
from hwsim.frames import MacHeader, parse_header
from hwsim.usb.models.realtek.rtl8192c.rates import rate_kbps

_DESCRIPTOR = struct.Struct("<8I")
_WORDS = struct.Struct("<16H")
_ASSIGN_SEQUENCE: Final = 1 << 7
NO_CIPHER, RC4, AES = 0, 1, 3
"""How a frame is to be encrypted: not at all, by WEP or TKIP, by CCMP."""


class TransmitRequest(NamedTuple):
    """A frame to be sent; ``cipher`` is one of :data:`NO_CIPHER`, :data:`RC4`, :data:`AES`."""

    frame: bytes
    header: MacHeader
    rate_kbps: int | None
    cipher: int
    assign_sequence: bool


def transmit_request(transfer: bytes) -> TransmitRequest:
    """The frame of a transfer; raises :class:`WireError` if it is none."""
    if len(transfer) < _DESCRIPTOR.size:
        raise WireError(f"TX descriptor: {len(transfer)} bytes")
    if _checksum(transfer):
        raise WireError("TX descriptor: its checksum is wrong")
    words = _DESCRIPTOR.unpack_from(transfer)
    length, offset = words[0] & 0xFFFF, words[0] >> 16 & 0xFF
    if offset < _DESCRIPTOR.size or len(transfer) < offset + length:
        raise WireError(f"TX descriptor: {length} bytes at {offset}, {len(transfer)} came")
    frame = transfer[offset : offset + length]
    return TransmitRequest(
        frame=frame,
        header=parse_header(frame),
        rate_kbps=rate_kbps(words[5] & 0x3F),
        cipher=words[1] >> 22 & 3,
        assign_sequence=bool(words[4] & _ASSIGN_SEQUENCE),
    )


def _checksum(transfer: bytes) -> int:
    """Of a descriptor with its checksum: 0."""
    left = 0
    for word in _WORDS.unpack_from(transfer):
        left ^= word
    return left
