# SPDX-License-Identifier: GPL-2.0-or-later
"""The EEPROM as a driver reads it."""

from __future__ import annotations

import struct

from hwsim.usb.models.ralink.rt73.eeprom import eeprom_image
from tests.unit.hwsim.usb.models.ralink.driver import MAC


def test_address_and_rf_part_are_where_a_driver_looks() -> None:
    """Words of 16 bits; no radio switch, no amplifier before the receiver, no offsets."""
    words = struct.unpack("<128H", eeprom_image(MAC))
    assert struct.pack("<3H", *words[2:5]) == MAC
    assert words[0x10] >> 11 == 1
    assert not words[0x10] & 1 << 10
    assert not words[0x11] & 1 << 4
    assert words[0x4D] == words[0x4E] == 0
