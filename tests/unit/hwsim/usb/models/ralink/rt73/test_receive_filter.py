# SPDX-License-Identifier: GPL-2.0-or-later
"""The receive filter."""

from __future__ import annotations

import pytest

from hwsim.frames import parse_header
from hwsim.usb.models.memory import Memory
from hwsim.usb.models.ralink.rt73.receive_filter import (
    BSSID,
    CONTROL_REGISTER,
    OWN_ADDRESS,
    ReceiveFilter,
)
from tests.unit.hwsim.usb.models.ralink.driver import AP, MAC, data_frame

OTHER = bytes.fromhex("020000000009")
FRAMES = {
    "to another": data_frame(b"", to=OTHER, sender=AP, flags=2),
    "to a group": data_frame(b"", to=bytes.fromhex("01005e000001"), sender=AP, flags=2),
    "to all": data_frame(b"", to=b"\xff" * 6, sender=AP, flags=2),
    "to an access point": data_frame(b"", to=MAC, sender=AP, flags=1),
    "RTS": bytes((0xB4, 0, 0, 0)) + MAC + AP,
    "CTS": bytes((0xC4, 0, 0, 0)) + MAC,
}


def filtering(word: int) -> ReceiveFilter:
    """A filter with that register."""
    memory = Memory()
    memory.set_bytes(OWN_ADDRESS, MAC)
    memory.set_bytes(BSSID, AP)
    memory.set_word(CONTROL_REGISTER, word)
    return ReceiveFilter(memory)


@pytest.mark.parametrize(
    ("name", "bit"),
    [("RTS", 19), ("to another", 20), ("to an access point", 21), ("to a group", 23),
     ("to all", 24), ("CTS", 25)],
)  # fmt: skip
def test_each_bit_drops_its_own(name: str, bit: int) -> None:
    """And nothing else."""
    mine = data_frame(b"", to=MAC, sender=AP, flags=2)
    for each, frame in {**FRAMES, "mine": mine}.items():
        assert filtering(1 << bit).takes(parse_header(frame)) is (each != name)


def test_a_receiver_that_is_off_takes_nothing() -> None:
    """Not even what is its own."""
    mine = parse_header(data_frame(b"", to=MAC, sender=AP, flags=2))
    assert not filtering(1 << 16).takes(mine)


def test_whose_a_frame_is() -> None:
    """By the addresses that the driver wrote."""
    header = parse_header(data_frame(b"", to=MAC, sender=AP, flags=2))
    assert filtering(0).is_to_me(header)
    assert filtering(0).is_of_my_bss(header)
    assert not filtering(0).is_of_my_bss(header._replace(transmitter=OTHER))
