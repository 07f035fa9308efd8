# SPDX-License-Identifier: GPL-2.0-or-later
"""Link layers: where the frame begins, and what the header says."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.captures.links import AVS, DOT11, LINKS, PPI, PRISM, RADIOTAP, Radio
from harness.captures.netmon import LINK_NETMON_80211

FRAME = b"\x08\x02" + bytes(30)
AVS_HEADER = struct.pack(">IIQQIIIIIIiiII", 0x80211001, 64, 1, 2, 4, 6, 10, 0, 0, 2, -47, -90, 0, 0)
PRISM_ITEMS = b"".join(struct.pack("<IHHI", n, 0, 4, 11 if n == 2 else 0) for n in range(10))
HEADERS = [
    (DOT11, b"", Radio()),
    (RADIOTAP, b"\0\0\x08\0\0\0\0\0", Radio()),
    (
        RADIOTAP,
        struct.pack("<BxHIBBHHb", 0, 15, 0b101110, 0x10, 2, 5180, 0, -61),
        Radio(True, 5180, None, -61),
    ),
    (
        RADIOTAP,  # a timestamp first, which is aligned; a second antenna behind
        struct.pack("<BxHII4xQ", 0, 32, 1 << 31 | 0b101111, 1 << 5, 7)
        + struct.pack("<BBHHbB", 0x20, 2, 2412, 0, -3, 9),
        Radio(False, 2412, None, -3, padded=True),
    ),
    (PRISM, struct.pack("<II16s", 0x44, 144, b"wlan0") + PRISM_ITEMS, Radio(channel=11)),
    (AVS, AVS_HEADER, Radio(channel=6, signal_dbm=-47)),
    (PRISM, AVS_HEADER, Radio(channel=6, signal_dbm=-47)),
    (PPI, struct.pack("<BBHI", 0, 0, 8, DOT11), Radio()),
    (
        PPI,
        struct.pack("<BBHIHHQHHHHBBbb", 0, 0, 32, DOT11, 2, 20, 1, 1, 2, 5745, 0, 0, 0, -70, -95),
        Radio(True, 5745, None, -70),
    ),
    (
        LINK_NETMON_80211,
        struct.pack("<BHIIIIiBQ", 2, 32, 0, 0, 7, 6, -55, 2, 1),
        Radio(False, None, 6, -55),
    ),
    (
        LINK_NETMON_80211,
        struct.pack("<BHIIIIiBQ", 2, 32, 0, 0, 7, 5180, 0, 2, 1),
        Radio(False, 5180, None, None),
    ),
]


@pytest.mark.parametrize(("link", "header", "radio"), HEADERS)
def test_the_frame_is_found_and_its_radio_known(link: int, header: bytes, radio: Radio) -> None:
    """Wherever the packet lies in the buffer."""
    data = b"before" + header + FRAME
    assert LINKS[link].start(data, 6, len(data)) == 6 + len(header)
    assert LINKS[link].describe(data, 6, len(data)) == radio


@given(st.sampled_from(sorted(LINKS)), st.binary(min_size=1, max_size=80), st.integers(0, 8))
def test_no_header_raises(link: int, data: bytes, begin: int) -> None:
    """Whatever it claims."""
    begin = min(begin, len(data) - 1)
    LINKS[link].start(data, begin, len(data))
    LINKS[link].describe(data, begin, len(data))
