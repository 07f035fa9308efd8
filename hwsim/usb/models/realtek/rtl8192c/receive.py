# SPDX-License-Identifier: GPL-2.0-or-later
"""What a driver gets in a bulk IN transfer: a descriptor of 24 bytes, what the baseband tells of
the signal (32 bytes), the frame with its FCS."""

from __future__ import annotations

import struct
import zlib
from typing import Final, NamedTuple

from hwsim.usb.models.realtek.rtl8192c.rates import is_cck, rate_number

_DESCRIPTOR = struct.Struct("<6I")
_STATUS: Final = 32
_STATUS_UNIT: Final = 8
_ICV_ERROR: Final = 1 << 15
_HAS_STATUS: Final = 1 << 26
_NOT_DECRYPTED: Final = 1 << 27
_FIRST_AND_LAST: Final = 3 << 28

_DRIVER_ADDS_DB: Final = 10
_FLOOR_DBM: Final = -110
_CCK_STRONG_DBM, _CCK_WEAK_DBM = 16, -46
_CCK_STEPS: Final = 31


class Reception(NamedTuple):
    """A frame that the chip received, and what its cipher engine did.

    ``cipher`` is the key's type by which it was opened or should have been (0: none), ``error``
    whether it did not verify. A frame in the clear counts as decrypted, as the chip tells it.
    """

    frame: bytes
    cipher: int = 0
    decrypted: bool = True
    error: bool = False


def receive_transfer(
    received: Reception, *, rate_kbps: int, signal_dbm: int, cck_high_power: bool, tsf_us: int
) -> bytes:
    """The transfer; ``cck_high_power`` is how the driver set the baseband to tell signals."""
    whole = received.frame + zlib.crc32(received.frame).to_bytes(4, "little")
    rate = rate_number(rate_kbps)
    first = len(whole) & 0x3FFF | _STATUS // _STATUS_UNIT << 16 | _HAS_STATUS | _FIRST_AND_LAST
    first |= received.cipher << 20
    first |= _ICV_ERROR if received.error else 0
    first |= 0 if received.decrypted else _NOT_DECRYPTED
    head = _DESCRIPTOR.pack(first, 0, 0, rate, 0, tsf_us & 0xFFFFFFFF)
    status = bytearray(_STATUS)
    told_dbm = signal_dbm - _DRIVER_ADDS_DB
    if is_cck(rate):
        status[5] = cck_report(told_dbm, high_power=cck_high_power)
    else:
        steps = min(max(told_dbm - _FLOOR_DBM, 0), 0x7F)
        status[0:2] = bytes((steps // 2 & 0x3F,)) * 2
        status[4] = steps << 1
    return head + bytes(status) + whole


def cck_report(dbm: int, *, high_power: bool) -> int:
    """What the AGC tells of a signal by 802.11b: the LNA's gain, and steps of 2 dB below it."""
    gain, top = (0, _CCK_STRONG_DBM) if dbm >= _CCK_WEAK_DBM else (3, _CCK_WEAK_DBM)
    steps = min(max((top - dbm) // 2, 0), _CCK_STEPS)
    return gain << 5 | steps if high_power else gain << 6 | steps << 1
