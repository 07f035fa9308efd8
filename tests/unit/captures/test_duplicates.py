# SPDX-License-Identifier: GPL-2.0-or-later
"""Copies of a frame are no messages; what was said again is."""

from __future__ import annotations

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
