# SPDX-License-Identifier: GPL-2.0-or-later
"""The EEPROM and the fuses."""

from __future__ import annotations

from hwsim.usb.models.memory import Memory
from hwsim.usb.models.ralink.eeprom import Efuse, eeprom_image
from tests.unit.hwsim.usb.models.ralink.driver import MAC

IMAGE = eeprom_image(MAC, chip=0x3070, rf=5, chains=1)


def fused(*, present: bool = True) -> Memory:
    """A memory with the registers of the fuses."""
    memory = Memory()
    Efuse(memory, IMAGE, present=present)
    return memory


def test_the_image_has_chip_address_and_antennas() -> None:
    """Words 0, 2 to 4 and 0x1A."""
    assert len(IMAGE) == 512
    assert IMAGE[:2] == b"\x70\x30"
    assert IMAGE[4:10] == MAC
    assert IMAGE[0x34:0x36] == b"\x11\x05"


def test_fuses_are_read_in_blocks_from_the_last_register_on() -> None:
    """As rt2800usb does: the address of a word of 16 bits from bit 17 on, and the kick bit."""
    memory, read = fused(), b""
    for word in range(0, 256, 8):
        memory.write(0x0580, (1 << 31 | 1 << 30 | word << 17).to_bytes(4, "little"))
        assert memory.word(0x0580) >> 30 == 2  # there are fuses, and they are not busy
        read += b"".join(memory.read(at, 4) for at in (0x059C, 0x0598, 0x0594, 0x0590))
    assert read == IMAGE


def test_a_block_that_is_none_says_so() -> None:
    """Behind the end there is nothing burnt: all ones, and a number that is no block's."""
    memory = fused()
    memory.write(0x0580, (1 << 30 | 0x3F0 << 16).to_bytes(4, "little"))
    assert memory.word(0x0580) & 0x3F == 0x3F
    assert memory.read(0x0590, 16) == b"\xff" * 16


def test_without_fuses_the_register_reads_0() -> None:
    """Then a driver asks by vendor request."""
    assert fused(present=False).read(0x0580, 4) == bytes(4)
