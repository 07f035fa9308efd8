# SPDX-License-Identifier: GPL-2.0-or-later
"""What the chips say they are."""

from __future__ import annotations

import pytest

from hwsim.usb.models.ralink.chips import Rt2870, Rt3070
from hwsim.usb.models.ralink.rt2800 import Rt2800
from tests.unit.hwsim.usb.models.ralink.driver import MAC, Driver


@pytest.mark.parametrize(
    ("kind", "product", "revision"), [(Rt3070, 0x3070, 0x30700201), (Rt2870, 0x2870, 0x28720200)]
)
def test_ids_revision_and_address(kind: type[Rt2800], product: int, revision: int) -> None:
    """Drivers find the chip by its ids, what it is by its revision, who it is by its EEPROM."""
    driver = Driver(kind)
    assert (driver.chip.usb.vendor, driver.chip.usb.product) == (0x148F, product)
    assert [one.address for one in driver.chip.usb.endpoints] == [0x81, 1, 2, 3, 4, 5, 6]
    assert driver.read_word(0x1000) == revision
    assert driver.chip.mac == MAC


def test_only_rt3070_has_fuses() -> None:
    """The bit that says so decides by which way a driver reads."""
    assert Driver(Rt3070).read_word(0x0580) >> 31
    assert not Driver(Rt2870).read_word(0x0580) >> 31


def test_rt2870_is_tuned_by_its_own_rf_part() -> None:
    """RF2820 is written through a word of its own."""
    driver = Driver(Rt2870)
    driver.start()
    for word in (0x18402ECC, 0x184C078E, 0x18168A55, 0x1800519F):
        driver.write_word(0x1020, word | 1 << 31)
    assert driver.read_word(0x1020) >> 31 == 0
    assert driver.receive(b"\x80\0\0\0" + b"\xff" * 6 + bytes(14)) is not None
