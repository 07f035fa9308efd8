# SPDX-License-Identifier: GPL-2.0-or-later
"""The EEPROM of an adapter with two bands, which a vendor request reads."""

from __future__ import annotations

import struct
from typing import Final

_LENGTH: Final = 256
_VERSION: Final = 1
_MAC: Final = 2
_ANTENNA: Final = 0x10
_NIC: Final = 0x11
_POWER_2_4: Final = range(0x23, 0x2A)
_FREQUENCY: Final = 0x2F
_LEDS: Final = 0x30
_POWER_5: Final = range(0x31, 0x3D)
_RSSI_OFFSETS: Final = (0x4D, 0x4E)

_RF5226: Final = 1
_ANTENNA_B: Final = 2
_POWER: Final = 0x0C0C
"""Of two channels, in the driver's steps."""


def eeprom_image(mac: bytes) -> bytes:
    """An EEPROM with that address; words left out are unset.

    The signal strengths that the chip tells are the whole: no offset, no amplifier before it.
    """
    words = [0xFFFF] * (_LENGTH // 2)
    words[_VERSION] = 0x0101
    words[_MAC : _MAC + 3] = struct.unpack("<3H", mac)
    words[_ANTENNA] = _RF5226 << 11 | _ANTENNA_B << 4 | _ANTENNA_B << 2 | 2
    words[_NIC] = words[_FREQUENCY] = words[_LEDS] = 0
    for at in (*_POWER_2_4, *_POWER_5):
        words[at] = _POWER
    for at in _RSSI_OFFSETS:
        words[at] = 0
    return struct.pack(f"<{len(words)}H", *words)
