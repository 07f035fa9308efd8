# SPDX-License-Identifier: GPL-2.0-or-later
"""What a driver gets in a bulk IN transfer: RXINFO, RXWI, frame with its paddings, RXD."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from hwsim.frames import BROADCAST, DATA, SUBTYPE_NULL_BIT, MacHeader
from hwsim.usb.models.ralink.rates import rate_mode

NO_WCID: Final = 0xFF
"""Stands for a transmitter that is in no entry of the table."""
ICV_WRONG: Final = 1
MIC_WRONG: Final = 2

_INFO_AND_WI = struct.Struct("<IIIBBBxI")
_D = struct.Struct("<I")
_WI_SIZE: Final = 16
_RSSI_OFFSET: Final = 12
"""dBm = -12 - value, as far as the EEPROM has no offsets of its own."""
_MAX_RSSI: Final = 127
_SNR: Final = 40

_D_DATA: Final = 1 << 1
_D_NULL: Final = 1 << 2
_D_UNICAST_TO_ME: Final = 1 << 4
_D_MULTICAST: Final = 1 << 5
_D_BROADCAST: Final = 1 << 6
_D_MY_BSS: Final = 1 << 7
_D_CIPHER_ERROR: Final = 9
_D_L2_PADDED: Final = 1 << 14
_D_DECRYPTED: Final = 1 << 16


class Reception(NamedTuple):
    """A frame that the chip received, and what it found out about it.

    ``cipher`` is the cipher of the key by which it was opened or should have been (0: none),
    ``error`` :data:`ICV_WRONG`, :data:`MIC_WRONG` or 0. A frame that was opened has neither cipher
    header nor integrity code any more; its Protected bit stays.
    """

    frame: bytes
    header: MacHeader
    wcid: int = NO_WCID
    key_id: int = 0
    cipher: int = 0
    error: int = 0


def receive_transfer(
    received: Reception, *, rate_kbps: int, signal_dbm: int, to_me: bool, my_bss: bool, chains: int
) -> bytes:
    """The transfer; ``chains`` is how many receivers tell a signal strength."""
    frame, header = received.frame, received.header
    pad = -header.length & 3 if len(frame) > header.length else 0
    padded = frame[: header.length] + bytes(pad) + frame[header.length :]
    padded += bytes(-len(padded) & 3)
    phy_mode, number = rate_mode(rate_kbps)
    rssi = min(max(-_RSSI_OFFSET - signal_dbm, 1), _MAX_RSSI)
    sequence = int.from_bytes(frame[22:24], "little") if len(frame) >= 24 else 0
    head = _INFO_AND_WI.pack(
        _WI_SIZE + len(padded),
        received.wcid | received.key_id << 8 | (received.cipher & 7) << 13
        | (len(frame) & 0xFFF) << 16 | header.tid << 28,
        sequence | number << 16 | phy_mode << 30,
        rssi, rssi if chains > 1 else 0, 0, _SNR,
    )  # fmt: skip
    told = _flags(received, to_me=to_me, my_bss=my_bss) | (_D_L2_PADDED if pad else 0)
    return head + padded + _D.pack(told)


def _flags(received: Reception, *, to_me: bool, my_bss: bool) -> int:
    header = received.header
    flags = received.error << _D_CIPHER_ERROR
    if header.type == DATA:
        flags |= _D_NULL if header.subtype & SUBTYPE_NULL_BIT else _D_DATA
    if header.receiver == BROADCAST:
        flags |= _D_BROADCAST
    elif header.receiver[0] & 1:
        flags |= _D_MULTICAST
    elif to_me:
        flags |= _D_UNICAST_TO_ME
    if my_bss:
        flags |= _D_MY_BSS
    if received.cipher:
        flags |= _D_DECRYPTED
    return flags
