# SPDX-License-Identifier: GPL-2.0-or-later
"""What a driver gets in a bulk IN transfer: a descriptor of 24 bytes (RXD), the frame, padding.

Of a frame that the chip decrypted the cipher's header and (of the MIC or ICV) four bytes are in the
descriptor, and no longer in the frame: packet numbers reach the driver.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from hwsim.frames import BROADCAST, MacHeader
from hwsim.usb.models.ralink.ciphers import CIPHER_HEADER
from hwsim.usb.models.ralink.rt73.plcp import received_signal

ICV_WRONG: Final = 1
MIC_WRONG: Final = 2

_RXD = struct.Struct("<IBBxx8s4s4x")
_UNICAST_TO_ME: Final = 1 << 2
_MULTICAST: Final = 1 << 3
_BROADCAST: Final = 1 << 4
_MY_BSS: Final = 1 << 5
_OFDM: Final = 1 << 7

_GAIN_STEPS: Final = 0x1F
_LNA_HIGH, _LNA_LOW = 3, 1
_FLOOR_DBM, _FLOOR_5_GHZ_DBM, _FLOOR_LOW_DBM = -90, -96, -64
"""What 0 steps mean: at the LNA's high gain in either band, and at its low one in both."""


class Reception(NamedTuple):
    """A frame that the chip received, and what its cipher engine did.

    ``cipher`` is that of the key by which it was opened or should have been (0: none), at
    ``key_index`` of its table; ``error`` is :data:`ICV_WRONG`, :data:`MIC_WRONG` or 0. ``iv`` is
    the cipher's header and ``icv`` what ended the frame, as far as they were taken away.
    """

    frame: bytes
    cipher: int = 0
    key_index: int = 0
    error: int = 0
    iv: bytes = bytes(CIPHER_HEADER)
    icv: bytes = bytes(4)


def receive_transfer(
    received: Reception, header: MacHeader, *, rate_kbps: int, signal_dbm: int, is_5_ghz: bool,
    to_me: bool, my_bss: bool,
) -> bytes:  # fmt: skip
    """The transfer."""
    frame = received.frame
    signal, ofdm = received_signal(rate_kbps)
    told = _MY_BSS if my_bss else 0
    if header.receiver == BROADCAST:
        told |= _BROADCAST
    elif header.receiver[0] & 1:
        told |= _MULTICAST
    elif to_me:
        told |= _UNICAST_TO_ME
    told |= _OFDM if ofdm else 0
    told |= received.error << 8 | received.key_index << 10 | received.cipher << 29
    told |= (len(frame) & 0xFFF) << 16
    strength = gain(signal_dbm, is_5_ghz=is_5_ghz)
    iv = received.iv.ljust(CIPHER_HEADER, b"\0")
    return _RXD.pack(told, signal, strength, iv, received.icv[:4]) + frame + bytes(-len(frame) & 3)


def gain(signal_dbm: int, *, is_5_ghz: bool) -> int:
    """The gain that the baseband reports: steps of 2 dB above what the LNA's gain stands for.

    A signal weaker or stronger than can be told is the weakest or strongest one that can.
    """
    lna, floor = _LNA_HIGH, _FLOOR_5_GHZ_DBM if is_5_ghz else _FLOOR_DBM
    if signal_dbm > floor + 2 * _GAIN_STEPS:
        lna, floor = _LNA_LOW, _FLOOR_LOW_DBM
    return lna << 5 | min(max((signal_dbm - floor) // 2, 0), _GAIN_STEPS)
