# SPDX-License-Identifier: GPL-2.0-or-later
"""What data frames carry, behind any header."""

from __future__ import annotations

import pytest

from harness.captures.msdu import Defragmenter, Msdu, msdus
from hwsim.frames import parse_header
from tests.unit.captures.writing import BSSID, SNAP_EAPOL, STATION, data_frame, handshake

M1, M2, *_ = handshake()


def read(frame: bytes, fragments: Defragmenter | None = None) -> list[Msdu]:
    """The MSDUs of one frame."""
    header = parse_header(frame)
    body = (fragments or Defragmenter()).whole(header, frame)
    return [] if body is None else list(msdus(header, frame, body))


@pytest.mark.parametrize(
    "frame",
    [
        data_frame(M1, down=True),
        data_frame(M1, down=True, kind=0x88, header=b"\6\0"),
        data_frame(M1, down=True, kind=0x88, header=b"\6\0" + bytes(4), flags=0x80),
        data_frame(M1, down=True, flags=1, header=bytes(6)),
        data_frame(M1, down=True, flags=1, kind=0x88, header=bytes(6) + b"\6\0"),
    ],
    ids=["plain", "qos", "ht-control", "four-addresses", "four-addresses-qos"],
)
def test_any_header(frame: bytes) -> None:
    """The body is found behind it."""
    assert read(frame) == [Msdu(b"\x88\x8e", M1)]


def test_an_aggregate_has_several() -> None:
    """Each behind addresses and a length, all but the last padded."""
    parts = [SNAP_EAPOL + M1, b"\xaa\xaa\3\0\0\0\x08\0ip", b"no snap"]
    body = b""
    for part in parts:
        one = STATION + BSSID + len(part).to_bytes(2, "big") + part
        body += bytes(-len(body) % 4) + one
    frame = data_frame(b"", down=True, kind=0x88, header=b"\x80\0")[: -len(SNAP_EAPOL)] + body
    assert read(frame) == [Msdu(b"\x88\x8e", M1), Msdu(b"\x08\0", b"ip")]


def fragments(count: int, sequence: int = 7) -> list[bytes]:
    """M1 in that many parts."""
    whole = SNAP_EAPOL + M1
    size = -(-len(whole) // count)
    made = []
    for number in range(count):
        more = 4 if number < count - 1 else 0
        head = data_frame(b"", down=True, sequence=sequence, flags=more)[: -len(SNAP_EAPOL)]
        counted = (sequence << 4 | number).to_bytes(2, "little")
        made.append(head[:22] + counted + whole[number * size : (number + 1) * size])
    return made


def test_fragments_are_put_together() -> None:
    """The last one has the message; one that is sent again is not counted twice."""
    first, second, third = fragments(3)
    again = second[:1] + bytes((second[1] | 8,)) + second[2:]
    defragmenter = Defragmenter()
    found = [read(one, defragmenter) for one in (first, second, again, third)]
    assert found == [[], [], [], [Msdu(b"\x88\x8e", M1)]]


def test_a_fragment_that_is_lost_makes_no_message() -> None:
    """And the next frame is not hurt by it."""
    first, _, third = fragments(3)
    defragmenter = Defragmenter()
    assert [read(one, defragmenter) for one in (first, third)] == [[], []]
    assert read(data_frame(M2, down=False), defragmenter) == [Msdu(b"\x88\x8e", M2)]


def test_memory_is_bounded() -> None:
    """Of frames whose end never comes the oldest are given up."""
    defragmenter = Defragmenter()
    for sequence in range(1000):
        read(fragments(3, sequence)[0], defragmenter)
    assert len(defragmenter._open) == 256


def test_parts_that_no_frame_has_are_not_kept() -> None:
    """A fragment is no longer than a frame of the standard."""
    known = Defragmenter()
    first, last = fragments(2)
    assert read(first + bytes(1 << 16), known) == []
    assert read(last, known) == []
    assert not known._open
