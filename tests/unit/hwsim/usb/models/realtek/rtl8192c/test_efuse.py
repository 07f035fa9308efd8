# SPDX-License-Identifier: GPL-2.0-or-later
"""The fuses as a driver reads them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hwsim.usb.models.realtek.rtl8192c.efuse import burnt, contents
from tests.unit.hwsim.usb.models.ralink.driver import MAC
from tests.unit.hwsim.usb.models.realtek.rtl8192c.driver import Driver


def unpacked(fuses: bytes) -> bytes:
    """The map, as a driver puts it together."""
    whole = bytearray(b"\xff" * 128)
    left = iter(fuses)
    for header in left:
        for word in range(4):
            if not header >> word & 1:
                at = 8 * (header >> 4) + 2 * word
                whole[at : at + 2] = bytes((next(left), next(left)))
    return bytes(whole)


def test_the_map_has_what_a_driver_looks_for() -> None:
    """The id by which it is valid, the adapter's ids and address, its board."""
    whole = contents(MAC, vendor=0x0BDA, product=0x8178)
    assert whole[:2] == b"\x29\x81"
    assert whole[0x0A:0x0E] == b"\xda\x0b\x78\x81"
    assert whole[0x16:0x1C] == MAC
    assert whole[0x79] == whole[0x7F] == 0


@given(st.binary(min_size=128, max_size=128))
def test_what_is_burnt_is_the_map(whole: bytes) -> None:
    """Whichever words are unset."""
    assert unpacked(burnt(whole)) == whole


def test_a_driver_reads_byte_by_byte() -> None:
    """An address in, ready and the byte out; all ones behind the last one."""
    driver, found = Driver(), bytearray()
    for address in range(512):
        driver.write(0x31, address.to_bytes(2, "little"))
        driver.write(0x33, b"\x72")
        assert driver.read(0x33)[0] & 0x80
        found += driver.read(0x30)
    fuses = burnt(contents(MAC, vendor=0x0BDA, product=0x8178))
    assert bytes(found) == fuses.ljust(512, b"\xff")


def test_nothing_is_burnt() -> None:
    """A driver that asks for it is told that it is done."""
    driver = Driver()
    driver.write_word(0x30, 1 << 31 | 0x12)
    assert driver.read_word(0x30) >> 31 == 0
