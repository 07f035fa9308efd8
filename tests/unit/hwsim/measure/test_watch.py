# SPDX-License-Identifier: GPL-2.0-or-later
"""What is told of the frames on hwsim0, and when they were sent."""

from __future__ import annotations

import struct
from typing import Any

from hwsim.frames import ETHERTYPE_EAPOL, SNAP
from hwsim.measure.watch import described, waiting

RADIOTAP = bytes.fromhex("0000080000000000")
ADDRESSES = bytes.fromhex("020000000000020000000100020000000000") + b"\0\0"
M1 = SNAP + ETHERTYPE_EAPOL + bytes.fromhex("0203005f02008a0010") + bytes(90)


def test_a_handshake_message() -> None:
    """Its name, and who sent it."""
    told = described(RADIOTAP + b"\x08\0\0\0" + ADDRESSES + M1, 7)
    assert told == {"event": "sent", "kind": "M1", "transmitter": "02:00:00:00:01:00", "at_ns": 7}


def test_an_authentication_frame() -> None:
    """The transaction tells a commit from a confirm; one cut short has none."""
    for body, transaction in ((b"\3\0\2\0\0\0", 2), (b"", 0)):
        told = described(RADIOTAP + b"\xb0\0\0\0" + ADDRESSES + body, 7)
        assert told is not None
        assert (told["kind"], told["transaction"]) == ("auth", transaction)


def test_what_is_not_asked_for() -> None:
    """Beacons, and what is no frame."""
    assert described(RADIOTAP + b"\x80\0\0\0" + ADDRESSES, 7) is None
    assert described(RADIOTAP, 7) is None
    assert described(b"", 7) is None


class Link:
    """A packet socket with two packets, one of which has no stamp."""

    def __init__(self) -> None:
        packet = RADIOTAP + b"\xb0\0\0\0" + ADDRESSES + bytes(6)
        stamp = (1, 35, struct.pack("@qq", 100, 5))
        self.waiting = [(packet, [stamp], 0, None), (packet, [], 0, None)]

    def recvmsg(self, size: int, control: int) -> tuple[Any, ...]:
        """The next one, as long as there is one."""
        if not self.waiting:
            raise BlockingIOError
        return self.waiting.pop(0)


def test_the_kernels_stamp() -> None:
    """In nanoseconds; a packet without one is passed over."""
    link: Any = Link()
    assert [at_ns for _, at_ns in waiting(link)] == [100_000_000_005]
