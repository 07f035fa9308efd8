# SPDX-License-Identifier: GPL-2.0-or-later
"""What a driver sends in a bulk OUT transfer: TXINFO, TXWI, frame; once or several times.

TXINFO has the length of what follows up to the next TXINFO (TXWI, frame and paddings), and whether
a next one follows. Between header and payload there is padding to a multiple of four bytes, another
behind the payload, and four bytes of zeros end the transfer.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from hwsim.errors import WireError
from hwsim.frames import parse_header
from hwsim.usb.models.ralink.rates import rate_kbps

_INFO = struct.Struct("<I")
_WI = struct.Struct("<II8s")
_LENGTH: Final = 0xFFFF
_DRIVER_GIVES_IV: Final = 1 << 24
_NEXT_VALID: Final = 1 << 30
_ACK: Final = 1 << 0
_ASSIGN_SEQUENCE: Final = 1 << 1


class TransmitRequest(NamedTuple):
    """A frame to be sent, its paddings taken out.

    ``packet_id`` (4 bits) comes back in the transmit status, 0 asks for none. ``rate`` is what the
    status tells of it: PHY mode, bandwidth and number, 16 bits. ``iv`` are the eight bytes of a
    cipher's header that the driver gave; ``None`` if the chip is to count on.
    """

    frame: bytes
    header_length: int
    wcid: int
    packet_id: int
    rate: int
    wants_ack: bool
    assign_sequence: bool
    iv: bytes | None

    @property
    def rate_kbps(self) -> int | None:
        """The legacy rate; ``None`` if it is none."""
        return rate_kbps(self.rate >> 14, self.rate & 0x7F)


def transmit_requests(transfer: bytes) -> list[TransmitRequest]:
    """The frames of a transfer; raises :class:`WireError` if one of them is none."""
    requests = []
    offset, follows = 0, True
    while follows:
        if len(transfer) - offset < _INFO.size:
            raise WireError(f"TXINFO: {len(transfer) - offset} bytes left")
        (info,) = _INFO.unpack_from(transfer, offset)
        begin, length = offset + _INFO.size, info & _LENGTH
        if len(transfer) - begin < length:
            raise WireError(f"TXINFO: {length} bytes named, {len(transfer) - begin} left")
        block = transfer[begin : begin + length]
        requests.append(_request(block, driver_gives_iv=bool(info & _DRIVER_GIVES_IV)))
        offset, follows = begin + (length + 3 & ~3), bool(info & _NEXT_VALID)
    return requests


def _request(block: bytes, *, driver_gives_iv: bool) -> TransmitRequest:
    if len(block) < _WI.size:
        raise WireError(f"TXWI: {len(block)} bytes")
    first, second, iv = _WI.unpack_from(block)
    padded, length = block[_WI.size :], second >> 16 & 0xFFF
    header_length = parse_header(padded).length
    pad = -header_length & 3 if length > header_length else 0
    if not header_length <= length <= len(padded) - pad:
        raise WireError(f"TXWI: a frame of {length} bytes, {len(padded)} there")
    return TransmitRequest(
        frame=padded[:header_length] + padded[header_length + pad : length + pad],
        header_length=header_length,
        wcid=second >> 8 & 0xFF,
        packet_id=second >> 28,
        rate=first >> 16,
        wants_ack=bool(second & _ACK),
        assign_sequence=bool(second & _ASSIGN_SEQUENCE),
        iv=iv if driver_gives_iv else None,
    )
