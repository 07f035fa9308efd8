# SPDX-License-Identifier: GPL-2.0-or-later
"""What a driver sends in a bulk OUT transfer: a descriptor of 24 bytes (TXD), a frame, padding.

A frame that the chip is to encrypt comes without a cipher's header, which is in the descriptor.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from hwsim.errors import WireError
from hwsim.frames import MacHeader, parse_header
from hwsim.usb.models.ralink.rt73.plcp import sent_kbps

_TXD = struct.Struct("<IIB3x8sI")
_VALID: Final = 1 << 1
_ACK: Final = 1 << 3
_OFDM: Final = 1 << 5
_TKIP_MIC: Final = 1 << 8
_PAIRWISE: Final = 1 << 9
_ASSIGN_SEQUENCE: Final = 1 << 28


class TransmitRequest(NamedTuple):
    """A frame to be sent.

    ``cipher`` is that of the key by which the chip is to encrypt it, 0: none; ``pairwise`` and
    ``key_index`` say where that key is, ``iv`` is the cipher's header, of which WEP has four bytes.
    ``michael`` is whether the chip is to add TKIP's MIC.
    """

    frame: bytes
    header: MacHeader
    rate_kbps: int | None
    wants_ack: bool
    assign_sequence: bool
    cipher: int
    pairwise: bool
    key_index: int
    iv: bytes
    michael: bool


def transmit_request(transfer: bytes) -> TransmitRequest:
    """The frame of a transfer; raises :class:`WireError` if it is none."""
    if len(transfer) < _TXD.size:
        raise WireError(f"TXD: {len(transfer)} bytes")
    first, second, signal, iv, _ = _TXD.unpack_from(transfer)
    length, there = first >> 16 & 0xFFF, len(transfer) - _TXD.size
    if not first & _VALID or length > there:
        raise WireError(f"TXD: {first:#010x} with {there} bytes behind it")
    frame = transfer[_TXD.size : _TXD.size + length]
    header, cipher = parse_header(frame), first >> 29
    if cipher and second >> 16 & 0x3F != header.length:
        raise WireError(f"TXD: a cipher's header at {second >> 16 & 0x3F} of {header.length} bytes")
    return TransmitRequest(
        frame=frame,
        header=header,
        rate_kbps=sent_kbps(signal, ofdm=bool(first & _OFDM)),
        wants_ack=bool(first & _ACK),
        assign_sequence=bool(second & _ASSIGN_SEQUENCE),
        cipher=cipher,
        pairwise=bool(first & _PAIRWISE),
        key_index=first >> 10 & 0x3F,
        iv=iv,
        michael=bool(first & _TKIP_MIC),
    )
