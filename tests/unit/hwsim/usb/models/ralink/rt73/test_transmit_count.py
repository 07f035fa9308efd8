# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts of transmitted frames."""

from __future__ import annotations

from hwsim.usb.models.ralink.rt73.transmit_count import TransmitCount


def test_frames_are_counted_and_a_read_clears() -> None:
    """Failures in the upper half of their register."""
    count = TransmitCount()
    for acked in (True, True, False):
        count.done(acked=acked)
    assert (count.pop_sent(), count.pop_failed()) == (2, 1 << 16)
    assert (count.pop_sent(), count.pop_failed()) == (0, 0)


def test_a_count_stays_at_its_end() -> None:
    """Of a driver that never reads."""
    count = TransmitCount()
    for _ in range(0x10001):
        count.done(acked=False)
    assert count.pop_failed() == 0xFFFF << 16
