# SPDX-License-Identifier: GPL-2.0-or-later
"""The receive filter."""

from __future__ import annotations

import pytest

from hwsim.frames import parse_header
from hwsim.usb.models.memory import Memory
from hwsim.usb.models.realtek.rtl8192c.receive_filter import (
    BSSID,
    CONFIGURATION,
    OWN_ADDRESS,
    SUBTYPES,
    ReceiveFilter,
)
from tests.unit.hwsim.usb.models.ralink.driver import AP, MAC, data_frame

OTHER = bytes.fromhex("020000000009")
USUAL = 0xE | 1 << 11 | 1 << 13
FRAMES = {
    "mine": data_frame(b"", to=MAC, sender=AP, flags=2),
    "to another": data_frame(b"", to=OTHER, sender=AP, flags=2),
    "to a group": data_frame(b"", to=bytes.fromhex("01005e000001"), sender=AP, flags=2),
    "of another": data_frame(b"", to=MAC, sender=OTHER, flags=2),
    "beacon": b"\x80\0\0\0" + b"\xff" * 6 + OTHER + OTHER + bytes(2),
    "RTS": bytes((0xB4, 0, 0, 0)) + MAC + AP,
}


def taken(word: int, subtypes: bytes = b"\xff" * 6) -> set[str]:
    """Which of the frames pass."""
    memory = Memory()
    memory.set_bytes(OWN_ADDRESS, MAC)
    memory.set_bytes(BSSID, AP)
    memory.set_bytes(SUBTYPES, subtypes)
    memory.set_word(CONFIGURATION, word)
    found = ReceiveFilter(memory)
    return {name for name, frame in FRAMES.items() if found.takes(parse_header(frame))}


@pytest.mark.parametrize(
    ("word", "passes"),
    [
        (USUAL, {"mine", "to a group", "of another", "beacon"}),
        (USUAL | 1 << 12, {"mine", "to a group", "of another", "beacon", "RTS"}),
        (USUAL | 1, set(FRAMES)),
        (USUAL | 1 << 6, {"mine", "to a group", "beacon"}),
        (USUAL | 1 << 7, {"mine", "to a group", "of another"}),
        (USUAL & ~4, {"mine", "of another", "beacon"}),
        (USUAL & ~8, {"mine", "to a group", "of another"}),
        (0, set()),
    ],
)
def test_what_passes(word: int, passes: set[str]) -> None:
    """By kind, address and service set."""
    assert taken(word) == passes


def test_a_subtype_that_is_not_wanted_is_dropped() -> None:
    """Beacons are the ninth of management frames."""
    assert "beacon" not in taken(USUAL, b"\xff\xfe\xff\xff\xff\xff")
