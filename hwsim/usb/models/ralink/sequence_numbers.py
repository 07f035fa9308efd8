# SPDX-License-Identifier: GPL-2.0-or-later
"""Sequence numbers of frames whose driver leaves them to the chip."""

from __future__ import annotations

_LEAST = 24
"""Bytes of a header that has a sequence number."""


class SequenceNumbers:
    """They go up by one with each frame; the fragment's number stays the driver's."""

    def __init__(self) -> None:
        self._last = 0

    def assign(self, frame: bytes) -> bytes:
        """The frame with the next number; one too short to have any stays."""
        if len(frame) < _LEAST:
            return frame
        self._last = self._last + 1 & 0xFFF
        control = (self._last << 4 | frame[22] & 0x0F).to_bytes(2, "little")
        return frame[:22] + control + frame[24:]
