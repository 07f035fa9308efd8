# SPDX-License-Identifier: GPL-2.0-or-later
"""The receive filter."""

from __future__ import annotations

import pytest

from hwsim.frames import parse_header
from hwsim.usb.models.memory import Memory
from hwsim.usb.models.ralink.receive_filter import BSSID, FILTER, OWN_ADDRESS, ReceiveFilter
from tests.unit.hwsim.usb.models.ralink.driver import AP, MAC, data_frame

OTHER = bytes.fromhex("020000000009")
MULTICAST = bytes.fromhex("01005e000001")
RTS = bytes((0xB4, 0, 0, 0)) + MAC + AP


def filter_with(drops: int) -> ReceiveFilter:
    """A filter that drops these."""
    memory = Memory()
    memory.write(OWN_ADDRESS, MAC)
    memory.write(BSSID, AP)
    memory.set_word(FILTER, drops)
    return ReceiveFilter(memory)


@pytest.mark.parametrize(
    ("drops", "frame", "taken"),
    [
        (0xFFFFFFFF & ~8, data_frame(b"", to=MAC, sender=OTHER), True),
        (1 << 2, data_frame(b"", to=OTHER, sender=AP), False),
        (0, data_frame(b"", to=OTHER, sender=AP), True),
        (1 << 3, data_frame(b"", to=MAC, sender=OTHER), False),
        (1 << 3, data_frame(b"", to=MAC, sender=AP), True),
        (1 << 5, data_frame(b"", to=MULTICAST), False),
        (1 << 6, data_frame(b"", to=MULTICAST), True),
        (1 << 6, data_frame(b"", to=b"\xff" * 6), False),
        (1 << 12, RTS, False),
        (1 << 16, RTS, True),
    ],
)
def test_addresses_and_kinds(drops: int, frame: bytes, taken: bool) -> None:
    """Each bit leaves out its own kind, and nothing else."""
    assert filter_with(drops).takes(frame, parse_header(frame)) is taken


@pytest.mark.parametrize("drops", [0, 1 << 7])
def test_a_repetition_is_one_that_says_so_and_was_received(drops: int) -> None:
    """The Retry bit alone proves nothing: the first one may have been lost."""
    chip = filter_with(drops)
    first = data_frame(b"", to=MAC, sender=AP, flags=2)
    again = data_frame(b"", to=MAC, sender=AP, flags=0xA)
    later = data_frame(b"", to=MAC, sender=AP, flags=0xA, sequence=0x20)
    taken = [chip.takes(frame, parse_header(frame)) for frame in (again, first, again, later)]
    assert taken == [True, True, not drops, True]


def test_what_it_remembers_is_bounded() -> None:
    """However many transmitters there are."""
    chip = filter_with(0)
    for number in range(1000):
        frame = data_frame(b"", to=MAC, sender=number.to_bytes(6, "little"))
        chip.takes(frame, parse_header(frame))
    assert len(chip._last) <= 64
