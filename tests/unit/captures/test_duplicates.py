# SPDX-License-Identifier: GPL-2.0-or-later
"""Copies of a frame are no messages; what was said again is."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

from harness.captures.duplicates import NEAR_NS, Duplicates
from tests.unit.captures.writing import captured, data_frame, handshake

M3 = handshake()[2]
RETRY = 8


def test_the_macs_retransmission_is_a_copy() -> None:
    """Retry is set, the sequence number is that of the frame before."""
    known = Duplicates()
    first, again = data_frame(M3, down=True), data_frame(M3, down=True, flags=RETRY)
    assert [known.again(captured(1, 1, one)) for one in (first, again, again)] == [0, 1, 1]


def test_what_is_said_again_is_no_copy() -> None:
    """It has a sequence number of its own, even if its first transmission was not captured."""
    known = Duplicates()
    frames = [data_frame(M3, down=True, sequence=n, flags=RETRY * (n > 1)) for n in range(3)]
    assert not any(known.again(captured(1, n, one)) for n, one in enumerate(frames))


def test_another_interface_captures_the_same_frame() -> None:
    """At nearly the same time; much later it was sent anew."""
    known = Duplicates()
    frame = data_frame(M3, down=True)
    assert not known.again(captured(1, 0, frame))
    assert known.again(captured(2, NEAR_NS, frame, interface=1))
    assert not known.again(captured(3, 10 * NEAR_NS, frame, interface=1))


def test_equal_pdus_of_two_stations_are_no_copies() -> None:
    """Their own interfaces hand out no more than the PDU."""
    known = Duplicates()
    start = b"\2\1\0\0"
    one = captured(1, 0, start)._replace(ends=(b"\2" * 6, b"\1" * 6))
    assert not known.again(one)
    assert not known.again(one._replace(interface=1, ends=(b"\4" * 6, b"\1" * 6)))
    assert known.again(one._replace(interface=1))


def test_large_frames_are_not_kept() -> None:
    """Thousands of them are remembered, by a digest each."""
    known = Duplicates()
    before = tracemalloc_peak(lambda: [known.again(captured(n, n, frame(n))) for n in range(50)])
    assert before < 4 << 20


def frame(number: int) -> bytes:
    """A frame of a MiB."""
    return data_frame(bytes(1 << 20), down=True, sequence=number)


def tracemalloc_peak(call: Callable[[], object]) -> int:
    """Bytes that are in use after a call."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
