# SPDX-License-Identifier: GPL-2.0-or-later
"""Baseband and RF parts."""

from __future__ import annotations

import pytest

from hwsim.usb.models.ralink.radio_frequency import Baseband, Rf2820, Rf3020

READ = WRITE = 1 << 16
BUSY = 1 << 17
RF3020 = {
    2412: (241, 2), 2417: (241, 7), 2422: (242, 2), 2437: (243, 7), 2462: (246, 2),
    2472: (247, 2), 2484: (248, 4),
}  # fmt: skip
RF2820 = {
    2412: (0x184C0786, 0x1800510B), 2417: (0x184C0786, 0x1800519F), 2437: (0x184C078E, 0x1800519F),
    2472: (0x184C079E, 0x1800518B), 2484: (0x184C07A2, 0x18005193),
}  # fmt: skip
"""The words of registers 2 and 4 by which rt2800usb tunes, without power and antennas."""
ANTENNAS, POWER = 0x24040, 0x21F87C0


def test_the_baseband_reads_what_was_written_and_is_never_busy() -> None:
    """A word without the busy bit asks for nothing."""
    baseband = Baseband()
    assert baseband.access(BUSY | 66 << 8 | 0x38) == 66 << 8 | 0x38
    assert baseband.access(BUSY | READ | 66 << 8) == READ | 66 << 8 | 0x38
    assert baseband.access(66 << 8 | 0x55) == 66 << 8 | 0x55
    assert baseband.access(BUSY | READ | 66 << 8) & 0xFF == 0x38


def test_its_version_is_neither_0_nor_255() -> None:
    """A driver waits for that."""
    assert Baseband().access(BUSY | READ) & 0xFF not in (0, 0xFF)


def test_the_filter_calibration_measures_more_in_the_pass_band() -> None:
    """By more than what a driver aims at, or it tries a hundred times."""
    baseband = Baseband()
    passed = baseband.access(BUSY | READ | 55 << 8) & 0xFF
    baseband.access(BUSY | 24 << 8 | 6)
    assert passed - (baseband.access(BUSY | READ | 55 << 8) & 0xFF) > 0x19


@pytest.mark.parametrize("mhz", RF3020)
def test_rf3020_is_tuned(mhz: int) -> None:
    """By registers 2 and 3; their other bits do not matter."""
    tuner, (divider, remainder) = Rf3020(), RF3020[mhz]
    tuner.access(BUSY | WRITE | 2 << 8 | divider)
    tuner.access(BUSY | WRITE | 3 << 8 | 0x70 | remainder)
    assert tuner.frequency_mhz == mhz
    assert tuner.access(BUSY | 2 << 8) == 2 << 8 | divider


@pytest.mark.parametrize("mhz", RF2820)
def test_rf2820_is_tuned(mhz: int) -> None:
    """By the words of registers 2 and 4, whatever antennas and power they carry."""
    tuner, (divider, remainder) = Rf2820(), RF2820[mhz]
    for word in (0x18402ECC, divider | ANTENNAS, 0x18168A55, remainder | POWER & 0x3F87C0):
        assert not tuner.access(word & 0x1FFFFFFF | 1 << 31) >> 31
    assert tuner.frequency_mhz == mhz


@pytest.mark.parametrize("tuner", [Rf2820(), Rf3020()])
def test_at_power_on_it_is_tuned_to_nothing(tuner: Rf2820 | Rf3020) -> None:
    """So nothing is received before a driver chose a channel."""
    assert tuner.frequency_mhz is None


def test_5_ghz_is_none_of_its_channels() -> None:
    """The words are those of RF2850's channel 36."""
    tuner = Rf2820()
    for word in (0x18402ECC, 0x184C099A, 0x18158A55, 0x180ED1A3):
        tuner.access(word | 1 << 31)
    assert tuner.frequency_mhz is None
