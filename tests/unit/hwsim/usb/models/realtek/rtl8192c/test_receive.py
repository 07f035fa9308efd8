# SPDX-License-Identifier: GPL-2.0-or-later
"""Bulk IN transfers."""

from __future__ import annotations

import zlib

import pytest

from hwsim.usb.models.realtek.rtl8192c.receive import Reception, cck_report, receive_transfer

FRAME = b"a frame as long as it likes to be"


def told(received: Reception, **more: object) -> bytes:
    """The transfer of a frame at 6 Mbit/s."""
    usual = {"rate_kbps": 6000, "signal_dbm": -40, "cck_high_power": True, "tsf_us": 5}
    return receive_transfer(received, **{**usual, **more})  # type: ignore[arg-type]


def test_the_frame_lies_behind_what_is_told_of_it() -> None:
    """With its FCS; the descriptor has the length of both, and that of what lies between."""
    data = told(Reception(FRAME))
    word = int.from_bytes(data[:4], "little")
    assert word & 0x3FFF == len(FRAME) + 4
    between = 8 * (word >> 16 & 0xF)
    assert data[24 + between :] == FRAME + zlib.crc32(FRAME).to_bytes(4, "little")
    assert (data[12] & 0x3F, data[20]) == (4, 5)


def test_what_the_cipher_engine_did() -> None:
    """A frame in the clear is told as decrypted, as the chip does; one without a key is not."""
    clear = int.from_bytes(told(Reception(FRAME))[:4], "little")
    sealed = int.from_bytes(told(Reception(FRAME, 4, decrypted=False, error=True))[:4], "little")
    assert (clear >> 27 & 1, clear >> 15 & 1) == (0, 0)
    assert (sealed >> 27 & 1, sealed >> 15 & 1, sealed >> 20 & 7) == (1, 1, 4)


@pytest.mark.parametrize("signal_dbm", [-95, -61, -40, -1])
def test_a_driver_reads_the_signal_of_ofdm(signal_dbm: int) -> None:
    """It takes half the value, a floor, and ten."""
    assert (told(Reception(FRAME), signal_dbm=signal_dbm)[24 + 4] >> 1) - 110 + 10 == signal_dbm


def cck_dbm(report: int, *, high_power: bool) -> int:
    """A signal of 802.11b as Linux' driver reckons it, before the ten that it adds."""
    gain = report >> 5 & 3 if high_power else report >> 6
    steps = (report & 0x1F) << 1 if high_power else report & 0x3E
    return (16, -12, -26, -46)[gain] - steps


@pytest.mark.parametrize("high_power", [False, True])
@pytest.mark.parametrize("dbm", range(-108, 17))
def test_a_driver_reads_the_signal_of_cck(dbm: int, high_power: bool) -> None:
    """To the 2 dB that a step is."""
    report = cck_report(dbm, high_power=high_power)
    assert 0 <= cck_dbm(report, high_power=high_power) - dbm <= 1


def test_how_the_driver_set_the_baseband_decides() -> None:
    """The report lies in the byte after the signal's quality."""
    for high_power in (False, True):
        data = told(Reception(FRAME), rate_kbps=1000, cck_high_power=high_power)
        assert cck_dbm(data[24 + 5], high_power=high_power) == -50
