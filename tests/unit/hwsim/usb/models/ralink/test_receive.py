# SPDX-License-Identifier: GPL-2.0-or-later
"""Bulk IN transfers."""

from __future__ import annotations

import pytest

from hwsim.frames import parse_header
from hwsim.usb.models.ralink.receive import ICV_WRONG, Reception, receive_transfer
from tests.unit.hwsim.usb.models.ralink.driver import AP, MAC, data_frame


def transfer(frame: bytes, *, chains: int = 1, signal_dbm: int = -40, **found: int) -> bytes:
    """What the driver gets of a frame at 24 Mbit/s."""
    return receive_transfer(
        Reception(frame, parse_header(frame), **found),
        rate_kbps=24000, signal_dbm=signal_dbm, to_me=True, my_bss=True, chains=chains,
    )  # fmt: skip


def word(data: bytes, at: int) -> int:
    """A word of it."""
    return int.from_bytes(data[at : at + 4], "little")


def test_a_frame_with_an_odd_header_is_padded_and_says_so() -> None:
    """QoS data has 26 bytes of header, so two are put in behind it."""
    frame = data_frame(b"payload", to=MAC, sender=AP, flags=2)
    data = transfer(frame, wcid=33)
    assert word(data, 0) == 16 + 36
    assert word(data, 4) == 33 | 33 << 16
    assert word(data, 8) == 0x10 | 4 << 16 | 1 << 30
    assert data[20 : 20 + 36] == frame[:26] + b"\0\0" + b"payload" + b"\0"
    assert word(data, 56) == 0x4092  # L2 padding, my BSS, unicast to me, data
    assert len(data) == 60


def test_a_header_alone_is_not_padded_between() -> None:
    """There is nothing behind it to be aligned."""
    frame = bytes((0xC8, 2, 0, 0)) + MAC + AP + AP + bytes(4)
    data = transfer(frame)
    assert data[20:46] == frame
    assert not word(data, len(data) - 4) & 0x4000


def test_what_was_opened_is_marked_and_what_was_not_says_why() -> None:
    """Decrypted, error, and to whom."""
    frame = data_frame(b"payload", to=b"\xff" * 6, sender=AP, flags=0x42)
    assert word(transfer(frame, cipher=4, key_id=1), 56) & 0x10660 == 0x10040
    assert word(transfer(frame, cipher=4, error=ICV_WRONG), 56) & 0x10660 == 0x10240


@pytest.mark.parametrize(("signal_dbm", "value"), [(-40, 28), (-5, 1), (-200, 127)])
def test_signal_strength(signal_dbm: int, value: int) -> None:
    """Stronger or weaker than the field can tell is its bound; the second chain tells the same."""
    data = transfer(data_frame(b""), chains=2, signal_dbm=signal_dbm)
    assert data[12:15] == bytes((value, value, 0))
