# SPDX-License-Identifier: GPL-2.0-or-later
"""Bulk IN transfers."""

from __future__ import annotations

import pytest

from hwsim.frames import parse_header
from hwsim.usb.models.ralink.rt73.receive import MIC_WRONG, Reception, gain, receive_transfer
from tests.unit.hwsim.usb.models.ralink.driver import AP, MAC, data_frame


def told(received: Reception, **more: object) -> bytes:
    """The transfer of a frame at 11 Mbit/s in 2.4 GHz, of the access point to this station."""
    usual = {"rate_kbps": 11000, "signal_dbm": -40, "is_5_ghz": False, "to_me": True,
             "my_bss": True}  # fmt: skip
    header = parse_header(received.frame)
    return receive_transfer(received, header, **{**usual, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 500])
def test_length_and_padding(size: int) -> None:
    """The descriptor has the frame's length, the transfer is a multiple of four."""
    frame = data_frame(bytes(range(256)) * 2, to=MAC, sender=AP)[: 26 + size]
    data = told(Reception(frame))
    assert int.from_bytes(data[2:4], "little") & 0xFFF == len(frame)
    assert data[24 : 24 + len(frame)] == frame
    assert len(data) % 4 == 0


def test_whose_it_is_and_how_fast() -> None:
    """To this station, of its access point; CCK by the rate itself, OFDM by its signal."""
    frame = data_frame(b"x", to=MAC, sender=AP)
    assert told(Reception(frame))[:1] == bytes((1 << 2 | 1 << 5,))
    assert told(Reception(frame))[4] == 110
    faster = told(Reception(frame), rate_kbps=24000)
    assert (faster[0] & 1 << 7, faster[4]) == (1 << 7, 0x9)
    to_all = told(Reception(b"\x80\0\0\0" + b"\xff" * 6 + AP + AP + bytes(2)), my_bss=False)
    assert to_all[:1] == bytes((1 << 4,))


def test_what_the_cipher_engine_did() -> None:
    """Cipher, key, error, and what was taken out of the frame."""
    frame = data_frame(b"x", to=MAC, sender=AP)
    data = told(Reception(frame, 3, 33, MIC_WRONG, b"12345678", b"abcdef"))
    word = int.from_bytes(data[:4], "little")
    assert (word >> 29, word >> 10 & 0x3F, word >> 8 & 3) == (3, 33, MIC_WRONG)
    assert data[8:20] == b"12345678abcd"


def dbm(raw: int, *, is_5_ghz: bool) -> int:
    """A signal strength as Linux' driver reckons it."""
    lna, steps = raw >> 5 & 3, raw & 0x1F
    low = {3: 96 if is_5_ghz else 90, 1: 64}[lna]
    return 2 * steps - low


@pytest.mark.parametrize("is_5_ghz", [False, True])
@pytest.mark.parametrize("signal_dbm", range(-90, -2))
def test_a_driver_reads_the_signal_strength(signal_dbm: int, is_5_ghz: bool) -> None:
    """To the 2 dB that a step is."""
    raw = gain(signal_dbm, is_5_ghz=is_5_ghz)
    assert 0 <= signal_dbm - dbm(raw, is_5_ghz=is_5_ghz) <= 1


def test_a_signal_out_of_its_range_is_the_end_of_it() -> None:
    """Weaker than the weakest, stronger than the strongest."""
    assert dbm(gain(-120, is_5_ghz=False), is_5_ghz=False) == -90
    assert dbm(gain(20, is_5_ghz=False), is_5_ghz=False) == -2
