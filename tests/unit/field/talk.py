# SPDX-License-Identifier: GPL-2.0-or-later
"""A station and an access point in a capture that is made up, frame by frame."""

from __future__ import annotations

import struct

from harness.captures import CapturedFrame
from harness.field.conversations import Conversations
from harness.field.model import Conversation
from tests.unit.captures.writing import (
    BSSID,
    RSNE,
    STATION,
    captured,
    data_frame,
    handshake,
    key_pdu,
)

SSID = b"\0\3lab"
M1, M2, M3, M4 = handshake()
G1, G2 = key_pdu(0x1382, 3, bytes(24)), key_pdu(0x0302, 3)


class Talk:
    """Frames, a millisecond apart, with sequence numbers that count."""

    def __init__(self) -> None:
        self.frames: list[CapturedFrame] = []
        self.now_ns = 10**18

    def add(self, frame: bytes, after_ms: float = 1) -> Talk:
        """One frame more."""
        self.now_ns += round(after_ms * 1e6)
        number = len(self.frames) + 1
        counted = (number << 4).to_bytes(2, "little")
        self.frames.append(captured(number, self.now_ns, frame[:22] + counted + frame[24:]))
        return self

    def management(
        self, subtype: int, body: bytes, *, down: bool, to: bytes | None = None,
        after_ms: float = 1, flags: int = 0,
    ) -> Talk:  # fmt: skip
        """A management frame."""
        receiver, sender = (STATION, BSSID) if down else (BSSID, STATION)
        head = bytes((subtype << 4, flags, 0, 0)) + (to or receiver) + sender + BSSID + b"\0\0"
        return self.add(head + body, after_ms)

    def key(self, pdu: bytes, *, down: bool, after_ms: float = 1) -> Talk:
        """An EAPOL PDU in a data frame."""
        return self.add(data_frame(pdu, down=down), after_ms)

    def beacon(self, elements: bytes = SSID + RSNE) -> Talk:
        """A beacon, on channel 6."""
        body = bytes(12) + elements + b"\3\1\6"
        return self.management(8, body, down=True, to=b"\xff" * 6)

    def associate(self, status: int = 0, rsne: bytes = RSNE) -> Talk:
        """Authentication and association."""
        self.management(11, struct.pack("<HHH", 0, 1, 0), down=False)
        self.management(11, struct.pack("<HHH", 0, 2, 0), down=True)
        self.management(0, bytes(4) + SSID + rsne, down=False)
        return self.management(1, struct.pack("<HHH", 0, status, 1), down=True)

    def connect(self) -> Talk:
        """All of a connection."""
        self.beacon().associate()
        return self.key(M1, down=True).key(M2, down=False).key(M3, down=True).key(M4, down=False)

    def conversations(self) -> Conversations:
        """What is found in it."""
        found = Conversations()
        found.take(self.frames)
        return found

    def conversation(self) -> Conversation:
        """The one conversation in it."""
        (one,) = self.conversations().found.values()
        return one
