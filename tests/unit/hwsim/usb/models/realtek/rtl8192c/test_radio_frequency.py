# SPDX-License-Identifier: GPL-2.0-or-later
"""The radio frequency parts."""

from __future__ import annotations

import pytest

from hwsim.usb.models.memory import Memory
from hwsim.usb.models.realtek.rtl8192c.radio_frequency import RadioFrequency


def test_registers_are_read_back_by_either_line() -> None:
    """Each part has its own; the address lies in a word of the baseband."""
    memory = Memory()
    RadioFrequency(memory)
    for part, reads in ((0, (0x8A0, 0x8B8)), (1, (0x8A4, 0x8BC))):
        value = 0x12340 + part
        memory.write(0x840 + 4 * part, (0x24 << 20 | value).to_bytes(4, "little"))
        memory.write(0x824 + 8 * part, (1 << 31 | 0x24 << 23).to_bytes(4, "little"))
        for read in reads:
            assert int.from_bytes(memory.read(read, 4), "little") == value


@pytest.mark.parametrize(
    ("channel", "freq_mhz"), [(0, None), (1, 2412), (13, 2472), (14, 2484), (15, None)]
)
def test_it_is_tuned_by_one_register(channel: int, freq_mhz: int | None) -> None:
    """The other bits are bandwidth and calibration."""
    memory = Memory()
    radio = RadioFrequency(memory)
    memory.write(0x840, (0x18 << 20 | 0xFC00 | channel).to_bytes(4, "little"))
    assert radio.frequency_mhz == freq_mhz


def test_the_calibration_ends_well() -> None:
    """No bit of a failure, and none of the values that a driver takes for one."""
    memory = Memory()
    RadioFrequency(memory)
    found = {
        at: int.from_bytes(memory.read(at, 4), "little") for at in (0xE94, 0xE9C, 0xEA4, 0xEAC)
    }
    assert not found[0xEAC] >> 27
    failed = {0xE94: 0x142, 0xE9C: 0x42, 0xEA4: 0x132, 0xEAC: 0x36}
    assert all(found[at] >> 16 & 0x3FF != wrong for at, wrong in failed.items())
