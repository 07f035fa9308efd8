# SPDX-License-Identifier: GPL-2.0-or-later
"""The status FIFO."""

from __future__ import annotations

from hwsim.usb.models.ralink.transmit import TransmitRequest, transmit_requests
from hwsim.usb.models.ralink.transmit_status import DEPTH, TransmitStatus
from tests.unit.hwsim.usb.models.ralink.driver import block, data_frame


def request(**descriptor: int) -> TransmitRequest:
    """A frame to be sent, with that in its descriptor."""
    (one,) = transmit_requests(block(data_frame(b"x"), 26, **descriptor))
    return one


def test_a_status_says_which_frame_and_whether_it_was_acknowledged() -> None:
    """In the order of their ends; then there is none."""
    status = TransmitStatus()
    status.done(request(packet_id=5, wcid=33, rate=0x4004), acked=True)
    status.done(request(packet_id=6, wcid=33, rate=0x4004), acked=False)
    assert status.pop() == 0x4004_21AB  # valid, id 5, success, ACK wanted, WCID 33, rate
    assert status.pop() == 0x4004_218D  # valid, id 6, no success
    assert status.pop() == 0


def test_a_frame_for_a_group_wants_no_acknowledgement_and_succeeds() -> None:
    """Its status says both."""
    status = TransmitStatus()
    status.done(request(flags=0, packet_id=1), acked=False)
    assert status.pop() & 0xA1 == 0x21


def test_without_a_packet_id_there_is_no_status_but_it_counts() -> None:
    """Counters begin anew when they are read."""
    status = TransmitStatus()
    status.done(request(packet_id=0), acked=True)
    status.done(request(packet_id=0), acked=False)
    assert status.pop() == 0
    assert (status.pop_sent(), status.pop_failed()) == (1, 1)
    assert (status.pop_sent(), status.pop_failed()) == (0, 0)


def test_a_driver_that_does_not_read_loses_statuses() -> None:
    """As the chip's sixteen places are full."""
    status = TransmitStatus()
    for _ in range(3 * DEPTH):
        status.done(request(), acked=True)
    assert sum(1 for _ in range(3 * DEPTH) if status.pop()) == DEPTH
