# SPDX-License-Identifier: GPL-2.0-or-later
"""The EEPROM: what an adapter's maker wrote down, and the two ways to it.

RT2870 has an EEPROM, which a vendor request reads; the RT3070 has fuses (efuse) that are read by
registers in blocks of sixteen bytes, and answers the request too.
"""

from __future__ import annotations

import struct
from typing import Final

from hwsim.usb.models.memory import Memory

LENGTH: Final = 512
EFUSE_CONTROL: Final = 0x0580
_EFUSE_DATA: Final = 0x0590
_BLOCK: Final = 16
_PRESENT: Final = 1 << 31
_KICK: Final = 1 << 30
_WRITE_MODE: Final = 3
_NOT_BURNT: Final = 0x3F
"""In the place of a block's number: there is no such block."""

_MAC: Final = 2
_VERSION: Final = 1
_CHIP: Final = 0
_NIC_0: Final = 0x1A
_NIC_1: Final = 0x1B
_FREQUENCY: Final = 0x1D
_LEDS: Final = 0x1E
_NIC_2: Final = 0x21
_AMPLIFIERS: Final = range(0x22, 0x27)
_POWER: Final = range(0x29, 0x37)
_POWER_BY_RATE: Final = range(0x6F, 0x78)


def eeprom_image(mac: bytes, *, chip: int, rf: int, chains: int) -> bytes:
    """An EEPROM with that address, chip, RF part and number of chains; words left out are unset.

    No offsets of signal strengths, and no amplifier's gain: what the chip tells is then the whole.
    """
    words = [0xFFFF] * (LENGTH // 2)
    words[_CHIP] = chip
    words[_VERSION] = 0x0101
    words[_MAC : _MAC + 3] = struct.unpack("<3H", mac)
    words[_NIC_0] = rf << 8 | chains << 4 | chains
    words[_NIC_1] = words[_FREQUENCY] = 0
    words[_LEDS : _LEDS + 3] = (0x5555, 0x2221, 0xA9F8)
    words[_NIC_2] = chains << 4 | chains
    for at in _AMPLIFIERS:
        words[at] = 0
    for at in _POWER:
        words[at] = 0x0A0A
    for at in _POWER_BY_RATE:
        words[at] = 0x6666
    return struct.pack(f"<{len(words)}H", *words)


class Efuse:
    """The registers by which an image is read; of a chip without fuses they say so."""

    def __init__(self, memory: Memory, image: bytes, *, present: bool) -> None:
        self._memory = memory
        self._image = image
        if present:
            memory.set_word(EFUSE_CONTROL, _PRESENT)
            memory.on_write(EFUSE_CONTROL, self._access)

    def _access(self, word: int) -> int:
        if word & _KICK and word >> 6 & 3 != _WRITE_MODE:
            at = word >> 16 & 0x3F0
            block = self._image[at : at + _BLOCK]
            number = at // _BLOCK if block else _NOT_BURNT
            # Register by register the block lies in memory from its end to its begin.
            for index in range(0, _BLOCK, 4):
                data = block[index : index + 4] or b"\xff" * 4
                self._memory.set_bytes(_EFUSE_DATA + 12 - index, data)
            word = word & ~0x3F | number
        return word & ~_KICK | _PRESENT
